import { describe, expect, it } from '@jest/globals'
import { deadlineWith } from '../support/time.ts'
import { cacheOver, MIN_LIFETIME_SECONDS, REFUSED, UNCLEAR } from './credential-cache-fixture.ts'

describe('a credential that is prepared', () => {
  it('is fetched once for the decision that prepares it, which logs a miss', async () => {
    const { requests, source, obtain } = cacheOver()
    const deadline = deadlineWith(1_000)

    const prepared = source.prepare(deadline)
    await new Promise(setImmediate)
    expect(requests).toHaveLength(1)
    expect(await obtain(undefined, deadline, prepared)).toBe('Bearer 1 miss')
    expect(await obtain()).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(1)
  })

  it('is not used if it has expired too far when the caller is verified', async () => {
    const { clock, source, obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS })
    const deadline = deadlineWith(10_000)

    const prepared = source.prepare(deadline)
    clock.advance(1)
    expect(await obtain(undefined, deadline, prepared)).toMatchObject({
      reason: 'credential_too_short_lived',
    })
  })

  it('is requested once if that fails, and the decision has the failure', async () => {
    const { requests, source, obtain } = cacheOver({ failing: REFUSED })
    const deadline = deadlineWith(1_000)

    const prepared = source.prepare(deadline)
    expect(await obtain(undefined, deadline, prepared)).toMatchObject({
      reason: 'credential_refused',
    })
    expect(requests).toHaveLength(1)
  })

  it('is requested once after a failure, however many bad callers come', async () => {
    const { clock, requests, source } = cacheOver({ failing: UNCLEAR })

    for (let caller = 0; caller < 100; caller += 1) {
      void source.prepare(deadlineWith(1_000))
      await Promise.resolve()
      clock.advance(60)
    }

    expect(requests).toHaveLength(1)
  })

  it('is prepared once per lifetime', async () => {
    const { clock, requests, source } = cacheOver()

    for (let minutes = 0; minutes < 180; minutes += 1) {
      void source.prepare(deadlineWith(1_000))
      await new Promise(setImmediate)
      clock.advance(60)
    }

    // 3 hours of tokens that serve 58 minutes each.
    expect(requests).toHaveLength(4)
  })

  it('does not exist where it depends on the caller', () => {
    const { requests, source } = cacheOver({ isUserBound: true })

    void source.prepare(deadlineWith(1_000))

    expect(requests).toHaveLength(0)
  })
})
