import { describe, expect, it } from '@jest/globals'
import { readAnswerClaims, readJwtClaims, type TokenClaims } from '../../../src/caller/claims.ts'
import { selectContextClaims } from '../../../src/caller/context-claims.ts'
import { firstBrokenRule } from '../../../src/caller/token-rules.ts'
import type { TokenRules } from '../../../src/config/model.ts'
import { denial } from '../../../src/decision.ts'
import { numericDate, seconds } from '../../../src/platform/clock.ts'
import type { JsonObject } from '../../../src/platform/json.ts'
import { claimsOf, withoutComparison } from '../support/claims.ts'
import { CLAIM_NAMES, tokenRules } from '../support/issuers.ts'
import { jsonObject } from '../support/tokens.ts'
import { whilePolluted } from '../support/pollution.ts'
import { START } from '../support/time.ts'

function read(members: JsonObject): TokenClaims | undefined {
  const claims = readAnswerClaims(members, CLAIM_NAMES)
  return claims.ok ? claims.value : undefined
}

/** What was read, without the members that it was read from. */
function summaryOf(claims: TokenClaims | undefined) {
  return claims && Object.fromEntries(Object.entries(claims).filter(([name]) => name !== 'members'))
}

const NO_CLAIMS = {
  issuer: undefined,
  principal: undefined,
  audience: undefined,
  clientId: undefined,
  scope: [],
  expiresAt: undefined,
  notBefore: undefined,
  issuedAt: undefined,
}

describe('reading claims', () => {
  it('types each claim that decides', () => {
    const claims = jsonObject({
      iss: 'https://idp.example/',
      sub: 'jdoe',
      aud: ['a', 'b'],
      client_id: 'client-1',
      scope: 'read write',
      exp: 30.5,
      nbf: 10,
      iat: 20,
    })

    expect(summaryOf(read(claims))).toStrictEqual({
      issuer: 'https://idp.example/',
      principal: 'jdoe',
      audience: ['a', 'b'],
      clientId: 'client-1',
      scope: ['read', 'write'],
      expiresAt: 30.5,
      notBefore: 10,
      issuedAt: 20,
    })
  })

  it.each([
    ['absent ones', {}],
    ['null ones', { iss: null, sub: null, aud: null, client_id: null, scope: null, exp: null }],
    ['ones of others', { iat_: 'x', ISS: 'x', appid: 5 }],
    ['empty names', { sub: '', client_id: '', scope: '' }],
    ['members that every object inherits', JSON.parse('{"__proto__":{"iss":"x","cnf":{}}}')],
  ])('makes nothing of %s', (_case, claims: unknown) => {
    expect(summaryOf(read(jsonObject(claims)))).toStrictEqual(NO_CLAIMS)
  })

  it.each([
    ['one audience', { aud: 'a' }, { audience: ['a'] }],
    ['no audience in an array', { aud: [] }, { audience: [] }],
    ['scopes of Okta or Entra in one string', { scp: 'a b' }, { scope: ['a', 'b'] }],
    ['scopes in an array', { scope: ['a', 'b'] }, { scope: ['a', 'b'] }],
    ['no words of a name for scopes', { scope: ['a', 'not admin'] }, { scope: ['a'] }],
    ['scopes behind several blanks', { scope: ' a  b ' }, { scope: ['a', 'b'] }],
    ['an empty issuer for none', { iss: '' }, { issuer: undefined }],
    ['the client under its other name', { azp: 'c' }, { clientId: 'c' }],
    ['its first name before its second', { azp: 'x', client_id: 'c' }, { clientId: 'c' }],
    ['its first name, whatever has its second', { azp: 5, client_id: 'c' }, { clientId: 'c' }],
    ['its second name where the first is empty', { azp: 'c', client_id: '' }, { clientId: 'c' }],
    [
      'scopes under both names, once each',
      { scope: 'a b', scp: ['b', 'c'] },
      { scope: ['a', 'b', 'c'] },
    ],
    ['the latest instant', { exp: 253_402_300_799 }, { expiresAt: 253_402_300_799 }],
    ['the first instant', { exp: 0 }, { expiresAt: 0 }],
  ])('takes %s', (_case, claims, expected) => {
    expect(summaryOf(read(jsonObject(claims)))).toStrictEqual({ ...NO_CLAIMS, ...expected })
  })

  it.each([
    ...['iss', 'sub', 'client_id', 'azp'].flatMap((name) =>
      [5, true, ['x'], { x: 1 }].map((value) => ({ name, value })),
    ),
    ...['exp', 'nbf', 'iat'].flatMap((name) =>
      ['1800000000', true, [1], {}, -1, 1e308, 1_800_000_000_000].map((value) => ({
        name,
        value,
      })),
    ),
    ...['aud', 'scope', 'scp'].flatMap((name) =>
      [5, true, { x: 1 }, ['a', 5], ['a', null], [['a']]].map((value) => ({ name, value })),
    ),
  ])('RFC 9068 §2.2, RFC 7519 §2: refuses $name of $value', ({ name, value }) => {
    expect(read(jsonObject({ [name]: value }))).toBeUndefined()
  })

  it('takes nothing from a polluted Object.prototype', async () => {
    const pollution = { iss: 'https://idp.example/', aud: 'a', scope: 'admin', cnf: {} }

    const claims = await whilePolluted(pollution, () => summaryOf(read(jsonObject({}))))

    expect(claims).toStrictEqual(NO_CLAIMS)
  })
})

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

