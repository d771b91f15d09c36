import { describe, expect, it } from '@jest/globals'
import type { CredentialFailure } from '../../../src/backend/credential.ts'
import { fault } from '../../../src/decision.ts'
import { deadlineAt, plus, seconds } from '../../../src/platform/clock.ts'
import { failure } from '../../../src/platform/result.ts'
import { deadlineWith, START } from '../support/time.ts'
import {
  createCache,
  issued,
  issuedAtStart,
  MIN_LIFETIME_SECONDS,
  SERVER_ERROR,
  STATUS_503,
  TOO_SHORT,
  type Outcome,
} from './credential-cache-fixture.ts'

const RETRY_AFTER: CredentialFailure = { ...SERVER_ERROR, retryAfter: seconds(30) }

/** A cache whose requests wait for the test to call `answers[n]`. */
function createPendingCache({ isUserBound = false } = {}) {
  const answers: ((outcome: Outcome) => void)[] = []
  const request = () => new Promise<Outcome>((resolve) => answers.push(resolve))
  return { answers, ...createCache({ isUserBound, request }) }
}

describe('a credential with a very long lifetime', () => {
  it('is cached for years', async () => {
    const { requests, obtain, obtainAfter } = createCache({ lifetimeSeconds: 20 * 365 * 86_400 })

    expect(await obtain()).toBe('Bearer 1 miss')
    expect(await obtainAfter(10 * 365 * 86_400)).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(1)
  })
})

describe('credentials with too short a lifetime', () => {
  it('cause a pause after six of them', async () => {
    const { requests, obtain, obtainAfter } = createCache({
      request: ({ number }) => issuedAtStart(number, number <= 6 ? MIN_LIFETIME_SECONDS - 1 : 3600),
    })
    for (let number = 1; number <= 6; number += 1) expect(await obtain()).toStrictEqual(TOO_SHORT)

    expect(await obtain()).toStrictEqual(TOO_SHORT)
    expect(requests).toHaveLength(6)
    expect(await obtainAfter(0.5)).toBe('Bearer 7 miss')
  })

  it('pause only the users who get them', async () => {
    const { obtain } = createCache({
      isUserBound: true,
      request: ({ number }) => issuedAtStart(number, number <= 20 ? 1 : 3600),
    })
    for (let user = 1; user <= 20; user += 1)
      expect(await obtain(`user ${user}`)).toStrictEqual(TOO_SHORT)

    expect(await obtain('ann')).toBe('Bearer 21 miss')
  })

  it('are not requested again when a prepared credential becomes too short-lived', async () => {
    const { clock, requests, source, obtain } = createCache({
      lifetimeSeconds: MIN_LIFETIME_SECONDS,
    })
    const deadline = deadlineWith(10_000)

    const prepared = source.prepare(deadline)
    await new Promise(setImmediate)
    clock.advance(1)

    expect(await obtain(undefined, deadline, prepared)).toStrictEqual(TOO_SHORT)
    expect(requests).toHaveLength(1)
  })
})

describe('a pause', () => {
  it('prevents the preparation of a credential', async () => {
    const { clock, requests, source, obtain } = createCache({
      request: ({ number }) => (number === 1 ? failure(RETRY_AFTER) : issuedAtStart(number, 3600)),
    })
    expect(await obtain()).toStrictEqual(STATUS_503)

    clock.advance(29.9)
    void source.prepare(deadlineWith(1_000))
    expect(requests).toHaveLength(1)
    clock.advance(0.1)
    void source.prepare(deadlineWith(1_000))
    expect(requests).toHaveLength(2)
  })

  it('lets a caller wait for a request that is already in flight', async () => {
    const { answers, requests, obtain } = createPendingCache({ isUserBound: true })
    const first = obtain('ann/1')
    const failing = obtain('ann/2')
    answers[1]?.(failure(RETRY_AFTER))
    await failing

    const second = obtain('ann/1')
    expect(await obtain('ann/3')).toStrictEqual(STATUS_503)
    answers[0]?.(issuedAtStart(1, 3600))
    expect([await first, await second]).toStrictEqual(['Bearer 1 miss', 'Bearer 1 miss'])
    expect(requests).toStrictEqual(['ann/1', 'ann/2'])
  })
})

