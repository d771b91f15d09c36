import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { secondsFromNow } from './support/callers-tokens.ts'
import { pausesSince } from './support/pauses.ts'
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts'
import { createSigner, hmacToken, signingInput, usualClaims } from './support/signing.ts'
import { AUDIENCE, ISSUER, startWorld, type World } from './support/world.ts'

const issuer = createSigner()
const stranger = createSigner()

let world: World
let keys: ScriptedServer
/** Must never be asked: tokens name it, the configuration does not. */
let elsewhere: ScriptedServer

beforeAll(async () => {
  keys = await startScriptedServer(() => ({
    // As an identity domain publishes its key.
    body: { keys: [{ ...issuer.jwk, key_ops: ['encrypt', 'sign'] }] },
  }))
  elsewhere = await startScriptedServer(() => ({ body: { keys: [stranger.jwk] } }))
  world = await startWorld()
  await world.configure({
    validation: 'jwt',
    issuer: ISSUER,
    jwks_uri: `${keys.url}/jwks`,
    idcs_introspection_endpoint: undefined,
  })
  await world.decide(issuer.token())
})
afterEach(async () => {
  if (elsewhere.requests.length > 0) throw new Error('a token had an address asked')
  await world.reset()
})
afterAll(async () => {
  await Promise.all([world.close(), keys.close(), elsewhere.close()])
})

async function verdictOn(token: string): Promise<string> {
  return (await world.decide(token)).verdict
}

const PERMIT = 'permit permitted'
function pem() {
  return issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString()
}
function der() {
  return issuer.publicKey.export({ type: 'spki', format: 'der' })
}
function pkcs1() {
  return issuer.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
}

