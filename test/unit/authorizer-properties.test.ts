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

/** One call, and what the world is like when it comes. */
interface Moment {
  readonly pauseSeconds: number
  /** Of the caller's token; undefined for one without an end. */
  readonly callerLifetimeSeconds: number | undefined
  /** Of a token that is issued now; undefined while the token endpoint is down. */
  readonly issuedLifetimeSeconds: number | undefined
}

const MOMENT: fc.Arbitrary<Moment> = fc.record({
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

function worldWith({ minLifetimeSeconds, maxDecisionSeconds, chance }: Settings) {
  const clock = new StandingClock()
  /** When each token that was issued ends, by its `Authorization` value. */
  const ends = new Map<string, number>()
  let moment: Moment | undefined
  const application: CredentialRequest = {
    key: 'application',
    caller: 'application',
    send: () => {
      const lifetime = moment?.issuedLifetimeSeconds
      if (lifetime === undefined) {
        return Promise.resolve(
          failure({ fault: fault('token_endpoint_unavailable'), reach: 'unclear' }),
        )
      }
      const authorization = `Bearer ${ends.size}`
      const expiresAt = plus(clock.now(), seconds(lifetime))
      ends.set(authorization, expiresAt)
      return Promise.resolve(success({ authorization: new Redacted(authorization), expiresAt }))
    },
  }
  const newAuthorizer = () =>
    createAuthorizer({
      verifyCaller: () => {
        const lifetime = moment?.callerLifetimeSeconds
        const exp = lifetime === undefined ? undefined : clock.now() + lifetime
        const claims = claimsOf({ sub: 'jdoe', client_id: 'a', exp })
        return Promise.resolve(success(toVerifiedCaller(claims, issuerConfig(), 'off')))
      },
      credentials: createCredentialCache(
        { backend: 'oic', minLifetime: seconds(minLifetimeSeconds), onIssued: () => undefined },
        { requestFor: () => success(application), application },
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
    ends,
    newAuthorizer,
    decide,
    now: () => clock.now(),
    become: (next: Moment): void => {
      moment = next
      clock.advance(next.pauseSeconds)
    },
  }
}

/** What the caches must not change. */
function essence(decision: Decision) {
  return decision.outcome === 'permit'
    ? [decision.principal, decision.clientId, decision.scope, decision.contextValues]
    : [decision.outcome, decision.reason]
}

describe('every permit', () => {
  it('ends no later than each of its bounds, and carries a token that lives long enough', async () => {
    let permits = 0
    await fc.assert(
      fc.asyncProperty(SETTINGS, fc.array(MOMENT, { maxLength: 30 }), async (settings, moments) => {
        const world = worldWith(settings)
        const authorize = world.newAuthorizer()
        for (const moment of moments) {
          world.become(moment)
          const decision = await world.decide(authorize)
          if (decision.outcome !== 'permit') continue
          permits += 1
          const now = world.now()
          const tokenEnd = world.ends.get(decision.authorization.reveal()) ?? Number.NaN
          expect(tokenEnd - now).toBeGreaterThanOrEqual(settings.minLifetimeSeconds)
          expect(decision.expiresAt).toBeLessThanOrEqual(Math.max(tokenEnd - 60, now + 5))
          expect(decision.expiresAt).toBeLessThanOrEqual(now + settings.maxDecisionSeconds)
          expect(decision.expiresAt).toBeLessThanOrEqual(
            now + Math.max(moment.callerLifetimeSeconds ?? 60, 5),
          )
          expect(decision.expiresAt).toBeGreaterThan(numericDate(now))
        }
      }),
    )
    expect(permits).toBeGreaterThan(100)
  })
})

describe('a warm cache', () => {
  it('decides as a cold one wherever that has a token endpoint', async () => {
    await fc.assert(
      fc.asyncProperty(SETTINGS, fc.array(MOMENT, { maxLength: 20 }), async (settings, moments) => {
        const world = worldWith(settings)
        const warm = world.newAuthorizer()
        for (const moment of moments) {
          world.become(moment)
          const fromWarm = await world.decide(warm)
          const fromCold = await world.decide(world.newAuthorizer())
          if (fromCold.outcome !== 'permit' || fromWarm.outcome !== 'permit') continue
          expect(essence(fromWarm)).toStrictEqual(essence(fromCold))
        }
      }),
    )
  })

  it('never faults if a cold one would permit, except in the pause after failures', async () => {
    const settings = { minLifetimeSeconds: 120, maxDecisionSeconds: 3600, chance: 0.5 }
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          MOMENT.filter(({ issuedLifetimeSeconds }) => (issuedLifetimeSeconds ?? 0) >= 120),
          { maxLength: 20 },
        ),
        async (moments) => {
          const world = worldWith(settings)
          const warm = world.newAuthorizer()
          for (const moment of moments) {
            world.become(moment)
            expect((await world.decide(warm)).outcome).toBe('permit')
          }
        },
      ),
    )
  })
})
