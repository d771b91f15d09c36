/**
 * Owns the proof of how long a backend credential is handed out, and how often one is asked for.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { createCredentialCache } from '../../../src/backend/credential-cache.ts'
import type { BackendCredential, ObtainedCredential } from '../../../src/backend/credential.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import { later, seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

const MIN_LIFETIME_SECONDS = 120

/** A cache over a grant whose n-th token is `Bearer n` and lives as long as is told. */
const cacheOver = (lifetimeSeconds: number) => {
  const clock = new StandingClock()
  const grant = { requests: 0 }
  const request = (): Promise<Result<BackendCredential, Fault>> => {
    grant.requests += 1
    return Promise.resolve(
      success({
        authorization: new Redacted(`Bearer ${grant.requests}`),
        expiresAt: later(clock.now(), seconds(lifetimeSeconds)),
      }),
    )
  }
  const obtain = createCredentialCache('oic', request, seconds(MIN_LIFETIME_SECONDS), clock)
  return { clock, grant, obtain: () => obtain(PLENTY_OF_TIME) }
}

const told = (obtained: Result<ObtainedCredential, Fault>) =>
  obtained.ok
    ? [obtained.value.authorization.reveal(), obtained.value.cache]
    : [obtained.error.reason]

describe('the cache of the backend’s credential', () => {
  it('asks once and hands out the same credential while it lives long enough', async () => {
    const { clock, grant, obtain } = cacheOver(3600)

    const first = await obtain()
    clock.advance(3600 - MIN_LIFETIME_SECONDS)
    const second = await obtain()

    expect(told(first)).toStrictEqual(['Bearer 1', 'miss'])
    expect(told(second)).toStrictEqual(['Bearer 1', 'hit'])
    expect(grant.requests).toBe(1)
  })

  it('asks anew as soon as the credential has less left than the least', async () => {
    const { clock, obtain } = cacheOver(3600)

    await obtain()
    clock.advance(3600 - MIN_LIFETIME_SECONDS + 0.1)

    expect(told(await obtain())).toStrictEqual(['Bearer 2', 'miss'])
    expect(told(await obtain())).toStrictEqual(['Bearer 2', 'hit'])
  })

  it('never hands out what lives shorter than the least, and says so', async () => {
    const { grant, obtain } = cacheOver(MIN_LIFETIME_SECONDS - 0.1)

    expect(await obtain()).toStrictEqual(
      failure(fault('credential_too_short_lived', { backend: 'oic', backEndCache: 'miss' })),
    )
    expect(told(await obtain())).toStrictEqual(['credential_too_short_lived'])
    expect(grant.requests).toBe(2)
  })

  it('hands out what lives exactly as long as the least', async () => {
    const { obtain } = cacheOver(MIN_LIFETIME_SECONDS)

    expect(told(await obtain())).toStrictEqual(['Bearer 1', 'miss'])
  })

  it('names the backend', async () => {
    const { obtain } = cacheOver(3600)

    expect(await obtain()).toMatchObject({ ok: true, value: { backend: 'oic' } })
    expect(await obtain()).toMatchObject({ ok: true, value: { backend: 'oic' } })
  })

  it('asks once for 200 who wait at the same time, and gives each the same', async () => {
    const { grant, obtain } = cacheOver(3600)

    const all = await Promise.all(Array.from({ length: 200 }, obtain))

    expect(grant.requests).toBe(1)
    expect(new Set(all.map((obtained) => told(obtained).join()))).toStrictEqual(
      new Set(['Bearer 1,miss']),
    )
  })

  it('tells each who waits of a failure, and does not keep it', async () => {
    let requests = 0
    const clock = new StandingClock()
    const obtain = createCredentialCache(
      'oic',
      () => {
        requests += 1
        return Promise.resolve(
          requests === 1
            ? failure(fault('credential_refused', { detail: 'invalid_scope' }))
            : success({
                authorization: new Redacted('Bearer late'),
                expiresAt: later(clock.now(), seconds(3600)),
              }),
        )
      },
      seconds(MIN_LIFETIME_SECONDS),
      clock,
    )

    const all = await Promise.all([obtain(PLENTY_OF_TIME), obtain(PLENTY_OF_TIME)])

    const refused = failure(
      fault('credential_refused', {
        backend: 'oic',
        backEndCache: 'miss',
        detail: 'invalid_scope',
      }),
    )
    expect(all).toStrictEqual([refused, refused])
    expect(told(await obtain(PLENTY_OF_TIME))).toStrictEqual(['Bearer late', 'miss'])
    expect(requests).toBe(2)
  })
})
