import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { jwtByKeysOf } from './support/configurations.ts'
import { startScriptedServer } from './support/scripted-server.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { PERMIT } from './support/harness.ts'
import {
  AUDIENCE,
  createSigner,
  defaultClaims,
  hmacToken,
  intervalsSince,
  ISSUER,
  secondsFromNow,
  signingInput,
} from './support/tokens.ts'

const issuer = createSigner()
const stranger = createSigner()

/** Tokens name it, but the configuration does not: it must not get a request. */
const foreignServer = await startScriptedServer(() => ({ body: { keys: [stranger.jwk] } }))
afterEach(() => {
  if (foreignServer.requests.length > 0) throw new Error('the function used a URL in a token')
})
afterAll(() => foreignServer.close())
// With the members of an identity domain's key.
const keys = await startKeyServer({ jwk: { ...issuer.jwk, key_ops: ['encrypt', 'sign'] } })
const harness = await startTestHarness(jwtByKeysOf(keys))
await harness.decide(issuer.token())

const withClaims = issuer.token
const withHeader: (header: object) => string = (header) => issuer.token({}, { ...header })
/** Signed by another key. */
const forged: (header?: object) => string = (header) => stranger.token({}, { ...header })

const PEM = issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const DER = issuer.publicKey.export({ type: 'spki', format: 'der' })
const PKCS1 = issuer.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString()
const UNSIGNED = signingInput({ alg: 'none' }, defaultClaims())
const PBES2 = '{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":1000000}'

const FULL_TYPE = 'Application/AT+JWT'
const PROTOTYPE_NAMES = { constructor: 1, ['__proto__']: { scope: 'admin' } }
const INTROSPECTION_TYPE = { typ: 'token-introspection+jwt' }
const PING_AM = { tokenName: 'refresh_token', token_type: 'Bearer' }
const NO_CLIENT = { client_id: undefined, scope: undefined }
/** Without scope and role, and with an issuer that is not Entra's. */
const ENTRA = { ver: '2.0', tid: 'tenant', scope: undefined }
const B2C = { ver: '1.0', acr: 'b2c_1_signin', scope: undefined }