function from(offsetSeconds: number) {
  return numericDate(START + offsetSeconds)
}

describe('the claims of a JWT', () => {
  it.each(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope', 'scp'])(
    'RFC 7519 §4.1: are malformed if %s is null, which means absence in an introspection response',
    (name) => {
      const members = jsonObject({ [name]: null })

      expect(readJwtClaims(members, CLAIM_NAMES)).toMatchObject({ ok: false, error: { name } })
      expect(readAnswerClaims(members, CLAIM_NAMES)).toMatchObject({ ok: true })
    },
  )

  it.each([
    ['sub', 5],
    ['jti', 5],
  ])('are malformed if %s is %j, even if nothing uses it', (name, value) => {
    const names = { ...CLAIM_NAMES, principal: ['oid'] }

    expect(readJwtClaims(jsonObject({ [name]: value }), names)).toMatchObject({
      error: { name, expected: 'a string' },
    })
  })

  it.each(['aud', 'scope'])('are malformed if %s is neither a string nor strings', (name) => {
    expect(readJwtClaims(jsonObject({ [name]: 5 }), CLAIM_NAMES)).toMatchObject({
      error: { name, expected: 'a string or an array of strings', actual: 5 },
    })
  })
})

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
    [
      'with some scope, where any will do',
      { scope: ['x'] },
      { anyScopeRequired: true, requiredScopes: [] },
    ],
    ['without an end', { expiresAt: undefined }, {}],
    ['that ended within the tolerance', { expiresAt: from(-29.9) }, {}],
    ['that begin within the tolerance', { notBefore: from(30), issuedAt: from(30) }, {}],
    ['without a word on its type', having({}), {}],
    [
      'with a claim that is wanted',
      {},
      { requiredClaims: [{ name: 'tenant', values: ['x', 'b'] }] },
    ],
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
    ['the type of an ID token', having({ tok_type: 'IT' }), 'token_type_wrong'],
    ['an empty type', having({ tok_type: '' }), 'token_type_wrong'],
    ['a type that is no text', having({ tok_type: ['AT'] }), 'token_type_wrong'],
    ['the type of a refresh token of Keycloak', having({ typ: 'Refresh' }), 'token_type_wrong'],
    ['the use of an ID token of Cognito', having({ token_use: 'id' }), 'token_type_wrong'],
    ['the use of a refresh token', having({ token_use: 'refresh_token' }), 'token_type_wrong'],
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
    ['OpenID Connect Core §3.1.3.6: a hash', having({ at_hash: 'x' }), 'token_type_wrong'],
    ['OpenID Connect Core §3.3.2.11: its code’s', having({ c_hash: 'x' }), 'token_type_wrong'],
    ['RFC 8417 §2.2: events', having({ events: {} }), 'token_type_wrong'],
    ['RFC 9449 §4.2: the method of a request', having({ htm: 'GET' }), 'token_type_wrong'],
    ['RFC 9449 §4.2: the address of one', having({ htu: 'https://x' }), 'token_type_wrong'],
    ['RFC 9701 §5: an answer', having({ token_introspection: {} }), 'token_type_wrong'],
    [
      'RFC 7800: a key that it is bound to',
      having({ cnf: { jkt: 'x' } }),
      'token_sender_constrained',
    ],
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
    const rules = { anyScopeRequired: true }

    expect(judge({ scope: [] }, { ...rules, requiredScopes: [] })).toStrictEqual(refusal)
    expect(judge({ scope: [] }, rules)).toStrictEqual({
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
    expect(judge({ issuer: 'x' })).toStrictEqual(
      denial('issuer_mismatch', { clientId: 'client-1' }),
    )
    expect(judge({ issuer: 'x', clientId: undefined })).toStrictEqual(denial('issuer_mismatch'))
  })
})

