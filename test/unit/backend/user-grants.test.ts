import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { BackendCall, Grant } from '../../../src/backend/credential.ts'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { denied } from '../support/outcomes.ts'
import { jsonObject } from '../support/tokens.ts'
import { callBy, recordingTokenEndpoint } from '../support/tokens-for-backends.ts'
import { jwtBearerGrantIn, TOKEN_EXCHANGE } from './grants-fixture.ts'

const { grant: assertions } = jwtBearerGrantIn()
const exchanges = createTokenExchangeGrant(TOKEN_EXCHANGE, recordingTokenEndpoint().requestToken)

function requestIn(grant: Grant, call: Partial<BackendCall>) {
  const request = grant.requestFor(callBy(call))
  if (!request.ok) throw new Error(request.error.reason)
  return request.value
}

function keyOf(call: Partial<BackendCall>): string {
  return requestIn(assertions, call).key
}

describe('the request with a user assertion', () => {
  it('#52: has another key at another issuer, even for the same name', () => {
    expect(keyOf({ issuer: 'callers' })).not.toBe(keyOf({ issuer: 'others' }))
  })

  it('#52: has the same key for each call of a user, whatever else their tokens have', () => {
    const [one, other] = [{ sub: 'jdoe' }, { sub: 'jdoe', jti: '1' }].map((claims) =>
      keyOf({ claims: jsonObject(claims), token: new Redacted(JSON.stringify(claims)) }),
    )

    expect(one).toBe(other)
  })

  it('does not exist if the claim is not a string', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter((value) => typeof value !== 'string'),
        (sub) => {
          expect(assertions.requestFor(callBy({ claims: jsonObject({ sub }) }))).toStrictEqual(
            denied('subject_missing', { detail: 'claim_missing' }),
          )
        },
      ),
    )
  })

  it('depends on the caller: nothing can be prepared', () => {
    expect([assertions.application, exchanges.application]).toStrictEqual([undefined, undefined])
  })
})

describe('the cache key of a user', () => {
  const keyOfUser = (sub: string, issuer = 'callers') =>
    keyOf({ issuer, claims: jsonObject({ sub }) })

  it('differs by each character of the name, capitals and composed forms included', () => {
    const names = [
      ...['jdoe', 'JDOE', 'jDoe', 'j doe', 'jdoe.', 'Zo\u00eb', 'Zoe\u0308', 'ß', 'ss'],
      ...['x'.repeat(255), 'x'.repeat(256)],
    ]

    expect(new Set(names.map((name) => keyOfUser(name))).size).toBe(names.length)
  })

  it('differs by issuer, and issuer and name cannot be mistaken for each other', () => {
    expect(keyOfUser('b', 'a')).not.toBe(keyOfUser('b', 'A'))
    expect(keyOfUser('bc', 'a')).not.toBe(keyOfUser('c', 'ab'))
    expect(keyOfUser('","b', 'a')).not.toBe(keyOfUser('b', 'a","'))
  })
})

describe('the request of a token exchange', () => {
  it('#52: has a key for each token, which does not reveal it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string({ minLength: 8 }), (one, other) => {
        const [first, second] = [one, other].map(
          (token) => requestIn(exchanges, { token: new Redacted(token) }).key,
        )

        expect(first === second).toBe(one === other)
        expect(first).not.toContain(one)
      }),
    )
  })
})

describe('whose failures count together', () => {
  const exchanging = (call: Partial<BackendCall>) => requestIn(exchanges, call).caller

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

    expect(requestIn(assertions, { claims }).caller).toBe(exchanging({ claims }))
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