describe('a JWT', () => {
  it('is permitted with the issuer’s signature, and identifies the caller', async () => {
    const { verdict, answer } = await world.decide(issuer.token())

    expect(verdict).toBe(PERMIT)
    expect(answer).toMatchObject({
      active: true,
      principal: 'alice',
      clientId: 'partner-a',
      scope: ['echo', 'orders'],
    })
    expect(world.introspection.requests).toHaveLength(0)
  })

  it.each<[string, () => string, string]>([
    [
      '#11 RFC 8725 §3.1: alg none',
      () => `${signingInput({ alg: 'none' }, usualClaims())}.`,
      'jwt_malformed',
    ],
    [
      '#11 RFC 8725 §3.1: alg none, with a signature',
      () => `${signingInput({ alg: 'none' }, usualClaims())}.AAAA`,
      'algorithm_not_allowed',
    ],
    [
      '#11 RFC 9068 §4: an algorithm that is not configured',
      () => issuer.token({}, { alg: 'RS512' }),
      'algorithm_not_allowed',
    ],
    [
      '#11: an algorithm that is no text',
      () => issuer.token({}, { alg: ['RS256'] }),
      'algorithm_not_allowed',
    ],
    [
      '#13 RFC 8725 §2.1: HMAC by the PEM of the key',
      () => hmacToken(pem()),
      'algorithm_not_allowed',
    ],
    [
      '#13: HMAC by its PEM without the last line break',
      () => hmacToken(pem().trim()),
      'algorithm_not_allowed',
    ],
    ['#13: HMAC by its DER', () => hmacToken(der()), 'algorithm_not_allowed'],
    ['#13: HMAC by its PKCS #1', () => hmacToken(pkcs1(), 'HS512'), 'algorithm_not_allowed'],
    [
      '#13: HMAC by its modulus',
      () => hmacToken(String(issuer.jwk['n']), 'HS384'),
      'algorithm_not_allowed',
    ],
    ['#13: HMAC by its JWK', () => hmacToken(JSON.stringify(issuer.jwk)), 'algorithm_not_allowed'],
    ['#13: HMAC by nothing', () => hmacToken(''), 'algorithm_not_allowed'],
    [
      '#14 RFC 8725 §3.10: its own key',
      () => stranger.token({}, { jwk: stranger.jwk }),
      'signature_invalid',
    ],
    [
      '#14: the address of its own key',
      () => stranger.token({}, { jku: elsewhere.url }),
      'signature_invalid',
    ],
    [
      '#14: the address of a certificate',
      () => stranger.token({}, { x5u: elsewhere.url }),
      'signature_invalid',
    ],
    [
      '#14: a certificate of its own',
      () => stranger.token({}, { x5c: ['AAAA'] }),
      'signature_invalid',
    ],
    [
      '#15 RFC 7515 §4.1.11: a critical extension',
      () => issuer.token({}, { crit: ['x'], x: 1 }),
      'header_unacceptable',
    ],
    ['#15: an empty crit', () => issuer.token({}, { crit: [] }), 'header_unacceptable'],
    [
      '#16 RFC 7797 §7: b64 false',
      () => issuer.token({}, { b64: false, crit: ['b64'] }),
      'header_unacceptable',
    ],
    [
      '#18 RFC 8725 §3.12: the type of a logout token',
      () => issuer.token({}, { typ: 'logout+jwt' }),
      'token_type_wrong',
    ],
    [
      '#18 RFC 9449 §4.2: the type of a DPoP proof',
      () => issuer.token({}, { typ: 'dpop+jwt' }),
      'token_type_wrong',
    ],
    [
      '#18 RFC 9701 §5: the type of an introspection answer',
      () => issuer.token({}, { typ: 'token-introspection+jwt' }),
      'token_type_wrong',
    ],
    [
      '#18: an ID token of an identity domain',
      () => issuer.token({ tok_type: 'IT' }),
      'token_type_wrong',
    ],
    ['#18: an ID token by its hash', () => issuer.token({ at_hash: 'x' }), 'token_type_wrong'],
    [
      '#18: a refresh token of Keycloak',
      () => issuer.token({ typ: 'Refresh' }),
      'token_type_wrong',
    ],
    [
      '#18: a refresh token of PingAM',
      () => issuer.token({ tokenName: 'refresh_token', token_type: 'Bearer' }),
      'token_type_wrong',
    ],
    [
      '#18: a refresh token that its issuer calls so',
      () => issuer.token({ type: 'refresh' }),
      'token_type_wrong',
    ],
    [
      '#18: a refresh token of SAP XSUAA',
      () => issuer.token({ jti: '0a1b-r', rev_sig: 'x' }),
      'token_type_wrong',
    ],
    [
      '#18: an ID token by its nonce',
      () => issuer.token({ nonce: 'n', azp: 'x', client_id: undefined, scope: undefined }),
      'token_type_wrong',
    ],
    [
      '#18: an ID token of Entra, whatever the host of its issuer',
      () => issuer.token({ ver: '2.0', tid: 'tenant', roles: ['a'], scope: undefined }),
      'token_type_wrong',
    ],
    [
      '#18: an ID token of B2C',
      () => issuer.token({ ver: '1.0', acr: 'b2c_1_signin', scope: undefined }),
      'token_type_wrong',
    ],
    [
      'an application token of Entra without scope and role, whatever the host of its issuer',
      () => issuer.token({ ver: '2.0', tid: 'tenant', azp: 'app', scope: undefined }),
      'permission_missing',
    ],
    ['#18: a logout token by its events', () => issuer.token({ events: {} }), 'token_type_wrong'],
    [
      '#19 RFC 9068 §4: another issuer',
      () => issuer.token({ iss: 'https://other.example.com/' }),
      'issuer_mismatch',
    ],
    [
      '#19: the issuer without its slash',
      () => issuer.token({ iss: ISSUER.slice(0, -1) }),
      'issuer_mismatch',
    ],
    ['#19: the issuer in a list', () => issuer.token({ iss: [ISSUER] }), 'issuer_mismatch'],
    ['#19: an empty issuer', () => issuer.token({ iss: '' }), 'issuer_mismatch'],
    ['#19: no issuer', () => issuer.token({ iss: undefined }), 'issuer_mismatch'],
    [
      '#20 RFC 8725 §3.8: the key of somebody else, with the same kid',
      () => stranger.token(),
      'signature_invalid',
    ],
    [
      '#21 RFC 7519 §4.1.3: no audience',
      () => issuer.token({ aud: undefined }),
      'audience_mismatch',
    ],
    [
      '#21: a part of the audience',
      () => issuer.token({ aud: AUDIENCE.slice(0, -1) }),
      'audience_mismatch',
    ],
    [
      '#21: the audience in another case',
      () => issuer.token({ aud: AUDIENCE.toUpperCase() }),
      'audience_mismatch',
    ],
    [
      '#21: an audience that is an object',
      () => issuer.token({ aud: { 0: AUDIENCE } }),
      'claims_malformed',
    ],
    ['#22 RFC 9068 §2.2: no exp', () => issuer.token({ exp: undefined }), 'expiry_missing'],
    [
      '#23 RFC 7519 §2: exp as a text',
      () => issuer.token({ exp: '4102444800' }),
      'claims_malformed',
    ],
    ['#23: exp as an object', () => issuer.token({ exp: {} }), 'claims_malformed'],
    ['#23: exp true', () => issuer.token({ exp: true }), 'claims_malformed'],
    ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope'].map(
      (name): [string, () => string, string] => [
        `#23: ${name} null`,
        () => issuer.token({ [name]: null }),
        name === 'iss' ? 'issuer_mismatch' : 'claims_malformed',
      ],
    ),
    ['#23: nbf as a text', () => issuer.token({ nbf: '0' }), 'claims_malformed'],
    ['#24: exp in milliseconds', () => issuer.token({ exp: Date.now() + 1e6 }), 'claims_malformed'],
    ['#24: exp of 1e308', () => issuer.token({ exp: 1e308 }), 'claims_malformed'],
    [
      '#7 RFC 6750 §3.1: exp in the past',
      () => issuer.token({ exp: secondsFromNow(-31) }),
      'token_expired',
    ],
    [
      '#25 RFC 7519 §4.1.5: nbf in the future',
      () => issuer.token({ nbf: secondsFromNow(60) }),
      'token_not_yet_valid',
    ],
    [
      '#26: iat in the future',
      () => issuer.token({ iat: secondsFromNow(60) }),
      'token_not_yet_valid',
    ],
    ['#28 RFC 7516 §7.1: five parts', () => 'e30.e30.e30.e30.e30', 'token_encrypted'],
    [
      '#28: PBES2 with a million iterations',
      () =>
        `${Buffer.from('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":1000000}').toString('base64url')}.e30.e30.e30.e30`,
      'token_encrypted',
    ],
    ['#28: a nested token', () => issuer.token({}, { cty: 'JWT' }), 'header_unacceptable'],
    ['#28: a compressed token', () => issuer.token({}, { zip: 'DEF' }), 'header_unacceptable'],
    [
      '#29 RFC 7519 §7.2: a payload that is an array',
      () => `${signingInput({ alg: 'RS256' }, '[]')}.AAAA`,
      'token_opaque',
    ],
    [
      '#29: a payload that is no JSON',
      () => `${signingInput({ alg: 'RS256' }, 'abc')}.AAAA`,
      'token_opaque',
    ],
    ['#32: an unknown kid', () => stranger.token({}, { kid: 'another' }), 'key_unknown'],
    [
      '#32: a kid with a prototype name',
      () => stranger.token({}, { kid: '__proto__' }),
      'key_unknown',
    ],
    [
      '#32: a kid that is a path',
      () => stranger.token({}, { kid: '../../etc/passwd' }),
      'key_unknown',
    ],
    ['#32: a kid that is a number', () => issuer.token({}, { kid: 7 }), 'header_unacceptable'],
    ['#34: a subject that is an object', () => issuer.token({ sub: {} }), 'claims_malformed'],
    ['#34: scopes that are a number', () => issuer.token({ scope: 7 }), 'claims_malformed'],
    [
      '#40 RFC 9449 §6.1: a key that it is bound to',
      () => issuer.token({ cnf: { jkt: 'x' } }),
      'token_sender_constrained',
    ],
    ['#5: 16 KiB of dots', () => '.'.repeat(16_384), 'token_opaque'],
    [
      'a signature with its last bytes changed',
      () => `${issuer.token().slice(0, -4)}AAAA`,
      'signature_invalid',
    ],
    ['no signature', () => `${issuer.token().split('.').slice(0, 2).join('.')}.`, 'jwt_malformed'],
  ])('is denied with %s', async (_case, makeToken, reason) => {
    const asked = keys.requests.length

    const verdict = await verdictOn(makeToken())

    expect(verdict).toBe(`deny ${reason}`)
    // One renewal in its time is all that tokens which no key fits can bring about.
    expect(keys.requests.length - asked).toBeLessThanOrEqual(1)
  })

  it.each<[string, () => string]>([
    ['#12 RFC 9068 §2.1: the type at+jwt', () => issuer.token({}, { typ: 'at+jwt' })],
    [
      '#17 RFC 7515 §4.1.9: that type in full and in another case',
      () => issuer.token({}, { typ: 'Application/AT+JWT' }),
    ],
    ['#17: the common type', () => issuer.token({}, { typ: 'JWT' })],
    ['#21: ours among other audiences', () => issuer.token({ aud: ['https://x/', AUDIENCE] })],
    ['#25: nbf within the tolerance', () => issuer.token({ nbf: secondsFromNow(20) })],
    ['#27: exp within the tolerance', () => issuer.token({ exp: secondsFromNow(-20) })],
    [
      '#31: claims with prototype names',
      () => issuer.token({ constructor: 1, ['__proto__']: { scope: 'admin' } }),
    ],
    ['#14: a foreign `jku`, which is ignored', () => issuer.token({}, { jku: elsewhere.url })],
    ['#14: a foreign `x5u`, which is ignored', () => issuer.token({}, { x5u: elsewhere.url })],
    ['#14: a foreign `jwk`, which is ignored', () => issuer.token({}, { jwk: stranger.jwk })],
    ['#14: a foreign `x5c`, which is ignored', () => issuer.token({}, { x5c: ['AAAA'] })],
    [
      'a nonce in an access token (Keycloak before 24)',
      () => issuer.token({ nonce: 'n', typ: 'Bearer', client_id: undefined, scope: undefined }),
    ],
    [
      'an access token of Entra with a role',
      () => issuer.token({ ver: '2.0', tid: 'tenant', azp: 'app', roles: ['a'] }),
    ],
    ['an empty kid', () => issuer.token({}, { kid: '' })],
    ['`zip` NONE', () => issuer.token({}, { zip: 'NONE' })],
    ['no kid, where one key fits', () => issuer.token({}, { kid: undefined })],
    ['a client id under its other name', () => issuer.token({ client_id: undefined, azp: 'x' })],
  ])('is permitted with %s', async (_case, makeToken) => {
    expect(await verdictOn(makeToken())).toBe(PERMIT)
  })

  it('that expired within the tolerance has a permit that expires later', async () => {
    const { answer } = await world.decide(issuer.token({ exp: secondsFromNow(-20) }))

    const expiresAt = Date.parse((answer as { expiresAt: string }).expiresAt)
    expect(expiresAt).toBeGreaterThan(Date.now())
  })

  it('puts only valid header values into the answer', async () => {
    const { answer } = await world.decide(
      issuer.token({ sub: 'a\r\nX: 1', client_id: 'c\ud800', scp: ['ok', 'a\0b'] }),
    )

    expect(answer).toMatchObject({ principal: 'unknown', clientId: 'unknown' })
    expect((answer as { scope: string[] }).scope).not.toContain('a\0b')
  })

  it('#30 RFC 7519 §4: has the last of duplicate members', async () => {
    const payload = JSON.stringify(usualClaims())
    const twice = (member: string) => issuer.tokenOf(`${payload.slice(0, -1)},${member}}`)

    expect(await verdictOn(twice('"aud":"https://other/"'))).toBe('deny audience_mismatch')
    expect((await world.decide(twice('"scope":"echo"'))).answer).toMatchObject({ scope: ['echo'] })
  })

  it('#31: gains no scope from a prototype name', async () => {
    const token = issuer.token({ scope: undefined, ['__proto__']: { scope: 'admin' } })

    expect((await world.decide(token)).answer).toMatchObject({ scope: [] })
  })

  it('#32: causes one request for keys in ten seconds for a thousand unknown kids', async () => {
    const start = performance.now()
    const asked = keys.requests.length
    const token = stranger.token().split('.')

    for (let index = 0; index < 1000; index++) {
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: `k${index}` }))
      token[0] = header.toString('base64url')
      expect(await verdictOn(token.join('.'))).toBe('deny key_unknown')
    }

    expect(keys.requests.length - asked).toBeLessThanOrEqual(1 + pausesSince(start, 10))
  })
})
