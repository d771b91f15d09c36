import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  decisionExpiry,
  denial,
  fault,
  withLogContext,
  type ExpiryBounds,
} from '../../src/decision.ts'
import { numericDate, seconds } from '../../src/platform/clock.ts'
import { DENIAL_REASONS, FAULT_REASONS } from '../../src/reasons.ts'
import { START } from './support/time.ts'

const MARGIN_SECONDS = 60
/** A permit is never over when it is sent. */
const SOONEST = START + 5

function at(offsetSeconds: number | undefined) {
  return offsetSeconds === undefined ? undefined : numericDate(START + offsetSeconds)
}

describe('the expiry of a permit', () => {
  it.each([
    ['the caller’s, when that comes first', 100, 1000, 3600, 100],
    ['the credential’s less its margin, when that comes first', 1000, 500, 3600, 440],
    ['the longest decision, when that comes first', 5000, 9000, 3600, 3600],
    ['one minute from now, when the caller’s token names no end', undefined, 9000, 3600, 60],
    ['the caller’s, when the credential has no end', 100, undefined, 3600, 100],
    ['the longest decision, when the credential has no end', 5000, undefined, 600, 600],
    ['five seconds from now, if the caller’s is over (clock tolerance)', -20, 1000, 3600, 5],
    ['five seconds from now, if the caller’s ends before that', 4, 1000, 3600, 5],
    ['the credential’s, even where the caller’s token names no end', undefined, 90, 3600, 30],
  ])('is %s', (_case, caller, credential, maxDecision, expected) => {
    const expiry = decisionExpiry({
      caller: at(caller),
      credential: at(credential),
      now: START,
      maxDecision: seconds(maxDecision),
    })

    expect(expiry - START).toBe(expected)
  })

  const offsets = fc.double({ min: -100, max: 100_000, noNaN: true })
  const bounds: fc.Arbitrary<ExpiryBounds> = fc.record({
    caller: fc.option(offsets, { nil: undefined }).map(at),
    credential: fc.option(offsets, { nil: undefined }).map(at),
    now: fc.constant(START),
    maxDecision: fc.integer({ min: 60, max: 3600 }).map(seconds),
  })

  it('is never later than any of its bounds, and never over', () => {
    fc.assert(
      fc.property(bounds, (given) => {
        const expiry = decisionExpiry(given)

        const credential = (given.credential ?? Infinity) - MARGIN_SECONDS
        expect(expiry).toBeLessThanOrEqual(Math.max(given.caller ?? START + 60, SOONEST))
        expect(expiry).toBeLessThanOrEqual(Math.max(credential, SOONEST))
        expect(expiry).toBeLessThanOrEqual(START + given.maxDecision)
        expect(expiry).toBeGreaterThanOrEqual(SOONEST)
      }),
    )
  })

  it('is one of its bounds', () => {
    fc.assert(
      fc.property(bounds, (given) => {
        expect([
          given.caller ?? START + 60,
          (given.credential ?? Infinity) - MARGIN_SECONDS,
          START + given.maxDecision,
          SOONEST,
        ]).toContain(decisionExpiry(given))
      }),
    )
  })

  it('is never earlier for a token or a credential that lives longer', () => {
    fc.assert(
      fc.property(bounds, fc.nat(), fc.nat(), (given, callerMore, credentialMore) => {
        const longer = {
          ...given,
          caller: given.caller && numericDate(given.caller + callerMore),
          credential: given.credential && numericDate(given.credential + credentialMore),
        }

        expect(decisionExpiry(longer)).toBeGreaterThanOrEqual(decisionExpiry(given))
      }),
    )
  })

  it('is never later for a shorter limit on decisions', () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: 0, max: 3600 }), (given, less) => {
        const stricter = { ...given, maxDecision: seconds(given.maxDecision - less) }

        expect(decisionExpiry(stricter)).toBeLessThanOrEqual(decisionExpiry(given))
      }),
    )
  })
})

describe('a decision', () => {
  it('knows nothing but its reason at first', () => {
    expect(denial('token_missing')).toStrictEqual({
      outcome: 'deny',
      reason: 'token_missing',
      logContext: {},
    })
    expect(fault('config_invalid')).toStrictEqual({
      outcome: 'fault',
      reason: 'config_invalid',
      logContext: {},
    })
  })

  it('keeps its logContext when more are added', () => {
    const refusal = {
      ...denial('scope_insufficient', { clientId: 'first' }),
      requiredScopes: ['orders.read'],
    }

    expect(withLogContext(refusal, { clientId: 'second', issuer: 'default' })).toStrictEqual({
      outcome: 'deny',
      reason: 'scope_insufficient',
      requiredScopes: ['orders.read'],
      logContext: { clientId: 'first', issuer: 'default' },
    })
  })

  it('is not changed when a copy gets more logContext', () => {
    const refusal = denial('token_expired')

    withLogContext(refusal, { issuer: 'default' })

    expect(refusal.logContext).toStrictEqual({})
  })
})

describe('the lists of reasons', () => {
  it('share no name, so that a log line’s reason is plain', () => {
    const names = [...Object.keys(DENIAL_REASONS), ...Object.keys(FAULT_REASONS)]

    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name))).toStrictEqual([])
  })

  it.each(Object.entries({ ...DENIAL_REASONS, ...FAULT_REASONS }))(
    'have meaning and remedy of %s',
    (_name, { meaning, remedy }) => {
      expect(meaning).toMatch(/\.$/)
      expect(remedy).toMatch(/\.$/)
    },
  )
})
