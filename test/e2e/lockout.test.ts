import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { CASES, FAILURES, GRANTS, startLockoutTest, type LockoutTest } from '../lockout/attack.ts'
import { startTestHarness } from './support/test-harness.ts'

jest.setTimeout(60_000)

const harness = await startTestHarness()
let lockout: LockoutTest
afterEach(() => lockout.end())

describe.each(CASES)(
  'a token endpoint that fails for some users ($grant, $name)',
  ({ grant, failure }) => {
    it('does not affect other users, even if the affected ones call often', async () => {
      lockout = await startLockoutTest(harness, grant)
      lockout.failFor((user) => user.startsWith('attacker'), failure)
      const verdicts: string[] = []
      for (let user = 0; user < 6; user += 1) {
        const attack = Array.from({ length: 20 }, (_, call) => lockout.call(`attacker-${call % 2}`))
        verdicts.push(await lockout.call(`user-${user}`))
        expect(new Set(await Promise.all(attack))).toEqual(new Set(['fault']))
        verdicts.push(await lockout.call(`another-${user}`))
      }

      expect(new Set(verdicts)).toEqual(new Set(['permit']))
      // For 120 calls, each with another token.
      const requests = lockout.requestedUsers.filter((user) => user.startsWith('attacker'))
      expect(requests.length).toBeLessThan(90)
    })
  },
)

describe.each(GRANTS)('a token endpoint that fails for all users (%s)', (grant) => {
  it('gets fewer requests than there are users, and serves all users soon after', async () => {
    lockout = await startLockoutTest(harness, grant)
    lockout.failFor(() => true, FAILURES['503 with Retry-After'])
    for (let user = 0; user < 40; user += 1) {
      expect(await lockout.call(`user-${user}`)).toBe('fault')
    }
    expect(lockout.requestedUsers.length).toBeLessThan(30)

    lockout.failFor(() => false, {})
    const untilPermitted = async (user: string): Promise<void> => {
      while ((await lockout.call(user)) !== 'permit');
    }
    await Promise.all(Array.from({ length: 40 }, (_, user) => untilPermitted(`user-${user}`)))
  })
})
