import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { BackendCall, Grant } from '../../../src/backend/credential.ts'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { denied } from '../support/outcomes.ts'
import { jsonObject } from '../support/tokens.ts'
import { callBy, recordingTokenEndpoint } from '../support/tokens-for-backends.ts'
import { createJwtGrant, TOKEN_EXCHANGE } from './grants-fixture.ts'

const { grant: jwtBearer } = createJwtGrant()
const tokenExchange = createTokenExchangeGrant(
  TOKEN_EXCHANGE,
  recordingTokenEndpoint().requestToken,
)

function requestIn(grant: Grant, call: Partial<BackendCall>) {
  const request = grant.requestFor(callBy(call))
  if (!request.ok) throw new Error(request.error.reason)
  return request.value
}

function keyOf(call: Partial<BackendCall>): string {
  return requestIn(jwtBearer, call).key
}

describe('a JWT bearer request', () => {
  it('#52: has a different cache key for each issuer', () => {
    expect(keyOf({ issuer: 'callers' })).not.toBe(keyOf({ issuer: 'others' }))
  })

  it('#52: has the same cache key for all tokens of a user', () => {
    const [one, other] = [{ sub: 'jdoe' }, { sub: 'jdoe', jti: '1' }].map((claims) =>
      keyOf({ claims: jsonObject(claims), token: new Redacted(JSON.stringify(claims)) }),
    )

    expect(one).toBe(other)
  })

  it('is denied if the claim is not a string', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => typeof value !== 'string'),
        (sub) => {
          expect(jwtBearer.requestFor(callBy({ claims: jsonObject({ sub }) }))).toStrictEqual(
            denied('subject_missing', { detail: 'claim_missing' }),
          )
        },
      ),
    )
  })

  it('cannot be prepared, because it depends on the caller', () => {
    expect([jwtBearer.sharedRequest, tokenExchange.sharedRequest]).toStrictEqual([
      undefined,
      undefined,
    ])
  })
})

describe('the cache key of a user', () => {
  const keyOfUser = (sub: string, issuer = 'callers') =>
    keyOf({ issuer, claims: jsonObject({ sub }) })

  it('differs for each name, including case and Unicode normalization', () => {
    const names = [
      ...['jdoe', 'JDOE', 'jDoe', 'j doe', 'jdoe.', 'Zo\u00eb', 'Zoe\u0308', 'ß', 'ss'],
      ...['x'.repeat(255), 'x'.repeat(256)],
    ]

    expect(new Set(names.map((name) => keyOfUser(name))).size).toBe(names.length)
  })

  it('separates issuer and name unambiguously', () => {
    expect(keyOfUser('b', 'a')).not.toBe(keyOfUser('b', 'A'))
    expect(keyOfUser('bc', 'a')).not.toBe(keyOfUser('c', 'ab'))
    expect(keyOfUser('","b', 'a')).not.toBe(keyOfUser('b', 'a","'))
  })
})

describe('a token exchange request', () => {
  it('#52: has a cache key for each token that does not reveal it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string({ minLength: 8 }), (one, other) => {
        const [first, second] = [one, other].map(
          (token) => requestIn(tokenExchange, { token: new Redacted(token) }).key,
        )

        expect(first === second).toBe(one === other)
        expect(first).not.toContain(one)
      }),
    )
  })
})

describe('the caller of a request, for counting failures', () => {
  const callerOf = (call: Partial<BackendCall>) => requestIn(tokenExchange, call).callerKey

  it('is the same for all tokens with the same issuer and `sub`', () => {
    const callers = [1, 2, 3].map((number) =>
      callerOf({
        token: new Redacted(`token ${number}`),
        claims: jsonObject({ sub: 'jdoe', jti: number }),
        clientId: `client ${number}`,
      }),
    )

    expect(new Set(callers).size).toBe(1)
  })

  it('is the same for both grants', () => {
    const claims = jsonObject({ sub: 'jdoe' })

    expect(requestIn(jwtBearer, { claims }).callerKey).toBe(callerOf({ claims }))
  })

  it('differs by issuer, `sub`, and the claim that identifies the caller', () => {
    const callers = [
      callerOf({ claims: jsonObject({ sub: 'jdoe' }) }),
      callerOf({ claims: jsonObject({ sub: 'JDOE' }) }),
      callerOf({ claims: jsonObject({ sub: 'jdoe' }), issuer: 'others' }),
      callerOf({ claims: jsonObject({ username: 'jdoe' }) }),
      callerOf({ claims: jsonObject({ username: 'JDOE' }) }),
      callerOf({ claims: jsonObject({}), clientId: 'jdoe' }),
      callerOf({ claims: jsonObject({}), clientId: 'another client' }),
      callerOf({ claims: jsonObject({}), clientId: undefined }),
    ]

    expect(new Set(callers).size).toBe(callers.length)
  })
})
