import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { startWorld } from '../e2e/support/world.ts'
import { CASES, measureAttack, measureOutage, startScene } from './attack.ts'

readCommandLine({
  name: 'test:lockout',
  about: `Measures how many users an attacker keeps out, and how soon service is back after an outage of the
token endpoint. It builds first, prints two tables, and takes about eight minutes.`,
  options: {},
})
buildFirst()
const world = await startWorld()
console.log(
  'grant           failure                identities  calls/s  users faulted  requests by attackers',
)
for (const { grant, name, failure } of CASES) {
  for (const identities of [1, 2, 10]) {
    for (const rate of [20, 100]) {
      const scene = await startScene(world, grant)
      const attack = { failure, identities, rate, users: 98, usersPerSecond: 25 }
      const share = await measureAttack(scene, attack)
      const requests = scene.asked.filter((user) => user.startsWith('attacker')).length
      await scene.end()
      const columns = [
        grant.padEnd(15),
        name.padEnd(22),
        String(identities).padStart(10),
        String(rate).padStart(8),
        `${share.toFixed(1)} %`.padStart(14),
        String(requests).padStart(22),
      ]
      console.log(columns.join(' '))
    }
  }
}

console.log(
  '\ngrant           outage                 users  back after  requests during it, of calls',
)
for (const { grant, name, failure } of CASES) {
  // Fewer than three are distinguished from an outage, and wait for as long as the server asks.
  for (const users of 'headers' in failure ? [5, 40] : [1, 5, 40]) {
    const scene = await startScene(world, grant)
    const measure = await measureOutage(scene, { failure, users, outageSeconds: 6 })
    await scene.end()
    const columns = [
      grant.padEnd(15),
      name.padEnd(22),
      String(users).padStart(5),
      `${measure.recoverySeconds.toFixed(2)} s`.padStart(11),
      `${measure.requests} of ${measure.calls}`.padStart(20),
    ]
    console.log(columns.join(' '))
  }
}
await world.close()