describe('a failure that may concern only one caller', () => {
  const cacheFailingFor = (isBad: (key: string) => boolean) => {
    const cache = createCache({
      isUserBound: true,
      request: ({ key, clock }) =>
        isBad(key) ? failure(SERVER_ERROR) : issued(1, plus(clock.now(), seconds(3600))),
    })
    const hasCredential = async (caller: string) => typeof (await cache.obtain(caller)) === 'string'
    return { ...cache, hasCredential }
  }

  it('pauses that caller and no other', async () => {
    const { clock, requests, hasCredential } = cacheFailingFor((key) => key === 'bad')
    const obtained: boolean[] = []
    for (let second = 0; second < 60; second += 1) {
      for (let call = 0; call < 20; call += 1) await hasCredential('bad')
      obtained.push(await hasCredential(`good ${second}`))
      clock.advance(1)
    }

    expect(obtained).not.toContain(false)
    // Six in the first second, and then one per second.
    expect(requests.filter((key) => key === 'bad')).toHaveLength(65)
  })

  it('causes a pause for all callers after seven different callers failed', async () => {
    const { requests, hasCredential } = cacheFailingFor(() => true)
    for (let caller = 0; caller < 100; caller += 1) await hasCredential(`caller ${caller}`)

    expect(requests).toHaveLength(7)
  })

  it('is no longer counted after another caller gets a credential', async () => {
    const { requests, hasCredential } = cacheFailingFor((key) => key.startsWith('bad'))
    for (let round = 0; round < 10; round += 1) {
      await hasCredential(`bad ${round}`)
      await hasCredential(`bad ${round} as well`)
      expect(await hasCredential(`good ${round}`)).toBe(true)
    }

    expect(requests).toHaveLength(30)
  })
})

describe('a renewal that takes longer than its limit', () => {
  const ANSWER_SECONDS = 3

  const createSlowCache = () => {
    const cache = createCache({
      request: ({ number, deadline, clock }) => {
        const limitSeconds = deadline.remaining() / 1000
        clock.advance(Math.min(ANSWER_SECONDS, limitSeconds))
        if (limitSeconds < ANSWER_SECONDS) return failure({ ...SERVER_ERROR, fault: TIMED_OUT })
        return issued(number, plus(clock.now(), seconds(3600)))
      },
    })
    const obtain = () =>
      cache.obtain(undefined, deadlineAt(plus(cache.clock.now(), seconds(10)), cache.clock))
    return { ...cache, obtain }
  }
  const TIMED_OUT = fault('token_endpoint_unavailable', { detail: 'timed_out' })

  it('does not pause calls without a cached credential', async () => {
    const { clock, obtain } = createSlowCache()
    const outcomes = new Set<unknown>()
    while (clock.now() < plus(START, seconds(4 * 3600))) {
      const outcome = await obtain()
      outcomes.add(typeof outcome === 'string' ? outcome.split(' ')[2] : outcome.reason)
      clock.advance(1)
    }

    expect([...outcomes].sort()).toStrictEqual(['hit', 'miss'])
  })

  it('is tried at increasing intervals', async () => {
    const { clock, requests, obtain } = createSlowCache()
    const renewals: number[] = []
    await obtain()
    while (clock.now() < plus(START, seconds(3400))) {
      const { length } = requests
      await obtain()
      if (requests.length > length) renewals.push(clock.now())
      clock.advance(1)
    }

    // Each takes 2 s. The next one follows after 1 s, or after a pause of 2, 4, 8 and then 10 s.
    const intervals = renewals.slice(1).map((time, index) => time - (renewals[index] ?? 0))
    const twelves = Array.from({ length: 18 }, () => 12)
    expect(intervals).toStrictEqual([3, 3, 3, 3, 3, 3, 3, 4, 6, 10, ...twelves])
  })
})

describe('a request that fails at the deadline of its call', () => {
  const EXPIRED = deadlineWith(0)

  it('is sent again by a waiting call that has time left', async () => {
    const { answers, requests, obtain } = createPendingCache()
    const expired = obtain('ann', EXPIRED)
    const waiting = obtain('bob')
    answers[0]?.(failure(SERVER_ERROR))
    expect(await expired).toStrictEqual(STATUS_503)
    answers[1]?.(issuedAtStart(2, 3600))

    expect(await waiting).toBe('Bearer 2 miss')
    expect(requests).toHaveLength(2)
  })

  it('counts as a failure if no credential is cached', async () => {
    const { requests, obtain } = createCache({ request: () => failure(SERVER_ERROR) })
    for (let call = 0; call < 8; call += 1) await obtain('ann', EXPIRED)

    expect(requests).toHaveLength(6)
  })

  it('does not pause renewals of other callers unless it timed out', async () => {
    const { clock, requests, obtain } = createCache({
      isUserBound: true,
      request: ({ number }) =>
        number === 2 ? failure(RETRY_AFTER) : issuedAtStart(number, number === 1 ? 3600 : 7200),
    })
    await obtain('ann/1')
    clock.advance(3_300)

    expect(await obtain('ann/1')).toBe('Bearer 1 hit')
    expect(await obtain('ann/2')).toStrictEqual(STATUS_503)
    expect(await obtain('bob')).toBe('Bearer 3 miss')
    expect(requests).toStrictEqual(['ann/1', 'ann/1', 'bob'])
  })

  it('is sent again only once', async () => {
    const { requests, obtain } = createCache({ request: () => failure(SERVER_ERROR) })
    const [expired, waiting] = [obtain('ann', EXPIRED), obtain('bob')]

    expect(await expired).toStrictEqual(STATUS_503)
    expect(await waiting).toStrictEqual(STATUS_503)
    expect(requests).toHaveLength(2)
  })
})
