/** `npm run test:faults`: runs every fault of every dependency, and prints the verdicts as a table. */
import pc from 'picocolors'
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readPattern } from '../../scripts/command-line/pattern.ts'
import { exitOnUsageError, readCommandLine } from '../../scripts/command-line/command-line.ts'
import { startFaultRunner } from './fault-runner.ts'
import type { FaultCase } from './fault-builders.ts'
import { faultCases, statusCases } from './faults.ts'
import { DEPENDENCIES, type DependencyName } from './verdicts.ts'

const { operand } = readCommandLine({
  name: 'test:faults',
  about: `Runs every fault of every dependency of the built function (introspection, keys, token endpoint, Vault)
and prints the verdicts as a table. It builds first, and takes five minutes; with a PATTERN less.
The exit status is 1 if a verdict differs from the expected one.`,
  options: {},
  operand: {
    name: 'PATTERN',
    meaning: 'a regular expression: only faults whose name matches it, as in status 5',
    isRequired: false,
  },
})
const names = [...faultCases(''), ...statusCases()].map(({ name }) => name)
const pattern = exitOnUsageError(() => readPattern(operand ?? '', names))
buildFirst()

interface Result {
  readonly name: string
  readonly text: string
  readonly isExpected: boolean
}

/** The results of all faults of one dependency. */
async function runFaults(dependency: DependencyName): Promise<Result[]> {
  const runner = await startFaultRunner(dependency)
  const results: Result[] = []
  const runAll = async (cases: readonly FaultCase[], withRecovery: boolean): Promise<void> => {
    for (const faultCase of cases.filter(({ name }) => pattern.test(name))) {
      const { verdict, findings } = await runner.run(faultCase, withRecovery)
      const expected = faultCase.expected[dependency]
      const wrong = [...(verdict === expected ? [] : [`expected: ${expected}`]), ...findings]
      const text = [verdict, ...wrong].join('; ')
      results.push({ name: faultCase.name, text, isExpected: wrong.length === 0 })
    }
  }
  await runAll(faultCases(runner.redirectTarget), true)
  await runAll(statusCases(), false)
  await runner.close()
  return results
}

const begun = Date.now()
const columns = await Promise.all(DEPENDENCIES.map(runFaults))
const seconds = Math.round((Date.now() - begun) / 1000)

const NAME_WIDTH = 62
console.log(`${'fault'.padEnd(NAME_WIDTH)}${DEPENDENCIES.join(' · ')}`)
/** Consecutive statuses with the same results are printed as one line. */
const lines: { first: string; last: string; text: string }[] = []
for (const [index, { name }] of (columns[0] ?? []).entries()) {
  const results = columns.flatMap((column) => column[index] ?? [])
  const text = results
    .map((result) => (result.isExpected ? pc.green(result.text) : pc.red(`✗ ${result.text}`)))
    .join(' · ')
  const isStatus = name.startsWith('status ')
  const line = {
    first: name,
    last: name,
    text: isStatus ? text.replaceAll(/status_\d+/g, 'status_…') : text,
  }
  const previous = lines.at(-1)
  if (isStatus && previous?.text === line.text) previous.last = name
  else lines.push(line)
}
for (const { first, last, text } of lines) {
  const name = first === last ? first : `${first} to ${last.replace('status ', '')}`
  console.log(`${name.padEnd(NAME_WIDTH)}${text}`)
}
const all = columns.flat()
const expected = all.filter(({ isExpected }) => isExpected).length
console.log(`\n${expected} of ${all.length} verdicts as expected, in ${seconds} s`)
process.exitCode = expected === all.length && all.length > 0 ? 0 : 1