const CLAIMS = ['sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'client_id', 'scope']

/** By the reason of their denial. */
const DENIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  jwt_malformed: {
    '#11 RFC 8725 §3.1: alg none': `${UNSIGNED}.`,
    'no signature': `${issuer.token().split('.').slice(0, 2).join('.')}.`,
  },
  algorithm_not_allowed: {
    '#11 RFC 8725 §3.1: alg none and a signature': `${UNSIGNED}.AAAA`,
    '#11 RFC 9068 §4: an algorithm that is not configured': withHeader({ alg: 'RS512' }),
    '#11: an algorithm that is not a string': withHeader({ alg: ['RS256'] }),
    '#13 RFC 8725 §2.1: an HMAC with the PEM of the key': hmacToken(PEM),
    '#13: an HMAC with the PEM without its last line break': hmacToken(PEM.trim()),
    '#13: an HMAC with the DER of the key': hmacToken(DER),
    '#13: an HMAC with the PKCS #1 PEM of the key': hmacToken(PKCS1, 'HS512'),
    '#13: an HMAC with the modulus of the key': hmacToken(String(issuer.jwk['n']), 'HS384'),
    '#13: an HMAC with the JWK': hmacToken(JSON.stringify(issuer.jwk)),
    '#13: an HMAC with an empty secret': hmacToken(''),
  },
  signature_invalid: {
    '#14 RFC 8725 §3.10: its own key in `jwk`': forged({ jwk: stranger.jwk }),
    '#14: the URL of its own key in `jku`': forged({ jku: foreignServer.url }),
    '#14: the URL of a certificate in `x5u`': forged({ x5u: foreignServer.url }),
    '#14: a certificate in `x5c`': forged({ x5c: ['AAAA'] }),
    '#20 RFC 8725 §3.8: the signature of another key with the same kid': forged(),
    'a signature with changed last bytes': `${issuer.token().slice(0, -4)}AAAA`,
  },
  header_unacceptable: {
    '#15 RFC 7515 §4.1.11: a critical extension': withHeader({ crit: ['x'], x: 1 }),
    '#15: an empty crit': withHeader({ crit: [] }),
    '#16 RFC 7797 §7: b64 false': withHeader({ b64: false, crit: ['b64'] }),
    '#28: a nested token': withHeader({ cty: 'JWT' }),
    '#28: a compressed payload': withHeader({ zip: 'DEF' }),
    '#32: a kid that is a number': withHeader({ kid: 7 }),
  },
  key_unknown: {
    '#32: an unknown kid': forged({ kid: 'another' }),
    '#32: a kid with a prototype name': forged({ kid: '__proto__' }),
    '#32: a kid that is a path': forged({ kid: '../../etc/passwd' }),
  },
  token_type_wrong: {
    '#18 RFC 8725 §3.12: the type of a logout token': withHeader({ typ: 'logout+jwt' }),
    '#18 RFC 9449 §4.2: the type of a DPoP proof': withHeader({ typ: 'dpop+jwt' }),
    '#18 RFC 9701 §5: the type of an introspection response': withHeader(INTROSPECTION_TYPE),
    '#18: `tok_type` of an ID token of an identity domain': withClaims({ tok_type: 'IT' }),
    '#18: `at_hash` of an ID token': withClaims({ at_hash: 'x' }),
    '#18: `typ` of a refresh token of Keycloak': withClaims({ typ: 'Refresh' }),
    '#18: `tokenName` of a refresh token of PingAM': withClaims(PING_AM),
    '#18: `type` of a refresh token': withClaims({ type: 'refresh' }),
    '#18: `rev_sig` of a refresh token of SAP XSUAA': withClaims({ jti: '0a-r', rev_sig: 'x' }),
    '#18: `nonce` of an ID token': withClaims({ ...NO_CLIENT, nonce: 'n', azp: 'x' }),
    '#18: the claims of an ID token of Entra': withClaims({ ...ENTRA, roles: ['a'] }),
    '#18: the claims of an ID token of B2C': withClaims(B2C),
    '#18: `events` of a logout token': withClaims({ events: {} }),
  },
  permission_missing: {
    'the claims of an application token of Entra': withClaims({ ...ENTRA, azp: 'app' }),
  },
  issuer_mismatch: {
    '#19 RFC 9068 §4: another issuer': withClaims({ iss: 'https://other.example.com/' }),
    '#19: the issuer without its slash': withClaims({ iss: ISSUER.slice(0, -1) }),
    '#19: an array with the issuer': withClaims({ iss: [ISSUER] }),
    '#19: an empty issuer': withClaims({ iss: '' }),
    '#19: no issuer': withClaims({ iss: undefined }),
    '#23: iss null': withClaims({ iss: null }),
  },
  audience_mismatch: {
    '#21 RFC 7519 §4.1.3: no audience': withClaims({ aud: undefined }),
    '#21: a prefix of the audience': withClaims({ aud: AUDIENCE.slice(0, -1) }),
    '#21: the audience in upper case': withClaims({ aud: AUDIENCE.toUpperCase() }),
  },
  expiry_missing: { '#22 RFC 9068 §2.2: no exp': withClaims({ exp: undefined }) },
  claims_malformed: {
    '#21: an audience that is an object': withClaims({ aud: { 0: AUDIENCE } }),
    '#23 RFC 7519 §2: a string as exp': withClaims({ exp: '4102444800' }),
    '#23: an object as exp': withClaims({ exp: {} }),
    '#23: exp true': withClaims({ exp: true }),
    ...Object.fromEntries(
      CLAIMS.map((name) => [`#23: ${name} null`, withClaims({ [name]: null })]),
    ),
    '#23: a string as nbf': withClaims({ nbf: '0' }),
    '#24: exp in milliseconds': withClaims({ exp: Date.now() + 1e6 }),
    '#24: exp of 1e308': withClaims({ exp: 1e308 }),
    '#34: a subject that is an object': withClaims({ sub: {} }),
    '#34: a scope that is a number': withClaims({ scope: 7 }),
  },
  token_encrypted: {
    '#28 RFC 7516 §7.1: five parts': 'e30.e30.e30.e30.e30',
    '#28: PBES2 with a million iterations': `${Buffer.from(PBES2).toString('base64url')}.e30.e30.e30.e30`,
  },
  token_opaque: {
    '#29 RFC 7519 §7.2: a payload that is an array': `${signingInput({ alg: 'RS256' }, '[]')}.AAAA`,
    '#29: a payload that is not JSON': `${signingInput({ alg: 'RS256' }, 'abc')}.AAAA`,
    '#5: 16 KiB of dots': '.'.repeat(16_384),
  },
  token_sender_constrained: {
    '#40 RFC 9449 §6.1: a key in `cnf`': withClaims({ cnf: { jkt: 'x' } }),
  },
}

