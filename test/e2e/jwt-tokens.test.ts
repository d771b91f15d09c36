import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { secondsFromNow } from './support/callers-tokens.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { pausesSince } from './support/pauses.ts'
import { startScriptedServer } from './support/scripted-server.ts'
import { createSigner, hmacToken, signingInput, usualClaims } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { AUDIENCE, ISSUER, type Members } from './support/world.ts'

const issuer = createSigner()
const stranger = createSigner()

/** Must never be asked: tokens name it, the configuration does not. */
const elsewhere = await startScriptedServer(() => ({ body: { keys: [stranger.jwk] } }))
afterEach(() => {
  if (elsewhere.requests.length > 0) throw new Error('a token had an address asked')
})
afterAll(() => elsewhere.close())
const keys = await startTestServer(() => ({
  // As an identity domain publishes its key.
  body: { keys: [{ ...issuer.jwk, key_ops: ['encrypt', 'sign'] }] },
}))
const world = await startTestWorld(jwtByKeysOf(keys))
await world.decide(issuer.token())

function withHeader(header: Members): string {
  return issuer.token({}, header)
}
function withClaims(claims: Members): string {
  return issuer.token(claims)
}
/** Signed by somebody else. */
function strange(header: Members = {}): string {
  return stranger.token({}, header)
}
const PEM = issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const DER = issuer.publicKey.export({ type: 'spki', format: 'der' })
const PKCS1 = issuer.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()

const CLAIMS = ['sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope']

