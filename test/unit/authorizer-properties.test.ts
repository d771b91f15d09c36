import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createAuthorizer } from '../../src/authorizer.ts'
import { createCredentialCache } from '../../src/backend/credential-cache.ts'
import type { CredentialRequest } from '../../src/backend/credential.ts'
import { toVerifiedCaller } from '../../src/caller/verified-caller.ts'
import { fault, type Decision } from '../../src/decision.ts'
import { plus, numericDate, seconds } from '../../src/platform/clock.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, success } from '../../src/platform/result.ts'
import { claimsOf } from './support/claims.ts'
import { issuerConfig } from './support/issuers.ts'
import { deadlineWith, StandingClock } from './support/time.ts'

/** The state at the time of a call. */
interface State {
  readonly pauseSeconds: number
  /** Of the caller's token; undefined without an expiry. */
  readonly callerLifetimeSeconds: number | undefined
  /** Of the token that is issued now; undefined while the token endpoint is down. */
  readonly issuedLifetimeSeconds: number | undefined
}

const STATE: fc.Arbitrary<State> = fc.record({
  pauseSeconds: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 4000 })),
  callerLifetimeSeconds: fc.option(fc.integer({ min: 1, max: 90_000 }), { nil: undefined }),
  issuedLifetimeSeconds: fc.option(fc.integer({ min: 1, max: 90_000 }), { nil: undefined }),
})

const SETTINGS = fc.record({
  minLifetimeSeconds: fc.integer({ min: 60, max: 3600 }),
  maxDecisionSeconds: fc.integer({ min: 60, max: 3600 }),
  chance: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
})

type Settings = typeof SETTINGS extends fc.Arbitrary<infer T> ? T : never

function setUp({ minLifetimeSeconds, maxDecisionSeconds, chance }: Settings) {
  const clock = new StandingClock()
  /** The expiry of each issued token, by its `Authorization` value. */
  const expiries = new Map<string, number>()
  let state: State | undefined
  const sharedRequest: CredentialRequest = {
    key: 'application',
    callerKey: 'application',
    send: () => {
      const lifetime = state?.issuedLifetimeSeconds
      if (lifetime === undefined) {
        return Promise.resolve(
          failure({ fault: fault('token_endpoint_unavailable'), reach: 'unclear' }),
        )
      }
      const authorization = `Bearer ${expiries.size}`
      const expiresAt = plus(clock.now(), seconds(lifetime))
      expiries.set(authorization, expiresAt)
      return Promise.resolve(success({ authorization: new Redacted(authorization), expiresAt }))
    },
  }
  const newAuthorizer = () =>
    createAuthorizer({
      verifyCaller: () => {
        const lifetime = state?.callerLifetimeSeconds
        const exp = lifetime === undefined ? undefined : clock.now() + lifetime
        const claims = claimsOf({ sub: 'jdoe', client_id: 'a', exp })
        return Promise.resolve(success(toVerifiedCaller(claims, issuerConfig(), 'off')))
      },
      credentials: createCredentialCache(
        { backend: 'oic', minLifetime: seconds(minLifetimeSeconds), onIssued: () => undefined },
        { requestFor: () => success(sharedRequest), sharedRequest },
        { clock, chance: () => chance },
      ),
      fingerprint: () => 'f',
      clock,
      tokenArgument: 'token',
      maxDecision: seconds(maxDecisionSeconds),
    })
  const payload = Buffer.from('{"type":"TOKEN","token":"Bearer abc"}')
  const decide = (authorize: ReturnType<typeof newAuthorizer>) =>
    authorize(payload, deadlineWith(60_000))
  return {
    expiries,
    newAuthorizer,
    decide,
    now: () => clock.now(),
    enter: (next: State): void => {
      state = next
      clock.advance(next.pauseSeconds)
    },
  }
}

/** The part of a decision that does not depend on caches. */
function uncachedPart(decision: Decision) {
  return decision.outcome === 'permit'
    ? [decision.principal, decision.clientId, decision.scope, decision.contextValues]
    : [decision.outcome, decision.reason]
}

describe('every permit', () => {
  it('ends no later than each of its bounds, with a token of the minimum lifetime', async () => {
    let permits = 0
    await fc.assert(
      fc.asyncProperty(SETTINGS, fc.array(STATE, { maxLength: 30 }), async (settings, states) => {
        const test = setUp(settings)
        const authorize = test.newAuthorizer()
        for (const state of states) {
          test.enter(state)
          const decision = await test.decide(authorize)
          if (decision.outcome !== 'permit') continue
          permits += 1
          const now = test.now()
          const tokenEnd = test.expiries.get(decision.authorization.reveal()) ?? Number.NaN
          expect(tokenEnd - now).toBeGreaterThanOrEqual(settings.minLifetimeSeconds)
          expect(decision.expiresAt).toBeLessThanOrEqual(Math.max(tokenEnd - 60, now + 5))
          expect(decision.expiresAt).toBeLessThanOrEqual(now + settings.maxDecisionSeconds)
          expect(decision.expiresAt).toBeLessThanOrEqual(
            now + Math.max(state.callerLifetimeSeconds ?? 60, 5),
          )
          expect(decision.expiresAt).toBeGreaterThan(numericDate(now))
        }
      }),
    )
    expect(permits).toBeGreaterThan(100)
  })
})

describe('a warm cache', () => {
  it('decides like a cold cache if both permit', async () => {
    await fc.assert(
      fc.asyncProperty(SETTINGS, fc.array(STATE, { maxLength: 20 }), async (settings, states) => {
        const test = setUp(settings)
        const warm = test.newAuthorizer()
        for (const state of states) {
          test.enter(state)
          const fromWarm = await test.decide(warm)
          const fromCold = await test.decide(test.newAuthorizer())
          if (fromCold.outcome !== 'permit' || fromWarm.outcome !== 'permit') continue
          expect(uncachedPart(fromWarm)).toStrictEqual(uncachedPart(fromCold))
        }
      }),
    )
  })

  it('permits all calls while the token endpoint works', async () => {
    const settings = { minLifetimeSeconds: 120, maxDecisionSeconds: 3600, chance: 0.5 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          STATE.filter(({ issuedLifetimeSeconds }) => (issuedLifetimeSeconds ?? 0) >= 120),
          { maxLength: 20 },
        ),
        async (states) => {
          const test = setUp(settings)
          const warm = test.newAuthorizer()
          for (const state of states) {
            test.enter(state)
            expect((await test.decide(warm)).outcome).toBe('permit')
          }
        },
      ),
    )
  })
})
