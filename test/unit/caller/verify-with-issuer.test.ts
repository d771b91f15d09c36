import { describe, expect, it } from '@jest/globals'
import type { TokenClaims } from '../../../src/caller/claims.ts'
import type { Introspect } from '../../../src/caller/introspection.ts'
import type { VerifyJwt } from '../../../src/caller/jwt-access-token.ts'
import { toVerifiedCaller, type Verification } from '../../../src/caller/verified-caller.ts'
import { createVerifyWithIssuer } from '../../../src/caller/verify-with-issuer.ts'
import { denial, fault, type CacheUse, type Denial, type Fault } from '../../../src/decision.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { claimsOf } from '../support/claims.ts'
import { issuerConfig } from '../support/issuers.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'

const ISSUER = issuerConfig({ contextClaims: ['tenant'] })
const VERIFICATION: Verification = {
  token: new Redacted('token-1'),
  jwt: undefined,
  deadline: PLENTY_OF_TIME,
  beforeRequest: () => undefined,
}
const JWT_CALL = ['jwt', VERIFICATION]
const INTROSPECTION_CALL = ['introspection', VERIFICATION]

interface Results {
  readonly jwt?: TokenClaims | Denial | Fault
  readonly introspection?: TokenClaims | Denial | Fault
  readonly cache?: CacheUse
}

/** A verification with these results of its parts; a part without a result is not configured. */
function verifierOf({ jwt, introspection, cache = 'miss' }: Results) {
  const calls: unknown[][] = []
  const verifyJwt: VerifyJwt = (verification) => {
    calls.push(['jwt', verification])
    if (jwt === undefined) throw new Error('not configured')
    return Promise.resolve('outcome' in jwt ? failure(jwt) : success(jwt))
  }
  const introspect: Introspect = (verification) => {
    calls.push(['introspection', verification])
    if (introspection === undefined) throw new Error('not configured')
    return Promise.resolve(
      'outcome' in introspection
        ? failure(introspection)
        : success({ claims: introspection, cache }),
    )
  }
  const verify = createVerifyWithIssuer(ISSUER, jwt && verifyJwt, introspection && introspect)
  return { calls, outcome: verify(VERIFICATION) }
}

const SIGNED = claimsOf({ sub: 'signed', client_id: 'client-1', tenant: 'a', exp: START + 600 })
const ACTIVE = claimsOf({ sub: 'active', client_id: 'client-2', tenant: 'b', exp: START + 300 })

describe('an issuer', () => {
  it('that verifies JWTs returns the claims of the JWT, and no cache', async () => {
    const { calls, outcome } = verifierOf({ jwt: SIGNED })

    expect(await outcome).toStrictEqual(success(toVerifiedCaller(SIGNED, ISSUER, 'off')))
    expect(calls).toStrictEqual([JWT_CALL])
  })

  it.each(['hit', 'miss', 'off'] as const)(
    'that introspects returns the claims of the answer, and its cache: %s',
    async (cache) => {
      const { calls, outcome } = verifierOf({ introspection: ACTIVE, cache })

      expect(await outcome).toStrictEqual(success(toVerifiedCaller(ACTIVE, ISSUER, cache)))
      expect(calls).toStrictEqual([INTROSPECTION_CALL])
    },
  )

  it('that does both verifies the signature first, and returns the claims of the answer', async () => {
    const results = { jwt: SIGNED, introspection: ACTIVE, cache: 'hit' } as const
    const { calls, outcome } = verifierOf(results)

    expect(await outcome).toStrictEqual(success(toVerifiedCaller(ACTIVE, ISSUER, 'hit')))
    expect(calls).toStrictEqual([JWT_CALL, INTROSPECTION_CALL])
  })

  it.each([denial('signature_invalid'), fault('keys_unavailable', { detail: 'timed_out' })])(
    'does not introspect a token that failed verification: $reason',
    async (refusal) => {
      const { calls, outcome } = verifierOf({ jwt: refusal, introspection: ACTIVE })

      expect(await outcome).toStrictEqual(failure(refusal))
      expect(calls.map(([part]) => part)).toStrictEqual(['jwt'])
    },
  )

  it.each([denial('token_inactive'), fault('introspection_unavailable', { detail: 'timed_out' })])(
    'that introspects fails as the introspection does: $reason',
    async (refusal) => {
      const both = verifierOf({ jwt: SIGNED, introspection: refusal })
      const alone = verifierOf({ introspection: refusal })

      expect(await both.outcome).toStrictEqual(failure(refusal))
      expect(await alone.outcome).toStrictEqual(failure(refusal))
    },
  )

  it('that does neither throws', async () => {
    await expect(verifierOf({}).outcome).rejects.toThrow(
      new TypeError('issuer callers has no validation'),
    )
  })
})

describe('the expiry of a caller', () => {
  const ending = (offsetSeconds?: number): TokenClaims =>
    claimsOf({ sub: 'jdoe', ...(offsetSeconds !== undefined && { exp: START + offsetSeconds }) })

  it.each<readonly [string, Results, number | undefined]>([
    ['that of the JWT', { jwt: ending(600) }, START + 600],
    ['that of the answer', { introspection: ending(300) }, START + 300],
    ['the answer’s where it is earlier', { jwt: ending(9), introspection: ending(5) }, START + 5],
    ['the JWT’s where it is earlier', { jwt: ending(5), introspection: ending(9) }, START + 5],
    ['the JWT’s where the answer has none', { jwt: ending(5), introspection: ending() }, START + 5],
    ['the answer’s where the JWT has none', { jwt: ending(), introspection: ending(9) }, START + 9],
    ['none if neither has one', { introspection: ending() }, undefined],
    [
      'none if neither the JWT nor the answer has one',
      { jwt: ending(), introspection: ending() },
      undefined,
    ],
  ])('is %s', async (_case, results, expected) => {
    const caller = await verifierOf(results).outcome

    expect(caller.ok && caller.value.expiresAt).toBe(expected)
  })
})