describe('scopes by other names', () => {
  const scopeOf = (claims: Readonly<Record<string, unknown>>) =>
    claimsOf(claims, { ...CLAIM_NAMES, scope: ['scope', 'groups'] }).scope

  it('are not split: words in the name of a group are not scopes', () => {
    expect(scopeOf({ scope: 'a b', groups: ['admins', 'not ops'] })).toStrictEqual([
      'a',
      'b',
      'admins',
    ])
    expect(scopeOf({ groups: 'not ops' })).toStrictEqual([])
    expect(scopeOf({ groups: 'ops' })).toStrictEqual(['ops'])
  })
})

describe('rules on single claims and on lifetimes', () => {
  it.each<[string, TokenClaims['members']]>([
    ['is absent', jsonObject({})],
    ['has another value', jsonObject({ level: 3 })],
    ['has another type', jsonObject({ level: '2' })],
    ['is an object', jsonObject({ level: { 0: 2 } })],
    ['lacks it in an array', jsonObject({ level: [1, 3] })],
  ])('deny a token whose claim %s', (_case, members) => {
    const requiredClaims = [{ name: 'level', values: [2] }]

    expect(judge({ members }, { requiredClaims })?.reason).toBe('claim_mismatch')
  })

  it('deny a token whose number may have been another one before it was read', () => {
    const requiredClaims = [{ name: 'tenant', values: [2 ** 60, 'a'] }]
    const members = jsonObject(JSON.parse(`{"tenant":${2n ** 60n + 1n}}`))

    expect(judge({ members }, { requiredClaims })?.reason).toBe('claim_mismatch')
    expect(judge(having({ tenant: 'a' }), { requiredClaims })).toBeUndefined()
  })

  it.each([2 ** 53 - 1, -5, 1.5])('accept the number %d', (level) => {
    const requiredClaims = [{ name: 'level', values: [level] }]

    expect(judge(having({ level }), { requiredClaims })).toBeUndefined()
  })

  it('require all listed claims', () => {
    const requiredClaims = [
      { name: 'a', values: [1] },
      { name: 'b', values: [2] },
    ]

    expect(judge(having({ a: 1 }), { requiredClaims })?.reason).toBe('claim_mismatch')
    expect(judge(having({ a: 1, b: 2 }), { requiredClaims })).toBeUndefined()
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

    expect(selectContextClaims(claims, ['a', 'b', 'c', 'd'])).toStrictEqual({
      a: 'x',
      b: '5',
      c: 'true',
      d: 'x y',
    })
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
    expect(selectContextClaims(jsonObject({ a: value, b: 'x' }), ['a', 'b'])).toStrictEqual({
      b: 'x',
    })
  })

  it('may be 1024 characters long', () => {
    const longest = 'x'.repeat(1024)

    expect(selectContextClaims(jsonObject({ a: longest }), ['a'])).toStrictEqual({ a: longest })
  })

  it('do not include inherited members', () => {
    expect(selectContextClaims(jsonObject({}), ['constructor', '__proto__'])).toStrictEqual({})
  })
})
