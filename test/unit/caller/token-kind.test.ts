import { describe, expect, it } from '@jest/globals'
import { hasNoPermissions, marksOfAnotherKind } from '../../../src/caller/token-kind.ts'
import { jsonObject } from '../support/tokens.ts'

const ENTRA = { ver: '2.0', tid: 'tenant' }

function marks(claims: object) {
  return marksOfAnotherKind(jsonObject(claims))
}

describe('the claims that only another kind of token has', () => {
  it.each([
    { tok_type: 'AT' },
    { typ: 'Bearer' },
    { typ: 'access_token' },
    { token_use: 'access' },
    { token_use: 'access_token' },
    { at_hash: null },
  ])('are none in an access token: %j', (claims) => {
    expect(marks(claims)).toStrictEqual([])
  })

  it('are all named', () => {
    const values = { tok_type: 'IT', typ: 'ID', token_use: 'id', at_hash: 'x', events: {} }

    expect(marks(values)).toStrictEqual(['tok_type', 'typ', 'token_use', 'at_hash', 'events'])
  })

  it.each([
    ...['token_type', 'tokenType', 'token_name', 'tokenName', 'token_usage', 'tokenUse'],
    ...['token_kind', 'tokenKind', 'type', 'kind', 'purpose', 'use', 'tty'],
  ])('include `%s` if its value is another kind', (name) => {
    expect(marks({ [name]: 'refresh_token' })).toStrictEqual([name])
    expect(marks({ [name]: 'access_token' })).toStrictEqual([])
  })

  it.each([
    ...['Refresh', 'OfflineToken', 'ID', 'ID token', 'identity_token', 'logout-token'],
    'authorization_code',
  ])('include a claim whose value is %s', (kind) => {
    expect(marks({ kind })).toStrictEqual(['kind'])
  })

  it.each(['Bearer', 'valid_token', 'id_token_hint', 'android', 'refreshed', ''])(
    'do not include a claim whose value is %j',
    (kind) => {
      expect(marks({ kind })).toStrictEqual([])
    },
  )

  it('include the `jti` of a refresh token of UAA', () => {
    expect(marks({ rev_sig: 'x', jti: 'a-r' })).toStrictEqual(['jti'])
    expect(marks({ jti: 'a-r' })).toStrictEqual([])
    expect(marks({ rev_sig: 'x', jti: 'a' })).toStrictEqual([])
    expect(marks({ rev_sig: 'x' })).toStrictEqual([])
  })

  it('include the `nonce` of AD FS, whose ID tokens name their client', () => {
    expect(marks({ nonce: 'x', appid: 'a', apptype: 'Confidential' })).toStrictEqual(['nonce'])
  })

  it.each(['scope', 'scp', 'permissions', 'client_id', 'cid', 'appid'])(
    'do not include a `nonce` beside `%s`, which ID tokens do not have',
    (name) => {
      expect(marks({ nonce: 'x', [name]: 'x' })).toStrictEqual([])
    },
  )

  it.each([{ tok_type: 'AT' }, { typ: 'Bearer' }, { token_use: 'access' }])(
    'do not include a `nonce` beside the type of an access token: %j',
    (claims) => {
      expect(marks({ nonce: 'x', ...claims })).toStrictEqual([])
    },
  )

  it.each([{}, { azp: 'client-1' }, { roles: ['a'] }, { scope: null }])(
    'include a `nonce` beside %j',
    (claims) => {
      expect(marks({ nonce: 'x', ...claims })).toStrictEqual(['nonce'])
    },
  )

  it.each([
    ENTRA,
    { ver: '1.0', tid: 'tenant' },
    { ver: '2.0', tfp: 'B2C_1_signin' },
    { ver: '1.0', acr: 'b2c_1a_signin' },
    { ver: '1.0', acr: 'B2C_1_signin' },
  ])('include the `ver` of Entra and B2C if no client is named: %j', (claims) => {
    expect(marks(claims)).toStrictEqual(['ver'])
    expect(marks({ ...claims, azp: 'client-1' })).toStrictEqual([])
    expect(marks({ ...claims, appid: 'client-1' })).toStrictEqual([])
  })

  it.each([
    { ver: 1, tid: 'tenant' },
    { ver: '3.0', tid: 'tenant' },
    { tid: 'tenant' },
    { ver: '2.0' },
    { ver: '2.0', acr: '1' },
    { ver: '2.0', acr: 'level b2c_1' },
    { ver: '2.0', acr: ['b2c_1'] },
  ])('do not include the `ver` of other providers: %j', (claims) => {
    expect(marks(claims)).toStrictEqual([])
  })
})

describe('a token of Entra', () => {
  it.each([{}, { scp: '' }, { scp: ' ', roles: [] }, { roles: [' '] }, { roles: 5 }])(
    'has no permissions with %j',
    (claims) => {
      expect(hasNoPermissions(jsonObject({ ...ENTRA, ...claims }))).toBe(true)
    },
  )

  it.each([{ scp: 'read' }, { roles: 'a' }, { roles: ['', 'a'] }])(
    'has permissions with %j',
    (claims) => {
      expect(hasNoPermissions(jsonObject({ ...ENTRA, ...claims }))).toBe(false)
    },
  )

  it('is another provider’s if it does not look like one', () => {
    expect(hasNoPermissions(jsonObject({}))).toBe(false)
  })
})
