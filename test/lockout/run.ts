import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { startHarness } from '../e2e/support/harness.ts'
import { CASES, measureAttack, measureOutage, startLockoutTest } from './attack.ts'

readCommandLine({
  name: 'test:lockout',
  about: `Measures how many users an attacker can lock out, and how soon calls succeed after an outage of the
token endpoint. It builds first, prints two tables, and takes about eight minutes.`,
  options: {},
})
buildFirst()
const harness = await startHarness()
console.log(
  'grant           failure                attackers  calls/s  users faulted  requests by attackers',
)
for (const { grant, name, failure } of CASES) {
  for (const attackers of [1, 2, 10]) {
    for (const callsPerSecond of [20, 100]) {
      const lockout = await startLockoutTest(harness, grant)
      const attack = { failure, attackers, callsPerSecond, users: 98, usersPerSecond: 25 }
      const percentage = await measureAttack(lockout, attack)
      const requests = lockout.requestedUsers.filter((user) => user.startsWith('attacker')).length
      await lockout.end()
      const columns = [
        grant.padEnd(15),
        name.padEnd(22),
        String(attackers).padStart(9),
        String(callsPerSecond).padStart(8),
        `${percentage.toFixed(1)} %`.padStart(14),
        String(requests).padStart(22),
      ]
      console.log(columns.join(' '))
    }
  }
}

console.log(
  '\ngrant           outage                 users  recovery    requests of calls during it',
)
for (const { grant, name, failure } of CASES) {
  // The failures of fewer than three users do not count as an outage: each waits for `Retry-After`.
  for (const users of 'headers' in failure ? [5, 40] : [1, 5, 40]) {
    const lockout = await startLockoutTest(harness, grant)
    const measure = await measureOutage(lockout, { failure, users, outageSeconds: 6 })
    await lockout.end()
    const columns = [
      grant.padEnd(15),
      name.padEnd(22),
      String(users).padStart(5),
      `${measure.recoverySeconds.toFixed(2)} s`.padStart(9),
      `${measure.requests} of ${measure.calls}`.padStart(29),
    ]
    console.log(columns.join(' '))
  }
}
await harness.close()
