import { describe, expect, it } from '@jest/globals'
import type { CredentialFailure } from '../../../src/backend/credential.ts'
import { RequestPauses } from '../../../src/backend/request-pauses.ts'
import { fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { StandingClock } from '../support/time.ts'

const DOWN: CredentialFailure = {
  fault: fault('token_endpoint_unavailable', { detail: 'status_500' }),
  reach: 'unclear',
}
const ASKED_TO_WAIT: CredentialFailure = { ...DOWN, retryAfter: seconds(300) }
const WRONG_SECRET: CredentialFailure = {
  fault: fault('credential_refused', { detail: 'invalid_client' }),
  reach: 'client',
}

function pausesWith() {
  const clock = new StandingClock()
  const pauses = new RequestPauses(clock, () => 1)
  const isPaused = (caller: string) => pauses.pauseFor(caller) !== undefined
  /** Whether the caller was let through; its request fails so, or succeeds. */
  const call = (caller: string, failure?: CredentialFailure): boolean => {
    if (isPaused(caller)) return false
    pauses.requestSent(caller)
    if (failure === undefined) pauses.succeeded(caller)
    else pauses.failed(caller, failure)
    return true
  }
  /** Seconds until the caller may try, to a tenth. */
  const pauseOf = (caller: string): number => {
    let tenths = 0
    for (; isPaused(caller); tenths += 1) clock.advance(0.1)
    return tenths / 10
  }
  /** How many of these calls are let through; all fail so. */
  const callsThrough = (
    { count, everySeconds }: { readonly count: number; readonly everySeconds: number },
    callerOf: (number: number) => string,
    failure: CredentialFailure,
  ): number => {
    let through = 0
    for (let number = 0; number < count; number += 1) {
      if (call(callerOf(number), failure)) through += 1
      clock.advance(everySeconds)
    }
    return through
  }
  return { clock, pauses, isPaused, call, callsThrough, pauseOf }
}

const KINDS = [
  ['an error', DOWN],
  ['a wait that the endpoint asks for', ASKED_TO_WAIT],
  ['a refused client', WRONG_SECRET],
] as const

describe('failures of few callers', () => {
  it.each(KINDS)('do not affect other callers, with %s', (_kind, failure) => {
    const { clock, call } = pausesWith()
    const letThrough: boolean[] = []
    for (let second = 0; second < 100; second += 1) {
      for (let count = 0; count < 20; count += 1) call(`attacker ${count % 6}`, failure)
      letThrough.push(call(`user ${second}`))
      clock.advance(1)
    }

    expect(letThrough).not.toContain(false)
  })

  it.each(KINDS)('do not affect other callers without successes, with %s', (_kind, failure) => {
    const { clock, call, isPaused } = pausesWith()
    for (let count = 0; count < 1_000; count += 1) {
      call(`attacker ${count % 6}`, failure)
      expect(isPaused('user')).toBe(false)
      clock.advance(0.05)
    }
  })

  it('are paused for as long as the endpoint asks', () => {
    const { clock, call, isPaused } = pausesWith()
    call('ann', ASKED_TO_WAIT)
    call('bob')

    clock.advance(299.9)
    expect(isPaused('ann')).toBe(true)
    clock.advance(0.1)
    expect(isPaused('ann')).toBe(false)
  })

  it('allow one of these callers a try after a pause, and neither it nor another one until the next pause is over', () => {
    const { clock, pauses, call, isPaused } = pausesWith()
    for (let count = 0; count < 20; count += 1) {
      call('ann', DOWN)
      call('bob', DOWN)
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
    ['are paused for that long if two', 2, true],
    ['are paused only together if three', 3, false],
  ])('that the endpoint asks to wait %s callers fail', (_case, count, expected) => {
    const { clock, call, isPaused } = pausesWith()
    for (let caller = 0; caller < count; caller += 1) call(`caller ${caller}`, ASKED_TO_WAIT)
    clock.advance(1)
    const before = isPaused('caller 0')

    call('newcomer')
    expect([before, isPaused('caller 0')]).toStrictEqual([expected, expected])
  })
})

describe('failures of many callers', () => {
  const each = (number: number) => `caller ${number}`
  const ofHundred = (number: number) => each(number % 100)

  it.each(KINDS)(
    'pause all, and are bounded for any number of callers, with %s',
    (_kind, failure) => {
      const { callsThrough } = pausesWith()

      // 100 seconds: one try a second, after the first ones.
      expect(callsThrough({ count: 10_000, everySeconds: 0.01 }, each, failure)).toBeLessThan(115)
    },
  )

  it('are bounded if the same callers call repeatedly', () => {
    const { callsThrough } = pausesWith()

    expect(callsThrough({ count: 10_000, everySeconds: 0.01 }, ofHundred, DOWN)).toBeLessThan(230)
  })

  it.each(KINDS.slice(0, 2))(
    'are over for all within a second after an outage, with %s',
    (_kind, failure) => {
      const { call, callsThrough, pauseOf } = pausesWith()
      callsThrough({ count: 5_000, everySeconds: 0.01 }, ofHundred, failure)

      // A probe, and then everybody else.
      expect(Math.min(pauseOf('caller 3'), pauseOf('newcomer'))).toBeLessThanOrEqual(1)
      expect(call('newcomer') || call('caller 3')).toBe(true)
      const left = Array.from({ length: 100 }, (_, caller) => pauseOf(`caller ${caller}`))
      expect(left.reduce((sum, pause) => sum + pause, 0)).toBeLessThanOrEqual(1)
    },
  )

  it('allow one caller a try after a pause, and no other until the next pause is over', () => {
    const { clock, pauses, isPaused, callsThrough } = pausesWith()
    callsThrough({ count: 100, everySeconds: 0.1 }, each, DOWN)
    clock.advance(1)

    expect(isPaused('probe')).toBe(false)
    pauses.requestSent('probe')
    expect(isPaused('other')).toBe(true)
    clock.advance(1)
    expect(isPaused('other')).toBe(false)
  })

  it('that left before the pause do not lengthen it', () => {
    const { pauses, pauseOf } = pausesWith()
    for (let caller = 0; caller < 100; caller += 1) pauses.requestSent(`caller ${caller}`)
    for (let caller = 0; caller < 100; caller += 1) pauses.failed(`caller ${caller}`, DOWN)

    expect(pauseOf('newcomer')).toBeLessThanOrEqual(0.3)
  })

  it('do not make a wrong secret be sent more than once in ten seconds for newcomers', () => {
    const { callsThrough } = pausesWith()

    expect(callsThrough({ count: 6_000, everySeconds: 0.1 }, each, WRONG_SECRET)).toBeLessThan(90)
  })
})

describe('a failure that concerns only its caller', () => {
  it('does not pause others, however many callers have one', () => {
    const { call, isPaused } = pausesWith()
    for (let caller = 0; caller < 100; caller += 1) {
      expect(call(`caller ${caller}`, { ...DOWN, reach: 'caller' })).toBe(true)
    }

    expect(isPaused('newcomer')).toBe(false)
  })
})

describe('a renewal', () => {
  it('is paused for all if renewals take too long, until a request succeeds', () => {
    const { pauses } = pausesWith()
    for (let count = 0; count < 6; count += 1) pauses.renewalTimedOut()
    expect([pauses.isRenewalPaused('ann'), pauses.pauseFor('ann')]).toStrictEqual([true, undefined])

    pauses.succeeded('bob')
    expect(pauses.isRenewalPaused('ann')).toBe(false)
  })

  it('is paused with its caller', () => {
    const { pauses, call } = pausesWith()
    call('ann', ASKED_TO_WAIT)

    expect([pauses.isRenewalPaused('ann'), pauses.isRenewalPaused('bob')]).toStrictEqual([
      true,
      false,
    ])
  })
})
