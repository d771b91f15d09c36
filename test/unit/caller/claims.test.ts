import { describe, expect, it } from '@jest/globals'
import type { TokenClaims } from '../../../src/caller/claims.ts'
import { selectContextClaims } from '../../../src/caller/context-claims.ts'
import { firstBrokenRule } from '../../../src/caller/token-rules.ts'
import type { TokenRules } from '../../../src/config/model.ts'
import { denial } from '../../../src/decision.ts'
import { numericDate, seconds } from '../../../src/platform/clock.ts'
import { withoutComparison } from '../support/claims.ts'
import { tokenRules } from '../support/issuers.ts'
import { START } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'

const RULES: TokenRules = tokenRules({
  issuer: 'https://idp.example/',
  audience: ['api', 'other-api'],
  requiredScopes: ['read', 'write'],
  allowedClients: ['client-1', 'client-2'],
})

const GOOD: TokenClaims = {
  issuer: 'https://idp.example/',
  principal: 'jdoe',
  audience: ['unknown', 'api'],
  clientId: 'client-1',
  scope: ['write', 'more', 'read'],
  expiresAt: numericDate(START + 60),
  notBefore: START,
  issuedAt: START,
  members: jsonObject({ tok_type: 'AT', typ: 'Bearer', token_use: 'access', tenant: ['a', 'b'] }),
}

function judge(claims: Partial<TokenClaims>, rules: Partial<TokenRules> = {}) {
  const objection = firstBrokenRule({ ...GOOD, ...claims }, { ...RULES, ...rules }, START)
  return objection && withoutComparison(objection)
}

function having(members: object): Partial<TokenClaims> {
  return { members: jsonObject(members) }
}

const WRONG = 'token_type_wrong'
const BOUND = 'token_sender_constrained'
const ANY_SCOPE = { anyScopeRequired: true, requiredScopes: [] }

function requiring(claims: Readonly<Record<string, readonly (string | number)[]>>) {
  return { requiredClaims: Object.entries(claims).map(([name, values]) => ({ name, values })) }
}

function from(offsetSeconds: number) {
  return numericDate(START + offsetSeconds)
}

