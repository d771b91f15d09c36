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
/** A permit is valid for at least five seconds. */
const SOONEST = START + 5

function at(offsetSeconds: number | undefined) {
  return offsetSeconds === undefined ? undefined : numericDate(START + offsetSeconds)
}

describe('decisionExpiry', () => {
  it.each([
    ['the expiry of the caller’s token', 100, 1000, 3600, 100],
    ['the expiry of the credential less its margin', 1000, 500, 3600, 440],
    ['the longest decision', 5000, 9000, 3600, 3600],
    ['one minute from now if the caller’s token has no expiry', undefined, 9000, 3600, 60],
    ['the expiry of the caller’s token if the credential has none', 100, undefined, 3600, 100],
    ['the longest decision if the credential has no expiry', 5000, undefined, 600, 600],
    ['five seconds from now if the caller’s token has expired', -20, 1000, 3600, 5],
    ['five seconds from now if the caller’s token expires earlier', 4, 1000, 3600, 5],
    ['the expiry of the credential if the caller’s token has none', undefined, 90, 3600, 30],
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

  it('is not later than any of its bounds, and not in the past', () => {
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

  it('is not earlier for a token or a credential with a longer lifetime', () => {
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

  it('is not later for a shorter limit on decisions', () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: 0, max: 3600 }), (given, less) => {
        const stricter = { ...given, maxDecision: seconds(given.maxDecision - less) }

        expect(decisionExpiry(stricter)).toBeLessThanOrEqual(decisionExpiry(given))
      }),
    )
  })
})

describe('a decision', () => {
  it('has an outcome, a reason and an empty log context', () => {
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

  it('keeps existing members when log context is added', () => {
    const decision = {
      ...denial('scope_insufficient', { clientId: 'first' }),
      requiredScopes: ['orders.read'],
    }

    expect(withLogContext(decision, { clientId: 'second', issuer: 'default' })).toStrictEqual({
      outcome: 'deny',
      reason: 'scope_insufficient',
      requiredScopes: ['orders.read'],
      logContext: { clientId: 'first', issuer: 'default' },
    })
  })

  it('is not changed when log context is added to a copy', () => {
    const decision = denial('token_expired')

    withLogContext(decision, { issuer: 'default' })

    expect(decision.logContext).toStrictEqual({})
  })
})

describe('the reasons', () => {
  it('have unique names in snake case', () => {
    const names = [...Object.keys(DENIAL_REASONS), ...Object.keys(FAULT_REASONS)]

    expect(new Set(names).size).toBe(names.length)
    expect(names.filter((name) => !/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name))).toStrictEqual([])
  })

  it.each(Object.entries({ ...DENIAL_REASONS, ...FAULT_REASONS }))(
    'have a meaning and a remedy: %s',
    (_name, { meaning, remedy }) => {
      expect(meaning).toMatch(/\.$/)
      expect(remedy).toMatch(/\.$/)
    },
  )
})
