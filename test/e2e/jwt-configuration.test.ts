/** Which keys, token types and discovery documents the configuration accepts. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { jwtByKeysOf, jwtIssuer, startWithIssuers } from './support/configurations.ts'
import { PERMIT, type ConfigChanges } from './support/harness.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { createSigner, defaultClaims, signingInput } from './support/tokens.ts'

const issuer = createSigner()
const provider = await startKeyServer(issuer)
const harness = await startTestHarness()

async function coldVerdict(changes: ConfigChanges, token = issuer.token()): Promise<string> {
  await harness.start({ ...jwtByKeysOf(provider), jwks_uri: undefined, ...changes })
  return harness.verdict(token)
}

const SHORT_KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
const EC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' })

describe('keys in the configuration', () => {
  it.each<[string, object]>([
    [
      'as an identity domain publishes them',
      { keys: [{ ...issuer.jwk, key_ops: ['encrypt', 'sign'] }] },
    ],
    ['with `use`, as Oracle’s gateway requires it', { keys: [{ ...issuer.jwk, use: 'sig' }] }],
    ['as a single key', issuer.jwk],
    ['without `alg`', { keys: [{ ...issuer.jwk, alg: undefined }] }],
    [
      'with null for absent members',
      { keys: [{ ...issuer.jwk, d: null, oth: [], use: null, key_ops: [] }] },
    ],
  ])('are accepted %s', async (_case, jwks) => {
    expect(await coldVerdict({ jwks: JSON.stringify(jwks) })).toBe(PERMIT)
    expect(provider.requests).toHaveLength(0)
  })

  it.each<[string, object]>([
    ['too short (RFC 7518 §3.3)', SHORT_KEY.export({ format: 'jwk' })],
    ['with an exponent of 1', { ...issuer.jwk, e: 'AQ' }],
    ['private', EC_KEY.privateKey.export({ format: 'jwk' })],
    ['symmetric', { kty: 'oct', k: 'AAAA' }],
    ['for encryption by `use`', { ...issuer.jwk, use: 'enc' }],
    ['for encryption by `key_ops`', { ...issuer.jwk, key_ops: ['encrypt'] }],
    ['for an algorithm of another key type', { ...issuer.jwk, alg: 'ES256' }],
    ['not on its curve', { ...EC_KEY.publicKey.export({ format: 'jwk' }), y: 'A'.repeat(43) }],
    ['of an unknown type', { kty: '__proto__' }],
    ['incomplete', { kty: 'RSA', e: 'AQAB' }],
  ])('#33 RFC 8725 §3.5: are rejected with a log line if one is %s', async (_case, bad) => {
    const jwks = JSON.stringify({ keys: [issuer.jwk, { ...bad, kid: 'bad-key' }] })
    expect(await coldVerdict({ jwks })).toBe('fault config_invalid')
    expect(JSON.stringify(harness.logged('config_invalid'))).toContain('bad-key')
  })

  it.each([
    ['the set is empty', { keys: [] }],
    ['two have the same `kid`', { keys: [issuer.jwk, createSigner().jwk] }],
    ['there is no set', { a: 1 }],
  ])('#33: are rejected if %s', async (_case, jwks) => {
    expect(await coldVerdict({ jwks: JSON.stringify(jwks) })).toBe('fault config_invalid')
  })
})

describe('a configuration for JWTs', () => {
  it.each<[string, ConfigChanges]>([
    ['no issuer', { issuer: undefined }],
    ['no keys', { jwks_uri: undefined }],
    ['no audience', { audience: undefined }],
    ['the algorithm none', { algorithms: 'none' }],
    ['a symmetric algorithm', { algorithms: 'RS256 HS256' }],
    ['an http URL of the keys', { jwks_uri: 'http://keys.example.com/jwks' }],
    ['a data URL of the keys', { jwks_uri: 'data:application/json,{}' }],
    ['a negative tolerance', { clock_tolerance_seconds: '-1' }],
    ['a tolerance of an hour', { clock_tolerance_seconds: '3600' }],
  ])('#55 RFC 8725 §3: is rejected with %s', async (_case, changes) => {
    const verdict = await coldVerdict({ jwks_uri: `${provider.url}/jwks`, ...changes })
    expect(verdict).toBe('fault config_invalid')
    expect(provider.requests).toHaveLength(0)
  })

  it('#12, #17 RFC 9068 §2.1: may require the type at+jwt', async () => {
    await startWithIssuers(harness, jwtIssuer(provider, { token_type: 'at+jwt' }))
    expect(await harness.verdict(issuer.token({}, { typ: 'at+jwt' }))).toBe(PERMIT)
    expect(await harness.verdict(issuer.token({}, { typ: 'JWT' }))).toBe('deny token_type_wrong')
    expect(await harness.verdict(issuer.token())).toBe('deny token_type_wrong')
  })
})

describe('a key on the curve Ed25519', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const keySet = (alg: string | undefined) =>
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'ed', alg }] })
  const tokenWith = (alg: string): string => {
    const input = signingInput({ alg, kid: 'ed' }, defaultClaims())
    return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
  }
  const names = ['EdDSA', 'Ed25519']

  it.each(names.flatMap((alg) => [...names, undefined].map((keyAlg) => [alg, keyAlg] as const)))(
    'RFC 9864: verifies a token with %s if both names are allowed and the key has `alg` %s',
    async (alg, keyAlg) => {
      const changes = { algorithms: names.join(' '), jwks: keySet(keyAlg) }
      expect(await coldVerdict(changes, tokenWith(alg))).toBe(PERMIT)
    },
  )

  it.each([
    ['EdDSA', 'Ed25519'],
    ['Ed25519', 'EdDSA'],
  ])('does not verify a token with %s if only %s is allowed', async (alg, allowed) => {
    const changes = { algorithms: allowed, jwks: keySet(undefined) }
    expect(await coldVerdict(changes, tokenWith(alg))).toBe('deny algorithm_not_allowed')
    expect(await harness.verdict(tokenWith(allowed))).toBe(PERMIT)
  })
})

describe('discovery', () => {
  const MEDIA_TYPES = ['application/json', 'text/plain', 'application/octet-stream', 'text/json']
  const verdictAfter = async (members: object, type = 'application/json'): Promise<string> => {
    const metadata = { issuer: provider.url, jwks_uri: `${provider.url}/jwks`, ...members }
    provider.replyWith(({ target }) =>
      target.startsWith('/.well-known/')
        ? { headers: { 'content-type': type }, body: metadata }
        : { body: { keys: [issuer.jwk] } },
    )
    const discovering = jwtIssuer(provider, {
      issuer: undefined,
      jwks_uri: undefined,
      provider: { preset: 'oidc', issuer: provider.url },
    })
    await startWithIssuers(harness, discovering)
    return harness.verdict(issuer.token({ iss: provider.url }))
  }

  it.each(MEDIA_TYPES)('reads a document with the media type %s', async (type) => {
    expect(await verdictAfter({}, type)).toBe(PERMIT)
  })

  it.each([
    ['another issuer', { issuer: 'https://other.example.com' }],
    ['no issuer', { issuer: undefined }],
    ['an http URL of the keys', { jwks_uri: 'http://keys.example.com/jwks' }],
    ['a file URL of the keys', { jwks_uri: 'file:///etc/passwd' }],
    ['no keys', { jwks_uri: undefined }],
  ])('#50 RFC 8414 §3.3: causes a fault if the document has %s', async (_case, members) => {
    expect(await verdictAfter(members)).toBe('fault discovery_unusable')
  })
})