describe('judging claims', () => {
  it.each<[string, Partial<TokenClaims>, Partial<TokenRules>]>([
    ['that hold all that the rules want', {}, {}],
    ['of an access token of Hydra or Dex', having({ token_use: 'access_token' }), {}],
    ['of an access token by its `typ`', having({ typ: 'access' }), {}],
    ['of an access token of PingAM', having({ tokenName: 'access_token' }), {}],
    ['of an access token of Casdoor', having({ tokenType: 'access-token' }), {}],
    ['of an access token of Curity', having({ purpose: 'access_token' }), {}],
    ['with a claim `type` about something else', having({ type: 'refreshment' }), {}],
    ['with a claim `type` that is no text', having({ type: ['refresh'], use: 1 }), {}],
    ['of an access token of AD FS', having({ apptype: 'Public', appid: 'a', scp: 'a' }), {}],
    ['of an access token of UAA', having({ jti: '0a1b', rev_sig: 'x' }), {}],
    ['with a random `jti` that ends in -r', having({ jti: 'Zm9v-r' }), {}],
    ['of any issuer, where none is configured', { issuer: 'https://x' }, { issuer: undefined }],
    ['of no issuer, where none is configured', { issuer: undefined }, { issuer: undefined }],
    ['of any audience, where the check is off', { audience: undefined }, { audience: 'any' }],
    ['of any client, where none is listed', { clientId: undefined }, { allowedClients: [] }],
    ['without scopes, where none is needed', { scope: [] }, { requiredScopes: [] }],
    ['that name their client, where that is needed', {}, { clientIdRequired: true }],
    ['with some scope, where any will do', { scope: ['x'] }, ANY_SCOPE],
    ['without an end', { expiresAt: undefined }, {}],
    ['that ended within the tolerance', { expiresAt: from(-29.9) }, {}],
    ['that begin within the tolerance', { notBefore: from(30), issuedAt: from(30) }, {}],
    ['without a word on its type', having({}), {}],
    ['with a claim that is wanted', {}, requiring({ tenant: ['x', 'b'] })],
    ['of the longest lifetime', {}, { maxTokenLifetime: seconds(60) }],
  ])('accepts claims %s', (_case, claims, rules) => {
    expect(judge(claims, rules)).toBeUndefined()
  })

  it.each<[string, Partial<TokenClaims>, string]>([
    ['no issuer', { issuer: undefined }, 'issuer_mismatch'],
    ['an issuer without the slash', { issuer: 'https://idp.example' }, 'issuer_mismatch'],
    ['an issuer in another case', { issuer: 'https://IDP.example/' }, 'issuer_mismatch'],
    ['no audience', { audience: undefined }, 'audience_mismatch'],
    ['an empty list of audiences', { audience: [] }, 'audience_mismatch'],
    ['an audience that ours is a part of', { audience: ['api2'] }, 'audience_mismatch'],
    ['an audience in another case', { audience: ['API'] }, 'audience_mismatch'],
    ['audiences joined in one text', { audience: ['api other-api'] }, 'audience_mismatch'],
    ['an audience named any', { audience: ['any'] }, 'audience_mismatch'],
    ['the type of an ID token', having({ tok_type: 'IT' }), WRONG],
    ['an empty type', having({ tok_type: '' }), WRONG],
    ['a type that is no text', having({ tok_type: ['AT'] }), WRONG],
    ['the type of a refresh token of Keycloak', having({ typ: 'Refresh' }), WRONG],
    ['the use of an ID token of Cognito', having({ token_use: 'id' }), WRONG],
    ['the use of a refresh token', having({ token_use: 'refresh_token' }), WRONG],
    ['the name of a refresh token of PingAM', having({ tokenName: 'refresh_token' }), WRONG],
    ['the name of an ID token of PingAM', having({ tokenName: 'id_token' }), WRONG],
    ['the purpose of an ID token of Curity', having({ purpose: 'id' }), WRONG],
    ['the type of a refresh token of Casdoor', having({ tokenType: 'refresh-token' }), WRONG],
    [
      'the nonce of an ID token of AD FS',
      having({ nonce: 'n', apptype: 'Public', appid: 'a' }),
      WRONG,
    ],
    ['the type refresh', having({ type: 'refresh' }), WRONG],
    ['the type REFRESH', having({ tokenType: 'REFRESH' }), WRONG],
    ['the token type refresh', having({ token_type: 'refresh' }), WRONG],
    ['the token type Refresh Token', having({ token_type: 'Refresh Token' }), WRONG],
    ['the usage of an ID token', having({ token_usage: 'identity_token' }), WRONG],
    ['the type of an authorization code', having({ type: 'authorization_code' }), WRONG],
    ['the `jti` of a refresh token of UAA', having({ jti: '0a1b-r', rev_sig: 'x' }), WRONG],
    ['OpenID Connect Core §3.1.3.6: a hash', having({ at_hash: 'x' }), WRONG],
    ['OpenID Connect Core §3.3.2.11: its code’s', having({ c_hash: 'x' }), WRONG],
    ['RFC 8417 §2.2: events', having({ events: {} }), WRONG],
    ['RFC 9449 §4.2: the method of a request', having({ htm: 'GET' }), WRONG],
    ['RFC 9449 §4.2: the address of one', having({ htu: 'https://x' }), WRONG],
    ['RFC 9701 §5: an answer', having({ token_introspection: {} }), WRONG],
    ['RFC 7800: a key that it is bound to', having({ cnf: { jkt: 'x' } }), BOUND],
    ['an end beyond the tolerance', { expiresAt: from(-31) }, 'token_expired'],
    ['RFC 7519 §4.1.4: an end that is just now', { expiresAt: from(-30) }, 'token_expired'],
    ['an end long ago', { expiresAt: numericDate(0) }, 'token_expired'],
    ['RFC 7519 §4.1.5: a late beginning', { notBefore: from(30.1) }, 'token_not_yet_valid'],
    ['an issue in the future', { issuedAt: from(31) }, 'token_not_yet_valid'],
    ['no client', { clientId: undefined }, 'client_not_allowed'],
    ['another client', { clientId: 'client-3' }, 'client_not_allowed'],
    ['a client in another case', { clientId: 'CLIENT-1' }, 'client_not_allowed'],
  ])('denies claims with %s', (_case, claims, reason) => {
    expect(judge(claims)).toMatchObject({ outcome: 'deny', reason })
  })

  it.each([[[]], [['read']], [['write']], [['READ', 'WRITE']], [['read,write']], [['read write']]])(
    'RFC 6750 §3.1: denies the scopes %j and names those that are needed',
    (scope) => {
      expect(judge({ scope })).toStrictEqual({
        ...denial('scope_insufficient', { clientId: 'client-1' }),
        requiredScopes: ['read', 'write'],
      })
    },
  )

  it('#18: treats claims without a client as an ID token’s, for providers with this difference', () => {
    const rules = { clientIdRequired: true, allowedClients: [] }

    expect(judge({ clientId: undefined }, rules)).toStrictEqual(denial('token_type_wrong'))
  })

  it('denies claims without any scope if their provider issues tokens to every client', () => {
    const refusal = denial('permission_missing', { clientId: 'client-1' })
    const { requiredScopes } = RULES

    expect(judge({ scope: [] }, ANY_SCOPE)).toStrictEqual(refusal)
    expect(judge({ scope: [] }, { ...ANY_SCOPE, requiredScopes })).toStrictEqual({
      ...refusal,
      requiredScopes: ['read', 'write'],
    })
  })

  it('has no tolerance if none is configured', () => {
    const rules = { clockTolerance: seconds(0) }

    expect(judge({ expiresAt: START }, rules)?.reason).toBe('token_expired')
    expect(judge({ expiresAt: from(0.1) }, rules)).toBeUndefined()
    expect(judge({ notBefore: from(0.1) }, rules)?.reason).toBe('token_not_yet_valid')
  })

  it('returns the client for the log', () => {
    const mismatch = denial('issuer_mismatch', { clientId: 'client-1' })

    expect(judge({ issuer: 'x' })).toStrictEqual(mismatch)
    expect(judge({ issuer: 'x', clientId: undefined })).toStrictEqual(denial('issuer_mismatch'))
  })
})

