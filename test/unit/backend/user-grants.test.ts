import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createJwtBearerGrant } from '../../../src/backend/jwt-bearer.ts'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import type { CredentialRequest } from '../../../src/backend/credential.ts'
import { denial } from '../../../src/decision.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, type Result } from '../../../src/platform/result.ts'
import { jsonObject } from '../support/tokens.ts'
import { StandingClock } from '../support/time.ts'
import { callBy, recordingTokenEndpoint, REGISTRATION } from '../support/tokens-for-backends.ts'

const { requestToken } = recordingTokenEndpoint()
function UNUSED() {
  return Promise.reject(new Error('not to be asked'))
}

const assertions = createJwtBearerGrant(
  {
    kind: 'jwt_bearer',
    tokenEndpoint: 'https://idp.example/token',
    client: REGISTRATION,
    scope: 'x',
    subjectClaim: 'sub',
    acceptsUserControlledClaim: false,
    assertionKeyOcid: undefined,
  },
  {
    requestToken,
    secrets: { read: UNUSED },
    clock: new StandingClock(),
    providerOf: () => undefined,
  },
)

const exchanges = createTokenExchangeGrant(
  {
    kind: 'token_exchange',
    tokenEndpoint: 'https://idp.example/token',
    client: REGISTRATION,
    scope: undefined,
    audience: undefined,
    resource: undefined,
    subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token',
  },
  requestToken,
)

function keyOf(request: Result<CredentialRequest, unknown>): string {
  return request.ok ? request.value.key : 'denied'
}

describe('the request with a user assertion', () => {
  it('#52: has another key at another issuer, even for the same name', () => {
    const keys = ['callers', 'others'].map((issuer) =>
      keyOf(assertions.requestFor(callBy({ issuer }))),
    )

    expect(new Set(keys).size).toBe(2)
  })

  it('#52: has the same key for each call of a user, whatever else their tokens have', () => {
    const keys = [{ sub: 'jdoe' }, { sub: 'jdoe', jti: '1' }].map((claims) =>
      keyOf(
        assertions.requestFor(
          callBy({ claims: jsonObject(claims), token: new Redacted(claims.sub) }),
        ),
      ),
    )

    expect(new Set(keys).size).toBe(1)
  })

  it('does not exist if the claim is not a string', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => typeof value !== 'string'),
        (sub) => {
          expect(assertions.requestFor(callBy({ claims: jsonObject({ sub }) }))).toStrictEqual(
            failure(denial('subject_missing', { detail: 'claim_missing' })),
          )
        },
      ),
    )
  })

  it('depends on the caller: nothing can be prepared', () => {
    expect([assertions.application, exchanges.application]).toStrictEqual([undefined, undefined])
  })
})

describe('the request of a token exchange', () => {
  it('#52: has a key for each token, which does not reveal it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string({ minLength: 8 }), (one, other) => {
        const [first, second] = [one, other].map((token) =>
          keyOf(exchanges.requestFor(callBy({ token: new Redacted(token) }))),
        )

        expect(first === second).toBe(one === other)
        expect(first).not.toContain(one)
      }),
    )
  })
})

describe('whose failures count together', () => {
  const callerOf = (request: Result<CredentialRequest, unknown>): string =>
    request.ok ? request.value.caller : 'denied'
  const exchanging = (call: Parameters<typeof callBy>[0]) =>
    callerOf(exchanges.requestFor(callBy(call)))

  it('are those of one issuer and `sub`, whatever the token', () => {
    const callers = [1, 2, 3].map((number) =>
      exchanging({
        token: new Redacted(`token ${number}`),
        claims: jsonObject({ sub: 'jdoe', jti: number }),
        clientId: `client ${number}`,
      }),
    )

    expect(new Set(callers).size).toBe(1)
  })

  it('are the same for user assertions, whatever claim names the user', () => {
    const claims = jsonObject({ sub: 'jdoe' })

    expect(callerOf(assertions.requestFor(callBy({ claims })))).toBe(exchanging({ claims }))
  })

  it('differ by issuer, `sub`, and the kind of name', () => {
    const callers = [
      exchanging({ claims: jsonObject({ sub: 'jdoe' }) }),
      exchanging({ claims: jsonObject({ sub: 'JDOE' }) }),
      exchanging({ claims: jsonObject({ sub: 'jdoe' }), issuer: 'others' }),
      exchanging({ claims: jsonObject({ username: 'jdoe' }) }),
      exchanging({ claims: jsonObject({ username: 'JDOE' }) }),
      exchanging({ claims: jsonObject({}), clientId: 'jdoe' }),
      exchanging({ claims: jsonObject({}), clientId: 'another client' }),
      exchanging({ claims: jsonObject({}), clientId: undefined }),
    ]

    expect(new Set(callers).size).toBe(callers.length)
  })
})
