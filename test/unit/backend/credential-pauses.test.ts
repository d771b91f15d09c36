import { describe, expect, it } from '@jest/globals'
import type { CredentialFailure } from '../../../src/backend/credential.ts'
import { fault } from '../../../src/decision.ts'
import { deadlineAt, plus, seconds } from '../../../src/platform/clock.ts'
import { failure } from '../../../src/platform/result.ts'
import { deadlineWith, START } from '../support/time.ts'
import {
  cacheOver,
  ending,
  issued,
  MIN_LIFETIME_SECONDS,
  MISSED,
  UNCLEAR,
  type Outcome,
} from './credential-cache-fixture.ts'

const ASKED_TO_WAIT: CredentialFailure = { ...UNCLEAR, retryAfter: seconds(30) }
const MISSED_503 = fault('token_endpoint_unavailable', { ...MISSED, detail: 'status_503' })

/** A cache whose requests wait for an answer of the test, in the order of the requests. */
function unanswered({ isUserBound = false } = {}) {
  const answers: ((outcome: Outcome) => void)[] = []
  const request = () => new Promise<Outcome>((resolve) => answers.push(resolve))
  return { answers, ...cacheOver({ isUserBound, request }) }
}

describe('a credential without an end', () => {
  it('is handed out for years', async () => {
    const { requests, obtain, obtainAfter } = cacheOver({
      request: ({ number }) => issued(number, undefined),
    })

    expect(await obtain()).toBe('Bearer 1 miss')
    expect(await obtainAfter(10 * 365 * 86_400)).toBe('Bearer 1 hit')
    expect(requests).toHaveLength(1)
  })
})

describe('credentials that live too short', () => {
  const TOO_SHORT = fault('credential_too_short_lived', MISSED)

  it('are a trouble like any other: after a few, there is a pause', async () => {
    const { requests, obtain, obtainAfter } = cacheOver({
      request: ({ number }) => ending(number, number <= 6 ? MIN_LIFETIME_SECONDS - 1 : 3600),
    })
    for (let number = 1; number <= 6; number += 1) expect(await obtain()).toStrictEqual(TOO_SHORT)

    expect(await obtain()).toStrictEqual(TOO_SHORT)
    expect(requests).toHaveLength(6)
    expect(await obtainAfter(0.5)).toBe('Bearer 7 miss')
  })

  it('pause only the users who get them', async () => {
    const { obtain } = cacheOver({
      isUserBound: true,
      request: ({ number }) => ending(number, number <= 20 ? 1 : 3600),
    })
    for (let user = 1; user <= 20; user += 1)
      expect(await obtain(`user ${user}`)).toStrictEqual(TOO_SHORT)

    expect(await obtain('ann')).toBe('Bearer 21 miss')
  })

  it('do not cause a fault if they were long enough on arrival, and are logged all the same', async () => {
    const { clock, requests, source, obtain } = cacheOver({ lifetimeSeconds: MIN_LIFETIME_SECONDS })
    const deadline = deadlineWith(10_000)

    const prepared = source.prepare(deadline)
    await new Promise(setImmediate)
    clock.advance(1)

    expect(await obtain(undefined, deadline, prepared)).toStrictEqual(TOO_SHORT)
    expect(requests).toHaveLength(1)
  })
})

describe('a pause', () => {
  it('has nothing prepared', async () => {
    const { clock, requests, source, obtain } = cacheOver({
      request: ({ number }) => (number === 1 ? failure(ASKED_TO_WAIT) : ending(number, 3600)),
    })
    expect(await obtain()).toStrictEqual(MISSED_503)

    clock.advance(29.9)
    void source.prepare(deadlineWith(1_000))
    expect(requests).toHaveLength(1)
    clock.advance(0.1)
    void source.prepare(deadlineWith(1_000))
    expect(requests).toHaveLength(2)
  })

  it('does not prevent a caller from using a request in flight', async () => {
    const { answers, requests, obtain } = unanswered({ isUserBound: true })
    const first = obtain('ann/1')
    const failing = obtain('ann/2')
    answers[1]?.(failure(ASKED_TO_WAIT))
    await failing

    const second = obtain('ann/1')
    expect(await obtain('ann/3')).toStrictEqual(MISSED_503)
    answers[0]?.(ending(1, 3600))
    expect([await first, await second]).toStrictEqual(['Bearer 1 miss', 'Bearer 1 miss'])
    expect(requests).toStrictEqual(['ann/1', 'ann/2'])
  })
})