describe('rules on single claims and on lifetimes', () => {
  it.each([
    ['is absent', {}],
    ['has another value', { level: 3 }],
    ['has another type', { level: '2' }],
    ['is an object', { level: { 0: 2 } }],
    ['lacks it in an array', { level: [1, 3] }],
  ])('deny a token whose claim %s', (_case, members) => {
    expect(judge(having(members), requiring({ level: [2] }))?.reason).toBe('claim_mismatch')
  })

  it('deny a token whose number may have been another one before it was read', () => {
    const rules = requiring({ tenant: [2 ** 60, 'a'] })
    const rounded = having(JSON.parse(`{"tenant":${2n ** 60n + 1n}}`) as object)

    expect(judge(rounded, rules)?.reason).toBe('claim_mismatch')
    expect(judge(having({ tenant: 'a' }), rules)).toBeUndefined()
  })

  it.each([2 ** 53 - 1, -5, 1.5])('accept the number %d', (level) => {
    expect(judge(having({ level }), requiring({ level: [level] }))).toBeUndefined()
  })

  it('require all listed claims', () => {
    const rules = requiring({ a: [1], b: [2] })

    expect(judge(having({ a: 1 }), rules)?.reason).toBe('claim_mismatch')
    expect(judge(having({ a: 1, b: 2 }), rules)).toBeUndefined()
  })

  it.each<[string, Partial<TokenClaims>]>([
    ['too long', { issuedAt: from(-1) }],
    ['unknown for want of `iat`', { issuedAt: undefined }],
    ['unknown for want of `exp`', { expiresAt: undefined }],
  ])('deny a token whose lifetime is %s', (_case, claims) => {
    expect(judge(claims, { maxTokenLifetime: seconds(60) })?.reason).toBe('lifetime_too_long')
  })
})

describe('#53: claims for the gateway’s context', () => {
  it('are the listed ones only, as strings', () => {
    const claims = jsonObject({ a: 'x', b: 5, c: true, d: ['x', 'y'], e: 'not listed' })
    const expected = { a: 'x', b: '5', c: 'true', d: 'x y' }

    expect(selectContextClaims(claims, ['a', 'b', 'c', 'd'])).toStrictEqual(expected)
  })

  it.each([
    ['is absent', undefined],
    ['is null', null],
    ['is an object', { x: 1 }],
    ['is an array of other things than texts', [1, 2]],
    ['is a number that may have been another one', 2 ** 53],
    ['breaks the line', 'x\r\nX-Admin: 1'],
    ['has a NUL', 'x\0'],
    ['has a control character beyond ASCII', 'x\u0085y'],
    ['breaks the line in one of several texts', ['x', 'y\nz']],
    ['is longer than 1024 characters', 'x'.repeat(1025)],
  ])('omit one that %s', (_case, value) => {
    const claims = jsonObject({ a: value, b: 'x' })

    expect(selectContextClaims(claims, ['a', 'b'])).toStrictEqual({ b: 'x' })
  })

  it('may be 1024 characters long', () => {
    const longest = 'x'.repeat(1024)

    expect(selectContextClaims(jsonObject({ a: longest }), ['a'])).toStrictEqual({ a: longest })
  })

  it('do not include inherited members', () => {
    expect(selectContextClaims(jsonObject({}), ['constructor', '__proto__'])).toStrictEqual({})
  })
})
