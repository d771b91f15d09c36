/**
 * `npm run soak`: the whole local stack under load, with everything going wrong at random, and an
 * oracle that judges each answer. Exit status 1 when it found anything.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { startLocalStack } from '../stack/local-stack.ts'
import { buildFirst } from './command-line/build-first.ts'
import { imageNodeOptions } from './build/node-options.ts'
import { nodeOption } from './command-line/node-option.ts'
import { wholeNumber } from './command-line/options.ts'
import { readCommandLine } from './command-line/command-line.ts'
import { callAndJudge, newCounts } from './soak/calls.ts'
import { seededChance } from './soak/chance.ts'
import { soakConfiguration } from './soak/configuration.ts'
import { smallMemory } from './soak/small-memory.ts'
import { startTroubles } from './soak/troubles.ts'
import { report } from './soak/report.ts'

const { values } = readCommandLine({
  name: 'soak',
  about: `The whole local stack under load, with everything going wrong at random, and an oracle that judges each
answer. It builds first, and takes up to half a minute longer than the given time. Exit status 1 when it found anything.`,
  options: {
    seconds: wholeNumber('seconds of load', { min: 10, max: 604_800, default: 300 }),
    seed: wholeNumber('repeats the troubles of an earlier run', {
      min: 0,
      max: 4_294_967_295,
      default: Date.now() % 1_000_000,
      defaultText: 'by the clock',
    }),
    callers: wholeNumber('callers at the same time', { min: 1, max: 1000, default: 8 }),
    memory: wholeNumber('MiB that each instance of the function has; 0 sets no limit', {
      min: 0,
      max: 65_536,
      default: 128,
    }),
    node: nodeOption,
  },
})
buildFirst()
const chance = seededChance(values.seed)
console.log(`soak for ${values.seconds} s, seed ${values.seed} (--seed repeats its troubles)`)

const memory = values.memory === 0 ? undefined : smallMemory(values.memory, values.node)
console.log(memory ? `each instance has ${values.memory} MiB` : 'no limit of memory is set')

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
const troubles = startTroubles(stack, chance, end)

async function caller(): Promise<void> {
  while (Date.now() < end) {
    await callAndJudge(stack, troubles, chance, counts)
    await delay(chance() * 20)
  }
}
await Promise.all([troubles.ended, ...Array.from({ length: values.callers }, caller)])
const exits = stack.authorizer.instances.filter(({ exitCode }) => exitCode !== null).length
await stack.close()
const used = memory?.end()
if (used) console.log(`memory: ${used.peakMebibytes} MiB at most, ${used.killed} killed for it`)
process.exitCode = report(counts, troubles.counts, exits + (used?.killed ?? 0)) ? 0 : 1
