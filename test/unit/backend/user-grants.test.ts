import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createJwtBearerGrant } from '../../../src/backend/jwt-bearer.ts'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import type { Subject } from '../../../src/backend/credential.ts'
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

function keyOf(subject: ReturnType<typeof assertions.subjectOf>): string {
  return subject.ok ? subject.value.key : 'denied'
}

describe('the subject of a user assertion', () => {
  it('#52: is another one at another issuer, even of the same name', () => {
    const keys = ['callers', 'others'].map((issuer) =>
      keyOf(assertions.subjectOf(callBy({ issuer }))),
    )

    expect(new Set(keys).size).toBe(2)
  })

  it('#52: is the same for each call of a user, whatever else their tokens have', () => {
    const keys = [{ sub: 'jdoe' }, { sub: 'jdoe', jti: '1' }].map((claims) =>
      keyOf(
        assertions.subjectOf(
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
          expect(assertions.subjectOf(callBy({ claims: jsonObject({ sub }) }))).toStrictEqual(
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

describe('the subject of a token exchange', () => {
  it('#52: is the token itself, which its key does not reveal', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string({ minLength: 8 }), (one, other) => {
        const [first, second] = [one, other].map((token) =>
          exchanges.subjectOf(callBy({ token: new Redacted(token) })),
        )
        const keys = [first, second].map((subject) =>
          subject?.ok === true ? subject.value.key : '',
        )

        expect(keys[0] === keys[1]).toBe(one === other)
        expect(keys[0]).not.toContain(one)
      }),
    )
  })
})

describe('whose failures count together', () => {
  const callerOf = (subject: Result<Subject, unknown>): string =>
    subject.ok ? subject.value.caller : 'denied'
  const exchanging = (call: Parameters<typeof callBy>[0]) =>
    callerOf(exchanges.subjectOf(callBy(call)))

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

    expect(callerOf(assertions.subjectOf(callBy({ claims })))).toBe(exchanging({ claims }))
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
