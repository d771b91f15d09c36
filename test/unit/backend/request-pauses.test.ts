import { describe, expect, it } from '@jest/globals'
import type { CredentialFailure } from '../../../src/backend/credential.ts'
import { RequestPauses } from '../../../src/backend/request-pauses.ts'
import { fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { StandingClock } from '../support/time.ts'
import { SERVER_ERROR } from './credential-cache-fixture.ts'

const RETRY_AFTER: CredentialFailure = { ...SERVER_ERROR, retryAfter: seconds(300) }
const WRONG_SECRET: CredentialFailure = {
  fault: fault('credential_refused', { detail: 'invalid_client' }),
  reach: 'client',
}

/** A binary fraction, so that the clock counts without rounding. */
const STEP_SECONDS = 1 / 64
const STEPS_PER_SECOND = 64

function pausesWith() {
  const clock = new StandingClock()
  const pauses = new RequestPauses(clock, () => 1)
  const isPaused = (caller: string) => pauses.pauseFor(caller) !== undefined
  /** Returns whether the caller may send a request, which then fails or succeeds. */
  const call = (caller: string, failure?: CredentialFailure): boolean => {
    if (isPaused(caller)) return false
    pauses.requestSent(caller)
    if (failure === undefined) pauses.succeeded(caller)
    else pauses.failed(caller, failure)
    return true
  }
  /** Advances the clock until the caller may send a request, and returns the number of steps. */
  const stepsUntilAllowed = (caller: string): number => {
    let steps = 0
    for (; isPaused(caller); steps += 1) clock.advance(STEP_SECONDS)
    return steps
  }
  /** Makes a call that would fail in each step, and returns how many requests are sent. */
  const sentRequests = (
    stepCount: number,
    callerOf: (step: number) => string,
    failure: CredentialFailure,
  ): number => {
    let sent = 0
    for (let step = 0; step < stepCount; step += 1) {
      if (call(callerOf(step), failure)) sent += 1
      clock.advance(STEP_SECONDS)
    }
    return sent
  }
  return { clock, pauses, isPaused, call, sentRequests, stepsUntilAllowed }
}

const OUTAGE = { newCallers: 609, sameCallers: 134, lastPause: 13 }
const KINDS = [
  { kind: 'a server error', failure: SERVER_ERROR, ...OUTAGE },
  { kind: 'Retry-After', failure: RETRY_AFTER, ...OUTAGE },
  {
    kind: 'a wrong secret',
    failure: WRONG_SECRET,
    newCallers: 72,
    sameCallers: 24,
    lastPause: 188,
  },
]

describe('failures of few callers', () => {
  it.each(KINDS)('do not pause other callers: $kind', ({ failure }) => {
    const { clock, call } = pausesWith()
    const sent: boolean[] = []
    for (let second = 0; second < 100; second += 1) {
      for (let count = 0; count < 20; count += 1) call(`attacker ${count % 6}`, failure)
      sent.push(call(`user ${second}`))
      clock.advance(1)
    }

    expect(sent).not.toContain(false)
  })

  it.each(KINDS)('do not pause a new caller even if no request succeeds: $kind', ({ failure }) => {
    const { clock, call, isPaused } = pausesWith()
    for (let count = 0; count < 1_000; count += 1) {
      call(`attacker ${count % 6}`, failure)
      expect(isPaused('user')).toBe(false)
      clock.advance(0.05)
    }
  })

  it('pause the caller for the time in Retry-After', () => {
    const { call, stepsUntilAllowed } = pausesWith()
    call('ann', RETRY_AFTER)
    call('bob')

    expect(stepsUntilAllowed('ann')).toBe(300 * STEPS_PER_SECOND)
  })

  it('allow one failed caller a request after each pause', () => {
    const { clock, pauses, call, isPaused } = pausesWith()
    for (let count = 0; count < 20; count += 1) {
      call('ann', SERVER_ERROR)
      call('bob', SERVER_ERROR)
      clock.advance(1)
    }
    const states = () => ['ann', 'bob', 'newcomer'].map(isPaused)
    expect(states()).toStrictEqual([false, false, false])

    pauses.requestSent('ann')
    expect(states()).toStrictEqual([true, true, false])
    clock.advance(1)
    expect(states()).toStrictEqual([false, false, false])
  })

  it.each([
    ['applies Retry-After to each of two failed callers', 2, true],
    ['ignores Retry-After if three callers failed', 3, false],
  ])('%s', (_title, count, expected) => {
    const { clock, call, isPaused } = pausesWith()
    for (let caller = 0; caller < count; caller += 1) call(`caller ${caller}`, RETRY_AFTER)
    clock.advance(1)
    const before = isPaused('caller 0')

    call('newcomer')
    expect([before, isPaused('caller 0')]).toStrictEqual([expected, expected])
  })
})

describe('failures of many callers', () => {
  const newCaller = (step: number) => `caller ${step}`
  const oneOfHundred = (step: number) => newCaller(step % 100)

  // Seven requests without a pause, then pauses of 0.1, 0.2, 0.4, … s, up to 1 s or, for a rejected client, 10 s.
  it.each(KINDS)('pause new callers: $kind', ({ failure, newCallers }) => {
    const { sentRequests } = pausesWith()

    expect(sentRequests(600 * STEPS_PER_SECOND, newCaller, failure)).toBe(newCallers)
  })

  it.each(KINDS)('pause callers that try again: $kind', ({ failure, sameCallers }) => {
    const { sentRequests } = pausesWith()

    expect(sentRequests(100 * STEPS_PER_SECOND, oneOfHundred, failure)).toBe(sameCallers)
  })

  it.each(KINDS)('pause nobody after the first success: $kind', ({ failure, lastPause }) => {
    const { call, isPaused, sentRequests, stepsUntilAllowed } = pausesWith()
    sentRequests(50 * STEPS_PER_SECOND, oneOfHundred, failure)

    expect(stepsUntilAllowed('caller 3')).toBe(lastPause)
    expect(call('newcomer')).toBe(true)
    for (let caller = 0; caller < 100; caller += 1) expect(isPaused(newCaller(caller))).toBe(false)
  })

  it('allow one new caller a request after each pause', () => {
    const { clock, pauses, isPaused, sentRequests } = pausesWith()
    sentRequests(10 * STEPS_PER_SECOND, newCaller, SERVER_ERROR)
    clock.advance(1)

    expect(isPaused('probe')).toBe(false)
    pauses.requestSent('probe')
    expect(isPaused('other')).toBe(true)
    clock.advance(1)
    expect(isPaused('other')).toBe(false)
  })

  it('lengthen the pause only once if the requests were sent before it', () => {
    const { pauses, stepsUntilAllowed } = pausesWith()
    for (let caller = 0; caller < 100; caller += 1) pauses.requestSent(`caller ${caller}`)
    for (let caller = 0; caller < 100; caller += 1) pauses.failed(`caller ${caller}`, SERVER_ERROR)

    // 0.2 s
    expect(stepsUntilAllowed('newcomer')).toBe(13)
  })
})

describe('a failure that concerns only its caller', () => {
  it('does not pause other callers, however many have one', () => {
    const { call, isPaused } = pausesWith()
    for (let caller = 0; caller < 100; caller += 1) {
      expect(call(`caller ${caller}`, { ...SERVER_ERROR, reach: 'caller' })).toBe(true)
    }

    expect(isPaused('newcomer')).toBe(false)
  })
})

describe('renewals', () => {
  it('are paused for all callers after six timeouts, until a request succeeds', () => {
    const { pauses } = pausesWith()
    const states = Array.from({ length: 6 }, () => {
      pauses.renewalTimedOut()
      return pauses.isRenewalPaused('ann')
    })
    expect(states).toStrictEqual([false, false, false, false, false, true])
    expect(pauses.pauseFor('ann')).toBeUndefined()

    pauses.succeeded('bob')
    expect(pauses.isRenewalPaused('ann')).toBe(false)
  })

  it('are paused for a caller whose requests are paused', () => {
    const { pauses, call } = pausesWith()
    call('ann', RETRY_AFTER)

    expect(pauses.isRenewalPaused('ann')).toBe(true)
    expect(pauses.isRenewalPaused('bob')).toBe(false)
  })
})
