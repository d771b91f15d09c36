import { describe, expect, it } from '@jest/globals'
import { denial, fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { failure } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { callBy } from '../support/tokens-for-backends.ts'
import {
  createCache,
  issuedAtStart,
  MIN_LIFETIME_SECONDS,
  MISSED,
  INVALID_GRANT,
  SERVER_ERROR,
  STATUS_503,
  TOO_SHORT,
} from './credential-cache-fixture.ts'

/** The latest renewal of a token that lives 3,600 s. */
const RENEWAL_SECONDS = (3600 - MIN_LIFETIME_SECONDS) * 0.9

describe('the credential cache', () => {
  it('sends one request and returns its credential until the renewal', async () => {
    const { requests, obtain, obtainAfter } = createCache()

    expect(await obtain()).toBe('Bearer 1 miss')
    expect(await obtainAfter(RENEWAL_SECONDS - 0.1)).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(1)
  })

  it.each([
    [0, 0.8],
    [0.5, 0.85],
    [1, 0.9],
  ])('renews with a chance of %d after %d of the usable lifetime', async (chance, share) => {
    const { obtain, obtainAfter } = createCache({ chance })
    await obtain()

    expect(await obtainAfter((3600 - MIN_LIFETIME_SECONDS) * share - 0.1)).toBe('Bearer 1 hit')
    expect(await obtainAfter(0.1)).toBe('Bearer 2 miss')
    expect(await obtain()).toBe('Bearer 2 hit')
  })

  it('returns the old credential to all other calls while one call renews it', async () => {
    let release: () => void = () => undefined
    const { clock, requests, obtain } = createCache({
      request: async ({ number }) => {
        if (number === 2) await new Promise<void>((resolve) => (release = resolve))
        return issuedAtStart(number, number * 3600)
      },
    })
    await obtain()
    clock.advance(RENEWAL_SECONDS)

    const renewing = obtain()
    expect(await obtain()).toBe('Bearer 1 hit')
    release()
    expect(await renewing).toBe('Bearer 2 miss')
    expect(requests).toHaveLength(2)
  })

  it('limits a renewal to two seconds of its call', async () => {
    const remaining: number[] = []
    const { clock, obtain } = createCache({
      request: ({ number, deadline }) => {
        remaining.push(deadline.remaining())
        return issuedAtStart(number, number * 3600)
      },
    })
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    await obtain()

    expect(remaining).toStrictEqual([60_000, 2_000])
  })

  it('returns the old credential during an outage while it has the minimum lifetime', async () => {
    const { grant, obtain, obtainAfter } = createCache()
    await obtain()
    grant.failing = SERVER_ERROR

    expect(await obtainAfter(3600 - MIN_LIFETIME_SECONDS - 0.1)).toBe('Bearer 1 hit')
    expect(await obtainAfter(0.1)).toStrictEqual(STATUS_503)
  })

  it.each([
    ['a fault for less than', MIN_LIFETIME_SECONDS - 0.1, TOO_SHORT],
    ['a credential with exactly', MIN_LIFETIME_SECONDS, 'Bearer 1 miss'],
  ])('returns %s the minimum lifetime', async (_case, lifetimeSeconds, expected) => {
    expect(await createCache({ lifetimeSeconds }).obtain()).toStrictEqual(expected)
  })

  it('returns the name of the backend', async () => {
    const obtained = await createCache().source.obtain(callBy(), PLENTY_OF_TIME)

    expect(obtained).toMatchObject({ ok: true, value: { backend: 'oic' } })
  })

  it('sends one request for 200 concurrent calls', async () => {
    const { requests, obtain } = createCache()

    const all = await Promise.all(Array.from({ length: 200 }, () => obtain()))

    expect(requests).toHaveLength(1)
    expect(new Set(all)).toStrictEqual(new Set(['Bearer 1 miss']))
  })

  it('passes each new credential to onIssued', async () => {
    const { clock, issuedTokens, obtain } = createCache()
    await obtain()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    await obtain()

    expect(issuedTokens).toStrictEqual(['Bearer 1', 'Bearer 2'])
  })
})

describe('a failed request for a credential', () => {
  it('is returned to all waiting calls and is not cached', async () => {
    const { grant, obtain } = createCache({ failing: INVALID_GRANT })
    const all = await Promise.all([obtain(), obtain()])
    grant.failing = undefined

    const refused = fault('credential_refused', { ...MISSED, detail: 'invalid_grant' })
    expect(all).toStrictEqual([refused, refused])
    expect(await obtain()).toBe('Bearer 2 miss')
  })

  it('#45 is followed by pauses of up to one second after six failures', async () => {
    const { clock, requests, obtain } = createCache({ failing: SERVER_ERROR })
    for (let failures = 0; failures < 6; failures += 1) await obtain()
    const pauses: number[] = []
    for (let pause = 0; pauses.length < 7;) {
      const before = requests.length
      expect(await obtain()).toStrictEqual(STATUS_503)
      if (requests.length > before) {
        pauses.push(pause)
        pause = 0
      }
      clock.advance(0.5)
      pause += 0.5
    }

    expect(pauses).toStrictEqual([0.5, 1, 1, 1, 1, 1, 1])
  })

  it.each([5, 100])('sends no request during a Retry-After of %d s', async (retryAfter) => {
    const { grant, obtain, obtainAfter } = createCache({
      failing: { ...SERVER_ERROR, retryAfter: seconds(retryAfter) },
    })
    await obtain()
    grant.failing = undefined

    expect(await obtainAfter(retryAfter - 0.1)).toStrictEqual(STATUS_503)
    expect(await obtainAfter(0.1)).toBe('Bearer 2 miss')
  })

  it('prevents renewals during the pause: the old credential is used', async () => {
    const { clock, grant, requests, obtain } = createCache()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    grant.failing = { ...SERVER_ERROR, retryAfter: seconds(30) }

    expect(await obtain()).toBe('Bearer 1 hit')
    expect(await obtain()).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(2)
  })

  it.each([SERVER_ERROR, INVALID_GRANT])('ends on success: $fault.reason', async (failing) => {
    const { clock, grant, obtain } = createCache({
      failing,
      lifetimeSeconds: MIN_LIFETIME_SECONDS,
    })
    for (let failures = 0; failures < 5; failures += 1) await obtain()
    grant.failing = undefined
    expect(await obtain()).toBe('Bearer 6 miss')

    clock.advance(1)
    grant.failing = failing
    await obtain()
    grant.failing = undefined
    expect(await obtain()).toBe('Bearer 8 miss')
  })

  it('of one caller pauses only the requests of that caller', async () => {
    for (const failing of [SERVER_ERROR, INVALID_GRANT]) {
      const { grant, obtain } = createCache({ failing, isUserBound: true })
      for (let failures = 0; failures < 6; failures += 1) await obtain('ann')
      grant.failing = undefined

      expect(await obtain('ann')).toMatchObject({ reason: failing.fault.reason })
      expect(await obtain('bob')).toBe('Bearer 7 miss')
    }
  })
})

describe('user credentials', () => {
  it('#52 are separate for each caller', async () => {
    const { requests, obtain } = createCache({ isUserBound: true })

    expect(await obtain('ann')).toBe('Bearer 1 miss')
    expect(await obtain('bob')).toBe('Bearer 2 miss')
    expect(await obtain('ann')).toBe('Bearer 1 hit')
    expect(await obtain('bob')).toBe('Bearer 2 hit')
    expect(requests).toStrictEqual(['ann', 'bob'])
  })

  it('#52 are separate for concurrent calls of different callers', async () => {
    const { obtain } = createCache({ isUserBound: true })

    const all = await Promise.all(['ann', 'bob', 'ann'].map((user) => obtain(user)))

    expect(all).toStrictEqual(['Bearer 1 miss', 'Bearer 2 miss', 'Bearer 1 miss'])
  })

  it('replace the least recently used credential when the cache is full', async () => {
    const { obtain } = createCache({ isUserBound: true })
    await obtain('first')
    await obtain('second')
    for (let user = 0; user < 998; user += 1) await obtain(`user ${user}`)
    await obtain('first')

    await obtain('one more')

    expect(await obtain('first')).toBe('Bearer 1 hit')
    expect(await obtain('second')).toMatch(/ miss$/)
  })

  it('are denied to a caller without a name, with the backend in the log', async () => {
    const { source } = createCache({ isUserBound: true })

    expect(await source.obtain(callBy({ clientId: undefined }), PLENTY_OF_TIME)).toStrictEqual(
      failure(denial('subject_missing', { backend: 'oic' })),
    )
  })
})