/** By the reason of their denial. */
const DENIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jwt_malformed: {
    '#11 RFC 8725 §3.1: alg none': `${signingInput({ alg: 'none' }, usualClaims())}.`,
    'no signature': `${issuer.token().split('.').slice(0, 2).join('.')}.`,
  },
  algorithm_not_allowed: {
    '#11 RFC 8725 §3.1: alg none, with a signature': `${signingInput({ alg: 'none' }, usualClaims())}.AAAA`,
    '#11 RFC 9068 §4: an algorithm that is not configured': withHeader({ alg: 'RS512' }),
    '#11: an algorithm that is no text': withHeader({ alg: ['RS256'] }),
    '#13 RFC 8725 §2.1: HMAC by the PEM of the key': hmacToken(PEM),
    '#13: HMAC by its PEM without the last line break': hmacToken(PEM.trim()),
    '#13: HMAC by its DER': hmacToken(DER),
    '#13: HMAC by its PKCS #1': hmacToken(PKCS1, 'HS512'),
    '#13: HMAC by its modulus': hmacToken(String(issuer.jwk['n']), 'HS384'),
    '#13: HMAC by its JWK': hmacToken(JSON.stringify(issuer.jwk)),
    '#13: HMAC by nothing': hmacToken(''),
  },
  signature_invalid: {
    '#14 RFC 8725 §3.10: its own key': strange({ jwk: stranger.jwk }),
    '#14: the address of its own key': strange({ jku: elsewhere.url }),
    '#14: the address of a certificate': strange({ x5u: elsewhere.url }),
    '#14: a certificate of its own': strange({ x5c: ['AAAA'] }),
    '#20 RFC 8725 §3.8: the key of somebody else, with the same kid': strange(),
    'a signature with its last bytes changed': `${issuer.token().slice(0, -4)}AAAA`,
  },
  header_unacceptable: {
    '#15 RFC 7515 §4.1.11: a critical extension': withHeader({ crit: ['x'], x: 1 }),
    '#15: an empty crit': withHeader({ crit: [] }),
    '#16 RFC 7797 §7: b64 false': withHeader({ b64: false, crit: ['b64'] }),
    '#28: a nested token': withHeader({ cty: 'JWT' }),
    '#28: a compressed token': withHeader({ zip: 'DEF' }),
    '#32: a kid that is a number': withHeader({ kid: 7 }),
  },
  key_unknown: {
    '#32: an unknown kid': strange({ kid: 'another' }),
    '#32: a kid with a prototype name': strange({ kid: '__proto__' }),
    '#32: a kid that is a path': strange({ kid: '../../etc/passwd' }),
  },
  token_type_wrong: {
    '#18 RFC 8725 §3.12: the type of a logout token': withHeader({ typ: 'logout+jwt' }),
    '#18 RFC 9449 §4.2: the type of a DPoP proof': withHeader({ typ: 'dpop+jwt' }),
    '#18 RFC 9701 §5: the type of an introspection answer': withHeader({
      typ: 'token-introspection+jwt',
    }),
    '#18: an ID token of an identity domain': withClaims({ tok_type: 'IT' }),
    '#18: an ID token by its hash': withClaims({ at_hash: 'x' }),
    '#18: a refresh token of Keycloak': withClaims({ typ: 'Refresh' }),
    '#18: a refresh token of PingAM': withClaims({
      tokenName: 'refresh_token',
      token_type: 'Bearer',
    }),
    '#18: a refresh token that its issuer calls so': withClaims({ type: 'refresh' }),
    '#18: a refresh token of SAP XSUAA': withClaims({ jti: '0a1b-r', rev_sig: 'x' }),
    '#18: an ID token by its nonce': withClaims({
      nonce: 'n',
      azp: 'x',
      client_id: undefined,
      scope: undefined,
    }),
    '#18: an ID token of Entra, whatever the host of its issuer': withClaims({
      ver: '2.0',
      tid: 'tenant',
      roles: ['a'],
      scope: undefined,
    }),
    '#18: an ID token of B2C': withClaims({ ver: '1.0', acr: 'b2c_1_signin', scope: undefined }),
    '#18: a logout token by its events': withClaims({ events: {} }),
  },
  permission_missing: {
    'an application token of Entra without scope and role, whatever the host of its issuer':
      withClaims({ ver: '2.0', tid: 'tenant', azp: 'app', scope: undefined }),
  },
  issuer_mismatch: {
    '#19 RFC 9068 §4: another issuer': withClaims({ iss: 'https://other.example.com/' }),
    '#19: the issuer without its slash': withClaims({ iss: ISSUER.slice(0, -1) }),
    '#19: the issuer in a list': withClaims({ iss: [ISSUER] }),
    '#19: an empty issuer': withClaims({ iss: '' }),
    '#19: no issuer': withClaims({ iss: undefined }),
    '#23: iss null': withClaims({ iss: null }),
  },
  audience_mismatch: {
    '#21 RFC 7519 §4.1.3: no audience': withClaims({ aud: undefined }),
    '#21: a part of the audience': withClaims({ aud: AUDIENCE.slice(0, -1) }),
    '#21: the audience in another case': withClaims({ aud: AUDIENCE.toUpperCase() }),
  },
  expiry_missing: { '#22 RFC 9068 §2.2: no exp': withClaims({ exp: undefined }) },
  claims_malformed: {
    '#21: an audience that is an object': withClaims({ aud: { 0: AUDIENCE } }),
    '#23 RFC 7519 §2: exp as a text': withClaims({ exp: '4102444800' }),
    '#23: exp as an object': withClaims({ exp: {} }),
    '#23: exp true': withClaims({ exp: true }),
    ...Object.fromEntries(
      CLAIMS.map((name) => [`#23: ${name} null`, withClaims({ [name]: null })]),
    ),
    '#23: nbf as a text': withClaims({ nbf: '0' }),
    '#24: exp in milliseconds': withClaims({ exp: Date.now() + 1e6 }),
    '#24: exp of 1e308': withClaims({ exp: 1e308 }),
    '#34: a subject that is an object': withClaims({ sub: {} }),
    '#34: scopes that are a number': withClaims({ scope: 7 }),
  },
  token_encrypted: {
    '#28 RFC 7516 §7.1: five parts': 'e30.e30.e30.e30.e30',
    '#28: PBES2 with a million iterations': `${Buffer.from('{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":1000000}').toString('base64url')}.e30.e30.e30.e30`,
  },
  token_opaque: {
    '#29 RFC 7519 §7.2: a payload that is an array': `${signingInput({ alg: 'RS256' }, '[]')}.AAAA`,
    '#29: a payload that is no JSON': `${signingInput({ alg: 'RS256' }, 'abc')}.AAAA`,
    '#5: 16 KiB of dots': '.'.repeat(16_384),
  },
  token_sender_constrained: {
    '#40 RFC 9449 §6.1: a key that it is bound to': withClaims({ cnf: { jkt: 'x' } }),
  },
}

