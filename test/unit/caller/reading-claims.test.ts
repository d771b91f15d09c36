import { describe, expect, it } from '@jest/globals'
import { readAnswerClaims, readJwtClaims } from '../../../src/caller/claims.ts'
import { claimsOf } from '../support/claims.ts'
import { CLAIM_NAMES } from '../support/issuers.ts'
import { whilePolluted } from '../support/pollution.ts'
import { jsonObject } from '../support/tokens.ts'

/** What is read, without the members that it is read from; undefined where that is not possible. */
function read(members: unknown) {
  const claims = readAnswerClaims(jsonObject(members), CLAIM_NAMES)
  if (!claims.ok) return undefined
  return Object.fromEntries(Object.entries(claims.value).filter(([name]) => name !== 'members'))
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
    const claims = {
      iss: 'https://idp.example/',
      sub: 'jdoe',
      aud: ['a', 'b'],
      client_id: 'client-1',
      scope: 'read write',
      exp: 30.5,
      nbf: 10,
      iat: 20,
    }

    expect(read(claims)).toStrictEqual({
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
    expect(read(claims)).toStrictEqual(NO_CLAIMS)
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
    expect(read(claims)).toStrictEqual({ ...NO_CLAIMS, ...expected })
  })

  it.each([
    ...['iss', 'sub', 'client_id', 'azp'].flatMap((name) =>
      [5, true, ['x'], { x: 1 }].map((value) => ({ name, value })),
    ),
    ...['exp', 'nbf', 'iat'].flatMap((name) =>
      ['1800000000', true, [1], {}, -1, 1e308, 1.8e12].map((value) => ({ name, value })),
    ),
    ...['aud', 'scope', 'scp'].flatMap((name) =>
      [5, true, { x: 1 }, ['a', 5], ['a', null], [['a']]].map((value) => ({ name, value })),
    ),
  ])('RFC 9068 §2.2, RFC 7519 §2: refuses $name of $value', ({ name, value }) => {
    expect(read({ [name]: value })).toBeUndefined()
  })

  it('takes nothing from a polluted Object.prototype', async () => {
    const pollution = { iss: 'https://idp.example/', aud: 'a', scope: 'admin', cnf: {} }

    const claims = await whilePolluted(pollution, () => read({}))

    expect(claims).toStrictEqual(NO_CLAIMS)
  })
})

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
    const error = { name, expected: 'a string' }

    expect(readJwtClaims(jsonObject({ [name]: value }), names)).toMatchObject({ error })
  })

  it.each(['aud', 'scope'])('are malformed if %s is neither a string nor strings', (name) => {
    expect(readJwtClaims(jsonObject({ [name]: 5 }), CLAIM_NAMES)).toMatchObject({
      error: { name, expected: 'a string or an array of strings', actual: 5 },
    })
  })
})

describe('scopes by other names', () => {
  const scopeOf = (claims: Readonly<Record<string, unknown>>) =>
    claimsOf(claims, { ...CLAIM_NAMES, scope: ['scope', 'groups'] }).scope

  it('are not split: words in the name of a group are not scopes', () => {
    const claims = { scope: 'a b', groups: ['admins', 'not ops'] }

    expect(scopeOf(claims)).toStrictEqual(['a', 'b', 'admins'])
    expect(scopeOf({ groups: 'not ops' })).toStrictEqual([])
    expect(scopeOf({ groups: 'ops' })).toStrictEqual(['ops'])
  })
})
