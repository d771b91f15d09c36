import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { CASES, FAILURES, GRANTS, startScene, type Scene } from '../lockout/attack.ts'
import { startTestWorld } from './support/test-world.ts'

jest.setTimeout(60_000)

const world = await startTestWorld()
let scene: Scene
afterEach(() => scene.end())

describe.each(CASES)(
  'a token endpoint that fails for some users ($grant, $name)',
  ({ grant, failure }) => {
    it('does not affect other users, however often the first ones call', async () => {
      scene = await startScene(world, grant)
      scene.failFor((user) => user.startsWith('attacker'), failure)
      const verdicts: string[] = []
      for (let user = 0; user < 6; user += 1) {
        const attack = Array.from({ length: 20 }, (_, call) => scene.call(`attacker-${call % 2}`))
        verdicts.push(await scene.call(`user-${user}`))
        expect(new Set(await Promise.all(attack))).toEqual(new Set(['fault']))
        verdicts.push(await scene.call(`another-${user}`))
      }

      expect(new Set(verdicts)).toEqual(new Set(['permit']))
      // Of 120 calls with tokens of their own.
      const requests = scene.asked.filter((user) => user.startsWith('attacker'))
      expect(requests.length).toBeLessThan(90)
    })
  },
)

describe.each(GRANTS)('a token endpoint that fails for all users (%s)', (grant) => {
  it('does not get a request for each user, and serves all users soon after', async () => {
    scene = await startScene(world, grant)
    scene.failFor(() => true, FAILURES['503 with Retry-After'])
    for (let user = 0; user < 40; user += 1) {
      expect(await scene.call(`user-${user}`)).toBe('fault')
    }
    expect(scene.asked.length).toBeLessThan(30)

    scene.failFor(() => false, {})
    const untilServed = async (user: string): Promise<void> => {
      while ((await scene.call(user)) !== 'permit');
    }
    await Promise.all(Array.from({ length: 40 }, (_, user) => untilServed(`user-${user}`)))
  })
})
