import { describe, expect, it } from '@jest/globals'
import { denial, fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { failure } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { callBy } from '../support/tokens-for-backends.ts'
import {
  cacheOver,
  ending,
  MIN_LIFETIME_SECONDS,
  MISSED,
  REFUSED,
  UNCLEAR,
} from './credential-cache-fixture.ts'

/** The instant of the renewal of a token of 3,600 s, with the latest chance. */
const RENEWAL_SECONDS = (3600 - MIN_LIFETIME_SECONDS) * 0.9

describe('the cache of the backend’s credential', () => {
  it('requests once and returns the same credential until its renewal is due', async () => {
    const { requests, obtain, obtainAfter } = cacheOver()

    expect(await obtain()).toBe('Bearer 1 miss')
    expect(await obtainAfter(RENEWAL_SECONDS - 0.1)).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(1)
  })

  it.each([
    [0, 0.8],
    [0.5, 0.85],
    [1, 0.9],
  ])('renews ahead of the end, by a chance of %d at %d of its service', async (chance, share) => {
    const { obtain, obtainAfter } = cacheOver({ chance })
    await obtain()

    expect(await obtainAfter((3600 - MIN_LIFETIME_SECONDS) * share - 0.1)).toBe('Bearer 1 hit')
    expect(await obtainAfter(0.1)).toBe('Bearer 2 miss')
    expect(await obtain()).toBe('Bearer 2 hit')
  })

  it('returns the old credential to all others while one call renews it', async () => {
    let release: () => void = () => undefined
    const { clock, requests, obtain } = cacheOver({
      request: async ({ number }) => {
        if (number === 2) await new Promise<void>((resolve) => (release = resolve))
        return ending(number, number * 3600)
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
    const { clock, obtain } = cacheOver({
      request: ({ number, deadline }) => {
        remaining.push(deadline.remaining())
        return ending(number, number * 3600)
      },
    })
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    await obtain()

    expect(remaining).toStrictEqual([60_000, 2_000])
  })

  it('hands out the old credential through an outage as long as it lives long enough', async () => {
    const { grant, obtain, obtainAfter } = cacheOver()
    await obtain()
    grant.failing = UNCLEAR

    expect(await obtainAfter(3600 - MIN_LIFETIME_SECONDS - 0.1)).toBe('Bearer 1 hit')
    expect(await obtainAfter(0.1)).toMatchObject({ reason: 'token_endpoint_unavailable' })
  })

  it('never returns a credential with less than the minimum lifetime, which is a fault', async () => {
    const { obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS - 0.1 })

    expect(await obtain()).toStrictEqual(fault('credential_too_short_lived', MISSED))
  })

  it('hands out what lives exactly as long as the least', async () => {
    const { obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS })

    expect(await obtain()).toBe('Bearer 1 miss')
  })

  it('names the backend', async () => {
    const obtained = await cacheOver().source.obtain(callBy(), PLENTY_OF_TIME)

    expect(obtained).toMatchObject({ ok: true, value: { backend: 'oic' } })
  })

  it('requests once for 200 calls at the same time', async () => {
    const { requests, obtain } = cacheOver()

    const all = await Promise.all(Array.from({ length: 200 }, () => obtain()))

    expect(requests).toHaveLength(1)
    expect(new Set(all)).toStrictEqual(new Set(['Bearer 1 miss']))
  })

  it('passes each new credential to the check', async () => {
    const { clock, issuedTokens, obtain } = cacheOver()
    await obtain()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    await obtain()

    expect(issuedTokens).toStrictEqual(['Bearer 1', 'Bearer 2'])
  })
})

describe('a failed request for a credential', () => {
  it('is returned to all waiting calls and not cached: the next call requests a new token', async () => {
    const { grant, obtain } = cacheOver({ failing: REFUSED })
    const all = await Promise.all([obtain(), obtain()])
    grant.failing = undefined

    const refused = fault('credential_refused', { ...MISSED, detail: 'invalid_grant' })
    expect(all).toStrictEqual([refused, refused])
    expect(await obtain()).toBe('Bearer 2 miss')
  })

  it('#45 is followed by ever longer pauses once there were a few, the longest a second', async () => {
    const { clock, requests, obtain } = cacheOver({ failing: UNCLEAR })
    for (let failures = 0; failures < 6; failures += 1) await obtain()
    const pauses: number[] = []
    for (let pause = 0; pauses.length < 7;) {
      const before = requests.length
      expect(await obtain()).toMatchObject({ reason: 'token_endpoint_unavailable' })
      if (requests.length > before) {
        pauses.push(pause)
        pause = 0
      }
      clock.advance(0.5)
      pause += 0.5
    }

    expect(pauses).toStrictEqual([0.5, 1, 1, 1, 1, 1, 1])
  })

  it.each([5, 100])('sends no request for the %d s that the endpoint asks for', async (wanted) => {
    const { grant, obtain, obtainAfter } = cacheOver({
      failing: { ...UNCLEAR, retryAfter: seconds(wanted) },
    })
    await obtain()
    grant.failing = undefined

    expect(await obtainAfter(wanted - 0.1)).toMatchObject({ reason: 'token_endpoint_unavailable' })
    expect(await obtainAfter(0.1)).toBe('Bearer 2 miss')
  })

  it('does not renew during a pause: the old credential is used', async () => {
    const { clock, grant, requests, obtain } = cacheOver()
    await obtain()
    clock.advance(RENEWAL_SECONDS)
    grant.failing = { ...UNCLEAR, retryAfter: seconds(30) }

    expect(await obtain()).toBe('Bearer 1 hit')
    expect(await obtain()).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(2)
  })

  it.each([UNCLEAR, REFUSED])('ends with the first success: $fault.reason', async (failing) => {
    const { clock, grant, obtain } = cacheOver({ failing, lifetimeSeconds: MIN_LIFETIME_SECONDS })
    for (let failures = 0; failures < 5; failures += 1) await obtain()
    grant.failing = undefined
    expect(await obtain()).toBe('Bearer 6 miss')

    clock.advance(1)
    grant.failing = failing
    await obtain()
    grant.failing = undefined
    expect(await obtain()).toBe('Bearer 8 miss')
  })

  it('of one caller pauses only that caller’s requests', async () => {
    for (const failing of [UNCLEAR, REFUSED]) {
      const { grant, obtain } = cacheOver({ failing, isUserBound: true })
      for (let failures = 0; failures < 6; failures += 1) await obtain('ann')
      grant.failing = undefined

      expect(await obtain('ann')).toMatchObject({ reason: failing.fault.reason })
      expect(await obtain('bob')).toBe('Bearer 7 miss')
    }
  })
})

describe('credentials in the names of callers', () => {
  it('#52 are separate for each caller', async () => {
    const { requests, obtain } = cacheOver({ isUserBound: true })

    expect(await obtain('ann')).toBe('Bearer 1 miss')
    expect(await obtain('bob')).toBe('Bearer 2 miss')
    expect(await obtain('ann')).toBe('Bearer 1 hit')
    expect(await obtain('bob')).toBe('Bearer 2 hit')
    expect(requests).toStrictEqual(['ann', 'bob'])
  })

  it('#52 are not shared even while they are under way', async () => {
    const { obtain } = cacheOver({ isUserBound: true })

    const all = await Promise.all(['ann', 'bob', 'ann'].map((user) => obtain(user)))

    expect(all).toStrictEqual(['Bearer 1 miss', 'Bearer 2 miss', 'Bearer 1 miss'])
  })

  it('push the least recently used out when there are too many', async () => {
    const { obtain } = cacheOver({ isUserBound: true })
    await obtain('first')
    await obtain('second')
    for (let user = 0; user < 998; user += 1) await obtain(`user ${user}`)
    await obtain('first')

    await obtain('one more')

    expect(await obtain('first')).toBe('Bearer 1 hit')
    expect(await obtain('second')).toMatch(/ miss$/)
  })

  it('are denied to who has no name, and named with the backend', async () => {
    const { source } = cacheOver({ isUserBound: true })

    expect(await source.obtain(callBy({ clientId: undefined }), PLENTY_OF_TIME)).toStrictEqual(
      failure(denial('subject_missing', { backend: 'oic' })),
    )
  })
})
