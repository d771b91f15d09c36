/**
 * `npm run soak`: the whole local stack under load, with everything going wrong at random, and an
 * oracle that judges each answer. Exit status 1 when it found anything.
 * I/O: starts the local stack; writes standard output.
 */
import { parseArgs } from 'node:util'
import { setTimeout as delay } from 'node:timers/promises'
import { startLocalStack } from '../test/stack/local-stack.ts'
import { callAndJudge, newCounts } from './soak/calls.ts'
import { seededChance } from './soak/chance.ts'
import { soakConfiguration } from './soak/configuration.ts'
import { startTroubles } from './soak/troubles.ts'
import { report } from './soak/report.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    callers: { type: 'string', default: '8' },
  },
})
const chance = seededChance(Number(values.seed))
console.log(`soak for ${values.seconds} s, seed ${values.seed} (--seed repeats its troubles)`)

const stack = await startLocalStack({ function: { maxInstances: 4 } })
await stack.authorizer.setConfig(soakConfiguration(stack))
const counts = newCounts()
const end = Date.now() + Number(values.seconds) * 1000
const troubles = startTroubles(stack, chance, end)

const caller = async (): Promise<void> => {
  while (Date.now() < end) {
    await callAndJudge(stack, troubles, chance, counts)
    await delay(chance() * 20)
  }
}
await Promise.all([troubles.ended, ...Array.from({ length: Number(values.callers) }, caller)])
const exits = stack.authorizer.instances.filter(({ exitCode }) => exitCode !== null).length
await stack.close()
process.exitCode = report(counts, troubles.told, exits) ? 0 : 1
