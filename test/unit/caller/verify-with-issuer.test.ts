import { describe, expect, it } from '@jest/globals'
import type { TokenClaims } from '../../../src/caller/claims.ts'
import type { Introspect } from '../../../src/caller/introspection.ts'
import type { VerifyJwt } from '../../../src/caller/jwt-access-token.ts'
import { toVerifiedCaller } from '../../../src/caller/verified-caller.ts'
import { createVerifyWithIssuer } from '../../../src/caller/verify-with-issuer.ts'
import { denial, fault, type CacheUse, type Denial, type Fault } from '../../../src/decision.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { claimsOf } from '../support/claims.ts'
import { issuerConfig } from '../support/issuers.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'

const ISSUER = issuerConfig({ contextClaims: ['tenant'] })
const TOKEN = new Redacted('token-1')

interface Words {
  readonly jwt?: TokenClaims | Denial | Fault
  readonly introspection?: TokenClaims | Denial | Fault
  readonly cache?: CacheUse
}

/** A verifier of parts that say so; a part that has no word is not configured. */
function verifierOf({ jwt, introspection, cache = 'miss' }: Words) {
  const asked: unknown[][] = []
  const verifyJwt: VerifyJwt = (...question) => {
    asked.push(['jwt', ...question])
    if (jwt === undefined) throw new Error('not configured')
    return Promise.resolve('outcome' in jwt ? failure(jwt) : success(jwt))
  }
  const introspect: Introspect = (...question) => {
    asked.push(['introspection', ...question])
    if (introspection === undefined) throw new Error('not configured')
    return Promise.resolve(
      'outcome' in introspection
        ? failure(introspection)
        : success({ claims: introspection, cache }),
    )
  }
  const verify = createVerifyWithIssuer(ISSUER, jwt && verifyJwt, introspection && introspect)
  const beforeRequest = () => undefined
  /** What such a part was asked. */
  const question = (part: string) => [part, TOKEN, PLENTY_OF_TIME, beforeRequest, undefined]
  return { asked, question, outcome: verify(TOKEN, PLENTY_OF_TIME, beforeRequest) }
}

const SIGNED = claimsOf({ sub: 'signed', client_id: 'client-1', tenant: 'a', exp: START + 600 })
const ACTIVE = claimsOf({ sub: 'active', client_id: 'client-2', tenant: 'b', exp: START + 300 })

describe('an issuer', () => {
  it('whose JWTs are verified has the claims of the JWT, and no cache', async () => {
    const { asked, question, outcome } = verifierOf({ jwt: SIGNED })

    expect(await outcome).toStrictEqual(success(toVerifiedCaller(SIGNED, ISSUER, 'off')))
    expect(asked).toStrictEqual([question('jwt')])
  })

  it.each(['hit', 'miss', 'off'] as const)(
    'that introspects has the claims of the answer, and its cache: %s',
    async (cache) => {
      const { asked, question, outcome } = verifierOf({ introspection: ACTIVE, cache })

      expect(await outcome).toStrictEqual(success(toVerifiedCaller(ACTIVE, ISSUER, cache)))
      expect(asked).toStrictEqual([question('introspection')])
    },
  )

  it('that does both looks at the signature first, and has the claims of the answer', async () => {
    const words = { jwt: SIGNED, introspection: ACTIVE, cache: 'hit' } as const
    const { asked, question, outcome } = verifierOf(words)

    expect(await outcome).toStrictEqual(success(toVerifiedCaller(ACTIVE, ISSUER, 'hit')))
    expect(asked).toStrictEqual([question('jwt'), question('introspection')])
  })

  it.each([denial('signature_invalid'), fault('keys_unavailable', { detail: 'timed_out' })])(
    'makes no introspection of a token with an invalid signature: $reason',
    async (refusal) => {
      const { asked, outcome } = verifierOf({ jwt: refusal, introspection: ACTIVE })

      expect(await outcome).toStrictEqual(failure(refusal))
      expect(asked.map(([part]) => part)).toStrictEqual(['jwt'])
    },
  )

  it.each([denial('token_inactive'), fault('introspection_unavailable', { detail: 'timed_out' })])(
    'uses the result of introspection, whatever the signature: $reason',
    async (refusal) => {
      const both = verifierOf({ jwt: SIGNED, introspection: refusal })
      const alone = verifierOf({ introspection: refusal })

      expect(await both.outcome).toStrictEqual(failure(refusal))
      expect(await alone.outcome).toStrictEqual(failure(refusal))
    },
  )

  it('that does neither is an internal error, not a denial', async () => {
    await expect(verifierOf({}).outcome).rejects.toThrow(
      new TypeError('issuer callers has no validation'),
    )
  })
})

describe('the end of a caller', () => {
  const ending = (offsetSeconds?: number): TokenClaims =>
    claimsOf({ sub: 'jdoe', ...(offsetSeconds !== undefined && { exp: START + offsetSeconds }) })

  it.each<readonly [string, Words, number | undefined]>([
    ['that of the JWT', { jwt: ending(600) }, START + 600],
    ['that of the answer', { introspection: ending(300) }, START + 300],
    ['the answer’s where it is earlier', { jwt: ending(9), introspection: ending(5) }, START + 5],
    ['the JWT’s where it is earlier', { jwt: ending(5), introspection: ending(9) }, START + 5],
    ['the JWT’s where the answer has none', { jwt: ending(5), introspection: ending() }, START + 5],
    ['the answer’s where the JWT has none', { jwt: ending(), introspection: ending(9) }, START + 9],
    ['none if neither has one', { introspection: ending() }, undefined],
    ['none where neither tells one', { jwt: ending(), introspection: ending() }, undefined],
  ])('is %s', async (_case, words, expected) => {
    const caller = await verifierOf(words).outcome

    expect(caller.ok && caller.value.expiresAt).toBe(expected)
  })
})