const DENIED_ROWS = Object.entries(DENIED).flatMap(([reason, tokens]) =>
  Object.entries(tokens).map(([title, token]) => ({ title, token, reason })),
)

describe('a JWT', () => {
  it.each(DENIED_ROWS)('is denied with $title', async ({ token, reason }) => {
    expect(await world.verdict(token)).toBe(`deny ${reason}`)
    // One renewal in its time is all that tokens which no key fits can bring about.
    expect(keys.requests.length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['#12 RFC 9068 §2.1: the type at+jwt', withHeader({ typ: 'at+jwt' })],
    [
      '#17 RFC 7515 §4.1.9: that type in full and in another case',
      withHeader({ typ: 'Application/AT+JWT' }),
    ],
    ['#17: the common type', withHeader({ typ: 'JWT' })],
    ['#21: ours among other audiences', withClaims({ aud: ['https://x/', AUDIENCE] })],
    [
      '#31: claims with prototype names',
      withClaims({ constructor: 1, ['__proto__']: { scope: 'admin' } }),
    ],
    ['#14: a foreign `jku`, which is ignored', withHeader({ jku: elsewhere.url })],
    ['#14: a foreign `x5u`, which is ignored', withHeader({ x5u: elsewhere.url })],
    ['#14: a foreign `jwk`, which is ignored', withHeader({ jwk: stranger.jwk })],
    ['#14: a foreign `x5c`, which is ignored', withHeader({ x5c: ['AAAA'] })],
    [
      'a nonce in an access token (Keycloak before 24)',
      withClaims({ nonce: 'n', typ: 'Bearer', client_id: undefined, scope: undefined }),
    ],
    [
      'an access token of Entra with a role',
      withClaims({ ver: '2.0', tid: 'tenant', azp: 'app', roles: ['a'] }),
    ],
    ['an empty kid', withHeader({ kid: '' })],
    ['`zip` NONE', withHeader({ zip: 'NONE' })],
    ['no kid, where one key fits', withHeader({ kid: undefined })],
    ['a client id under its other name', withClaims({ client_id: undefined, azp: 'x' })],
  ])('is permitted with %s', async (_case, token) => {
    expect(await world.verdict(token)).toBe('permit permitted')
  })

  it.each([
    ['denied with #7 RFC 6750 §3.1: exp in the past', 'exp', -31, 'deny token_expired'],
    ['denied with #25 RFC 7519 §4.1.5: nbf in the future', 'nbf', 60, 'deny token_not_yet_valid'],
    ['denied with #26: iat in the future', 'iat', 60, 'deny token_not_yet_valid'],
    ['permitted with #25: nbf within the tolerance', 'nbf', 20, 'permit permitted'],
    ['permitted with #27: exp within the tolerance', 'exp', -20, 'permit permitted'],
  ])('is %s', async (_case, claim, fromNow, verdict) => {
    expect(await world.verdict(withClaims({ [claim]: secondsFromNow(fromNow) }))).toBe(verdict)
    expect(keys.requests).toEqual([])
  })

  it('#30 RFC 7519 §4: has the last of duplicate members', async () => {
    const payload = JSON.stringify(usualClaims())
    const twice = (member: string) => issuer.tokenOf(`${payload.slice(0, -1)},${member}}`)

    expect(await world.verdict(twice('"aud":"https://other/"'))).toBe('deny audience_mismatch')
    expect((await world.decide(twice('"scope":"echo"'))).answer).toMatchObject({ scope: ['echo'] })
  })

  it('#32: causes one request for keys in ten seconds for a thousand unknown kids', async () => {
    const start = performance.now()
    const [, payload, signature] = stranger.token().split('.')

    for (let index = 0; index < 1000; index++) {
      const [header] = signingInput({ alg: 'RS256', kid: `k${index}` }, '').split('.')
      expect(await world.verdict([header, payload, signature].join('.'))).toBe('deny key_unknown')
    }

    expect(keys.requests.length).toBeLessThanOrEqual(1 + pausesSince(start, 10))
  }, 60_000)
})