describe('a failure that may concern only one caller', () => {
  const cacheWhere = (isBad: (key: string) => boolean) => {
    const cache = cacheOver({
      isUserBound: true,
      request: ({ key, clock }) =>
        isBad(key) ? failure(UNCLEAR) : issued(1, plus(clock.now(), seconds(3600))),
    })
    const isGiven = async (caller: string) => typeof (await cache.obtain(caller)) === 'string'
    return { ...cache, isGiven }
  }

  it('does not affect other callers, however often that caller calls, and pauses that caller', async () => {
    const { clock, requests, isGiven } = cacheWhere((key) => key === 'bad')
    const given: boolean[] = []
    for (let second = 0; second < 60; second += 1) {
      for (let call = 0; call < 20; call += 1) await isGiven('bad')
      given.push(await isGiven(`good ${second}`))
      clock.advance(1)
    }

    expect(given).not.toContain(false)
    expect(requests.filter((key) => key === 'bad').length).toBeLessThan(75)
  })

  it('concerns all if all callers fail: after a few, there is a pause for all', async () => {
    const { requests, isGiven } = cacheWhere(() => true)
    for (let caller = 0; caller < 100; caller += 1) await isGiven(`caller ${caller}`)

    // Six may fail for reasons of their own; the seventh begins the pause.
    expect(requests).toHaveLength(7)
  })

  it('is forgotten for all with the first caller who gets a credential', async () => {
    const { requests, isGiven } = cacheWhere((key) => key.startsWith('bad'))
    for (let round = 0; round < 10; round += 1) {
      await isGiven(`bad ${round}`)
      await isGiven(`bad ${round} as well`)
      expect(await isGiven(`good ${round}`)).toBe(true)
    }

    expect(requests).toHaveLength(30)
  })
})

describe('a renewal that takes longer than a call has to spare', () => {
  const SLOW_SECONDS = 3

  /** A token endpoint that answers well, if it is given the time. */
  const slowEndpoint = () => {
    const cache = cacheOver({
      request: ({ number, deadline, clock }) => {
        const patience = deadline.remaining() / 1000
        clock.advance(Math.min(SLOW_SECONDS, patience))
        if (patience < SLOW_SECONDS) return failure({ ...UNCLEAR, fault: TIMED_OUT })
        return issued(number, plus(clock.now(), seconds(3600)))
      },
    })
    const obtain = () =>
      cache.obtain(undefined, deadlineAt(plus(cache.clock.now(), seconds(10)), cache.clock))
    return { ...cache, obtain }
  }
  const TIMED_OUT = fault('token_endpoint_unavailable', { detail: 'timed_out' })

  it('does not count for a call without a cached credential', async () => {
    const { clock, obtain } = slowEndpoint()
    const outcomes = new Set<unknown>()
    while (clock.now() < plus(START, seconds(4 * 3600))) {
      const outcome = await obtain()
      outcomes.add(typeof outcome === 'string' ? outcome.split(' ')[2] : outcome.reason)
      clock.advance(1)
    }

    expect([...outcomes].sort()).toStrictEqual(['hit', 'miss'])
  })

  it('is tried less and less often', async () => {
    const { clock, requests, obtain } = slowEndpoint()
    await obtain()
    while (clock.now() < plus(START, seconds(3400))) {
      await obtain()
      clock.advance(1)
    }

    // Of some 280 calls in the time of renewals.
    expect(requests.length).toBeGreaterThan(2)
    expect(requests.length).toBeLessThan(60)
  })
})

describe('a request that ends with the time of the call that made it', () => {
  const OVER = deadlineWith(0)

  it('is made once more by a call that waited for it and has time left', async () => {
    const { answers, requests, obtain } = unanswered()
    const hurried = obtain('ann', OVER)
    const patient = obtain('bob')
    answers[0]?.(failure(UNCLEAR))
    expect(await hurried).toMatchObject({ reason: 'token_endpoint_unavailable' })
    answers[1]?.(ending(2, 3600))

    expect(await patient).toBe('Bearer 2 miss')
    expect(requests).toHaveLength(2)
  })

  it('counts as a failure if no credential is cached: after a few, there is a pause', async () => {
    const { requests, obtain } = cacheOver({ request: () => failure(UNCLEAR) })
    for (let call = 0; call < 8; call += 1) await obtain('ann', OVER)

    expect(requests).toHaveLength(6)
  })

  it('pauses renewals only after a timeout: an error of the endpoint counts for the caller', async () => {
    const { clock, requests, obtain } = cacheOver({
      isUserBound: true,
      request: ({ number }) =>
        number === 2 ? failure(ASKED_TO_WAIT) : ending(number, number === 1 ? 3600 : 7200),
    })
    await obtain('ann/1')
    clock.advance(3_300)

    expect(await obtain('ann/1')).toBe('Bearer 1 hit')
    expect(await obtain('ann/2')).toMatchObject({ reason: 'token_endpoint_unavailable' })
    expect(await obtain('bob')).toBe('Bearer 3 miss')
    expect(requests).toStrictEqual(['ann/1', 'ann/1', 'bob'])
  })

  it('is made no more than once more', async () => {
    const { requests, obtain } = cacheOver({ request: () => failure(UNCLEAR) })
    const [hurried, patient] = [obtain('ann', OVER), obtain('bob')]

    expect(await hurried).toMatchObject({ reason: 'token_endpoint_unavailable' })
    expect(await patient).toMatchObject({ reason: 'token_endpoint_unavailable' })
    expect(requests).toHaveLength(2)
  })
})
