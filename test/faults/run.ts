/**
 * `npm run test:faults`: every fault at every dependency of the built function, as a table of what
 * came of it. Exit status 1 where anything came that should not.
 */
import pc from 'picocolors'
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readPattern } from '../../scripts/command-line/pattern.ts'
import { exitOnUsageError, readCommandLine } from '../../scripts/command-line/command-line.ts'
import { startCells } from './cells.ts'
import { faultRows, statusRows, type FaultRow } from './faults.ts'
import { DEPENDENCIES, type DependencyName } from './verdicts.ts'

const { operand } = readCommandLine({
  name: 'test:faults',
  about: `Tries every fault at every dependency of the built function (introspection, keys, token endpoint, Vault)
and tells what came of it, as a table. It builds first, and takes five minutes; with a PATTERN less.
Exit status 1 where anything came that should not.`,
  options: {},
  operand: {
    name: 'PATTERN',
    meaning: 'a regular expression: only faults whose name it fits, as in status 5',
    isRequired: false,
  },
})
const names = [...faultRows(''), ...statusRows()].map(({ name }) => name)
const pattern = exitOnUsageError(() => readPattern(operand ?? '', names))
buildFirst()

interface Cell {
  readonly row: string
  readonly text: string
  readonly isRight: boolean
}

/** All rows at one dependency. */
async function column(dependency: DependencyName): Promise<Cell[]> {
  const cells = await startCells(dependency)
  const results: Cell[] = []
  const tryAll = async (rows: readonly FaultRow[], alsoAfterwards: boolean): Promise<void> => {
    for (const row of rows.filter(({ name }) => pattern.test(name))) {
      const { verdict, findings } = await cells.try(row, alsoAfterwards)
      const expected = row.expected[dependency]
      const wrong = [...(verdict === expected ? [] : [`expected: ${expected}`]), ...findings]
      const text = [verdict, ...wrong].join('; ')
      results.push({ row: row.name, text, isRight: wrong.length === 0 })
    }
  }
  await tryAll(faultRows(cells.elsewhere), true)
  await tryAll(statusRows(), false)
  await cells.close()
  return results
}

const begun = Date.now()
const columns = await Promise.all(DEPENDENCIES.map(column))

const width = 62
console.log(`${'what the dependency does'.padEnd(width)}${DEPENDENCIES.join(' · ')}`)
let tried = 0
let wrong = 0
const [first = []] = columns
/** Statuses that fare alike stand in one line. */
let likeBefore = ''
let alike: string[] = []
function tell(): void {
  const [one] = alike
  const last = alike.at(-1)
  if (one === undefined || last === undefined) return
  const name = one === last ? one : `${one} to ${last.replace('status ', '')}`
  console.log(`${name.padEnd(width)}${likeBefore}`)
  alike = []
}
for (const [index, { row }] of first.entries()) {
  const cells = columns.flatMap((each) => each[index] ?? [])
  tried += cells.length
  wrong += cells.filter(({ isRight }) => !isRight).length
  const line = cells
    .map(({ text, isRight }) => (isRight ? pc.green(text) : pc.red(`✗ ${text}`)))
    .join(' · ')
  const general = line.replaceAll(/status_\d+/g, 'status_…')
  if (general !== likeBefore || !row.startsWith('status ')) tell()
  likeBefore = row.startsWith('status ') ? general : line
  alike.push(row)
}
tell()
console.log(
  `\n${tried - wrong} of ${tried} cells as they should be, in ${Math.round((Date.now() - begun) / 1000)} s`,
)
process.exitCode = wrong === 0 && tried > 0 ? 0 : 1