const DENIED_ROWS = Object.entries(DENIED).flatMap(([reason, tokens]) =>
  Object.entries(tokens).map(([title, token]) => ({ title, token, reason })),
)

describe('a JWT', () => {
  it.each(DENIED_ROWS)('is denied with $title', async ({ token, reason }) => {
    expect(await harness.verdict(token)).toBe(`deny ${reason}`)
    // Tokens without a matching key cause at most one request per cooldown.
    expect(keys.requests.length).toBeLessThanOrEqual(1)
  })

  it.each([
    ['#12 RFC 9068 §2.1: the type at+jwt', withHeader({ typ: 'at+jwt' })],
    ['#17 RFC 7515 §4.1.9: the full type in mixed case', withHeader({ typ: FULL_TYPE })],
    ['#17: the type JWT', withHeader({ typ: 'JWT' })],
    ['#21: several audiences', withClaims({ aud: ['https://x/', AUDIENCE] })],
    ['#31: claims with prototype names', withClaims(PROTOTYPE_NAMES)],
    ['#14: a foreign `jku`, which is ignored', withHeader({ jku: foreignServer.url })],
    ['#14: a foreign `x5u`, which is ignored', withHeader({ x5u: foreignServer.url })],
    ['#14: a foreign `jwk`, which is ignored', withHeader({ jwk: stranger.jwk })],
    ['#14: a foreign `x5c`, which is ignored', withHeader({ x5c: ['AAAA'] })],
    ['`nonce` (Keycloak before 24)', withClaims({ ...NO_CLIENT, nonce: 'n', typ: 'Bearer' })],
    [
      'the claims of an access token of Entra with a role',
      withClaims({ ver: '2.0', tid: 'tenant', azp: 'app', roles: ['a'] }),
    ],
    ['an empty kid', withHeader({ kid: '' })],
    ['`zip` NONE', withHeader({ zip: 'NONE' })],
    ['no kid, as only one key matches', withHeader({ kid: undefined })],
    ['the client ID in `azp`', withClaims({ client_id: undefined, azp: 'x' })],
  ])('is permitted with %s', async (_case, token) => {
    expect(await harness.verdict(token)).toBe(PERMIT)
  })

  it.each([
    ['denied with #7 RFC 6750 §3.1: exp in the past', 'exp', -31, 'deny token_expired'],
    ['denied with #25 RFC 7519 §4.1.5: nbf in the future', 'nbf', 60, 'deny token_not_yet_valid'],
    ['denied with #26: iat in the future', 'iat', 60, 'deny token_not_yet_valid'],
    ['permitted with #25: nbf within the tolerance', 'nbf', 20, PERMIT],
    ['permitted with #27: exp within the tolerance', 'exp', -20, PERMIT],
  ])('is %s', async (_case, claim, fromNow, verdict) => {
    expect(await harness.verdict(withClaims({ [claim]: secondsFromNow(fromNow) }))).toBe(verdict)
    expect(keys.requests).toEqual([])
  })

  it('#30 RFC 7519 §4: is checked by the last of duplicate members', async () => {
    const payload = JSON.stringify(defaultClaims())
    const withDuplicate = (member: string) => issuer.tokenOf(`${payload.slice(0, -1)},${member}}`)
    const wrongAudience = withDuplicate('"aud":"https://other/"')
    expect(await harness.verdict(wrongAudience)).toBe('deny audience_mismatch')
    const { answer } = await harness.decide(withDuplicate('"scope":"echo"'))
    expect(answer).toMatchObject({ scope: ['echo'] })
  })

  it('#32: causes one request for keys in ten seconds with a thousand unknown kids', async () => {
    const start = performance.now()
    const [, payload, signature] = stranger.token().split('.')
    for (let index = 0; index < 1000; index++) {
      const [header] = signingInput({ alg: 'RS256', kid: `k${index}` }, '').split('.')
      expect(await harness.verdict([header, payload, signature].join('.'))).toBe('deny key_unknown')
    }
    expect(keys.requests.length).toBeLessThanOrEqual(1 + intervalsSince(start, 10))
  }, 60_000)
})
