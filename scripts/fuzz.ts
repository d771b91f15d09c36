/**
 * `npm run fuzz`: the parsers of what comes from outside, with inputs that V8's coverage guides. Each
 * input that reached something new is kept for this run; `--keep` puts the smallest of them into the
 * corpus, which the tests replay. Exit status 1 where something was found.
 * I/O: reads and writes `test/fuzz/corpus/`; writes standard output.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { flag, wholeNumber } from './command-line/options.ts'
import { takeOrder } from './command-line/take-order.ts'
import { startCoverage } from './fuzz/coverage.ts'
import { mutated } from './fuzz/mutate.ts'
import { TARGETS, type Target } from './fuzz/targets.ts'
import { oneOf, seededChance } from './soak/chance.ts'

const { values } = takeOrder({
  name: 'fuzz',
  about: `The parsers of what comes from outside, with inputs that V8's coverage guides: ${TARGETS.length} targets, one after the
other, each for as long as it is told. Exit status 1 where something was found.`,
  options: {
    seconds: wholeNumber('seconds for each target', { least: 1, most: 604_800, otherwise: 10 }),
    seed: wholeNumber('repeats the chance of an earlier run', {
      least: 0,
      most: 4_294_967_295,
      otherwise: Date.now() % 1_000_000,
      otherwiseTold: 'by the clock',
    }),
    keep: flag('puts the smallest inputs that reached something new into test/fuzz/corpus/'),
  },
})
const CORPUS = 'test/fuzz/corpus'
/** Inputs that `--keep` keeps per target. */
const MOST_KEPT = 12
/** The coverage is asked for after so many inputs: asking takes longer than running one. */
const BATCH = 8

const chance = seededChance(values.seed)
console.log(`seed ${values.seed}, ${values.seconds} s for each target`)

function folderOf({ name }: Target): string {
  return join(CORPUS, name.replaceAll(' ', '-'))
}
function corpusOf(target: Target): Buffer[] {
  const folder = folderOf(target)
  const kept = existsSync(folder) ? readdirSync(folder) : []
  return [
    ...target.seeds.map((seed) => Buffer.from(seed)),
    ...kept.map((file) => readFileSync(join(folder, file))),
  ]
}

/** The error of the run, if any. */
function fault(target: Target, input: Buffer): string | undefined {
  try {
    target.run(input)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : 'something that is no error'
  }
}

let found = 0
for (const target of TARGETS) {
  const coverage = await startCoverage()
  const inputs = corpusOf(target)
  for (const input of inputs) fault(target, input)
  await coverage.newParts()
  const isKnown = inputs.length
  const end = Date.now() + values.seconds * 1000
  let runs = 0
  while (Date.now() < end) {
    const batch = Array.from({ length: BATCH }, () =>
      mutated(oneOf(chance, inputs as [Buffer]), oneOf(chance, inputs as [Buffer]), chance),
    )
    for (const input of batch) {
      runs += 1
      const message = fault(target, input)
      if (message === undefined) continue
      found += 1
      if (found <= 20)
        console.log(
          `${target.name}: ${message}: ${JSON.stringify(input.toString('latin1')).slice(0, 400)}`,
        )
    }
    if ((await coverage.newParts()) === 0) continue
    inputs.push(...batch)
  }
  await coverage.end()
  console.log(
    `${target.name}: ${runs} inputs, ${inputs.length - isKnown} of them kept for what they reached`,
  )
  if (values.keep) {
    mkdirSync(folderOf(target), { recursive: true })
    const smallest = inputs
      .slice(isKnown)
      .sort((one, other) => one.length - other.length)
      .slice(0, MOST_KEPT)
    for (const input of smallest) {
      const name = createHash('sha256').update(input).digest('hex').slice(0, 16)
      writeFileSync(join(folderOf(target), name), input)
    }
  }
}
console.log(
  found === 0 ? 'nothing was found' : `${found} inputs were not dealt with as they have to be`,
)
process.exitCode = found === 0 ? 0 : 1
