import { describe, expect, it } from '@jest/globals'
import { deadlineWith } from '../support/time.ts'
import {
  createCache,
  INVALID_GRANT,
  MIN_LIFETIME_SECONDS,
  SERVER_ERROR,
  TOO_SHORT,
} from './credential-cache-fixture.ts'

const DEADLINE = deadlineWith(1_000)

describe('preparing a credential', () => {
  it('sends one request, whose decision logs a miss', async () => {
    const { requests, source, obtain } = createCache()

    const prepared = source.prepare(DEADLINE)
    await new Promise(setImmediate)
    expect(requests).toHaveLength(1)
    expect(await obtain(undefined, DEADLINE, prepared)).toBe('Bearer 1 miss')
    expect(await obtain()).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(1)
  })

  it('does not use the credential if its remaining lifetime has become too short', async () => {
    const { clock, source, obtain } = createCache({ lifetimeSeconds: MIN_LIFETIME_SECONDS })

    const prepared = source.prepare(DEADLINE)
    clock.advance(1)
    expect(await obtain(undefined, DEADLINE, prepared)).toStrictEqual(TOO_SHORT)
  })

  it('returns the failure of the request without a second one', async () => {
    const { requests, source, obtain } = createCache({ failing: INVALID_GRANT })

    const prepared = source.prepare(DEADLINE)
    expect(await obtain(undefined, DEADLINE, prepared)).toMatchObject({
      reason: 'credential_refused',
    })
    expect(requests).toHaveLength(1)
  })

  it('sends no second request after a failure', async () => {
    const { clock, requests, source } = createCache({ failing: SERVER_ERROR })

    for (let caller = 0; caller < 100; caller += 1) {
      void source.prepare(DEADLINE)
      await Promise.resolve()
      clock.advance(60)
    }

    expect(requests).toHaveLength(1)
  })

  it('sends one request per lifetime', async () => {
    const { clock, requests, source } = createCache()

    for (let minutes = 0; minutes < 180; minutes += 1) {
      void source.prepare(DEADLINE)
      await new Promise(setImmediate)
      clock.advance(60)
    }

    // Each token is used for 58 minutes of the three hours.
    expect(requests).toHaveLength(4)
  })

  it('sends no request for a credential that depends on the caller', () => {
    const { requests, source } = createCache({ isUserBound: true })

    void source.prepare(DEADLINE)

    expect(requests).toHaveLength(0)
  })
})
