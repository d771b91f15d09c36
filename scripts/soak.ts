/** `npm run soak`: runs the local stack under load and random failures, and checks each answer. */
import { setTimeout as delay } from 'node:timers/promises'
import { startLocalStack } from '../stack/local-stack.ts'
import { buildFirst } from './command-line/build-first.ts'
import { imageNodeOptions } from './build/node-options.ts'
import { nodeOption } from './command-line/node-option.ts'
import { wholeNumber } from './command-line/options.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { callAndCheck, newCounts } from './soak/calls.ts'
import { seededRandom } from './soak/random.ts'
import { soakConfiguration } from './soak/configuration.ts'
import { smallMemory } from './soak/small-memory.ts'
import { injectFailures } from './soak/failures.ts'
import { report } from './soak/report.ts'

const { values } = readCommandLine({
  name: 'soak',
  about: `Runs the local stack under load and random failures, and compares each answer with the expected ones. It
builds first, and takes up to half a minute longer than the given time. Exit status 1 if an answer was wrong.`,
  options: {
    seconds: wholeNumber('seconds of load', { min: 10, max: 604_800, default: 300 }),
    seed: wholeNumber('repeats the failures of an earlier run', {
      min: 0,
      max: 4_294_967_295,
      default: Date.now() % 1_000_000,
      defaultText: 'from the clock',
    }),
    callers: wholeNumber('callers at the same time', { min: 1, max: 1000, default: 8 }),
    memory: wholeNumber('MiB for each instance of the function; 0 sets no limit', {
      min: 0,
      max: 65_536,
      default: 128,
    }),
    node: nodeOption,
  },
})
buildFirst()
const random = seededRandom(values.seed)
console.log(`soak for ${values.seconds} s, seed ${values.seed} (--seed repeats its failures)`)

const memory = values.memory === 0 ? undefined : smallMemory(values.memory, values.node)
console.log(memory ? `each instance has ${values.memory} MiB` : 'memory is not limited')

const stack = await startLocalStack({
  function: {
    maxInstances: 4,
    node: memory?.node ?? values.node,
    nodeArguments: imageNodeOptions(),
  },
})
await stack.authorizer.setConfig(soakConfiguration(stack))
const counts = newCounts()
const end = Date.now() + values.seconds * 1000
const failures = injectFailures(stack, random, end)

async function caller(): Promise<void> {
  while (Date.now() < end) {
    await callAndCheck(stack, failures, random, counts)
    await delay(random() * 20)
  }
}
await Promise.all([failures.ended, ...Array.from({ length: values.callers }, caller)])
const exits = stack.authorizer.instances.filter(({ exitCode }) => exitCode !== null).length
await stack.close()
const used = memory?.end()
if (used) console.log(`memory: peak ${used.peakMebibytes} MiB, ${used.killed} processes killed`)
process.exitCode = report(counts, failures.counts, exits + (used?.killed ?? 0)) ? 0 : 1
