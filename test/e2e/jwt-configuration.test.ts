/** What the configuration of JWT verification accepts: keys, types, discovery. */
import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { documentWith, jwtByKeysOf, jwtIssuer } from './support/configurations.ts'
import { createSigner, signingInput, usualClaims } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import type { ConfigChanges } from './support/world.ts'

const issuer = createSigner()

const provider = await startTestServer(() => ({ body: { keys: [issuer.jwk] } }))
const world = await startTestWorld()
const WITHOUT_KEYS = { ...jwtByKeysOf(provider), jwks_uri: undefined }

async function coldVerdict(changes: ConfigChanges, token = issuer.token()): Promise<string> {
  await world.start({ ...WITHOUT_KEYS, ...changes })
  return world.verdict(token)
}

function rsa(modulusLength: number, publicExponent = 65537) {
  return generateKeyPairSync('rsa', { modulusLength, publicExponent }).publicKey.export({
    format: 'jwk',
  })
}
function ec() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

describe('keys in the configuration', () => {
  it.each<[string, object]>([
    [
      'as an identity domain publishes them',
      { keys: [{ ...issuer.jwk, key_ops: ['encrypt', 'sign'] }] },
    ],
    ['with `use`, as Oracle’s gateway wants them', { keys: [{ ...issuer.jwk, use: 'sig' }] }],
    ['as a single key', issuer.jwk],
    ['without `alg`', { keys: [{ ...issuer.jwk, alg: undefined }] }],
    [
      'with null for members that they lack',
      { keys: [{ ...issuer.jwk, d: null, oth: [], use: null, key_ops: [] }] },
    ],
  ])('are accepted %s', async (_case, jwks) => {
    expect(await coldVerdict({ jwks: JSON.stringify(jwks) })).toBe('permit permitted')
    expect(provider.requests).toHaveLength(0)
  })

  it.each<[string, object]>([
    ['RFC 7518 §3.3: short', rsa(1024)],
    ['with an exponent of 1', { ...issuer.jwk, e: 'AQ' }],
    ['private', ec().privateKey.export({ format: 'jwk' })],
    ['symmetric', { kty: 'oct', k: 'AAAA' }],
    ['for encryption', { ...issuer.jwk, use: 'enc' }],
    ['for encryption by its operations', { ...issuer.jwk, key_ops: ['encrypt'] }],
    ['with an algorithm of another type', { ...issuer.jwk, alg: 'ES256' }],
    ['off its curve', { ...ec().publicKey.export({ format: 'jwk' }), y: 'A'.repeat(43) }],
    ['of no known type', { kty: '__proto__' }],
    ['incomplete', { kty: 'RSA', e: 'AQAB' }],
  ])(
    '#33 RFC 8725 §3.5: are rejected if one is %s, with its kid in the log',
    async (_case, bad) => {
      const jwks = JSON.stringify({ keys: [issuer.jwk, { ...bad, kid: 'bad-key' }] })

      expect(await coldVerdict({ jwks })).toBe('fault config_invalid')
      expect(JSON.stringify(world.logged('config_invalid'))).toContain('bad-key')
    },
  )

  it.each([
    ['none at all', { keys: [] }],
    ['two of one name', { keys: [issuer.jwk, createSigner().jwk] }],
    ['no set', { a: 1 }],
  ])('#33: are rejected if there is %s', async (_case, jwks) => {
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
    ['keys over http', { jwks_uri: 'http://keys.example.com/jwks' }],
    ['keys in the address itself', { jwks_uri: 'data:application/json,{}' }],
    ['a negative tolerance', { clock_tolerance_seconds: '-1' }],
    ['a tolerance of an hour', { clock_tolerance_seconds: '3600' }],
  ])('#55 RFC 8725 §3: is rejected with %s', async (_case, changes) => {
    const verdict = await coldVerdict({ jwks_uri: `${provider.url}/jwks`, ...changes })

    expect(verdict).toBe('fault config_invalid')
    expect(provider.requests).toHaveLength(0)
  })

  it('#12, #17 RFC 9068 §2.1: may require the type at+jwt', async () => {
    await world.start(documentWith(world, [jwtIssuer(provider, { token_type: 'at+jwt' })]))

    const verdicts = await world.verdicts([
      issuer.token({}, { typ: 'at+jwt' }),
      issuer.token({}, { typ: 'JWT' }),
      issuer.token(),
    ])

    expect(verdicts).toEqual(['permit permitted', 'deny token_type_wrong', 'deny token_type_wrong'])
  })
})

describe('a key on the curve Ed25519', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const keySet = (alg: string | undefined) =>
    JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'ed', alg }] })
  const tokenWith = (alg: string): string => {
    const input = signingInput({ alg, kid: 'ed' }, usualClaims())
    return `${input}.${sign(null, Buffer.from(input), privateKey).toString('base64url')}`
  }
  const names = ['EdDSA', 'Ed25519']

  it.each(names.flatMap((alg) => [...names, undefined].map((ofKey) => [alg, ofKey] as const)))(
    'RFC 9864: verifies a token with %s where both names are allowed and its own is %s',
    async (alg, ofKey) => {
      const changes = { algorithms: names.join(' '), jwks: keySet(ofKey) }

      expect(await coldVerdict(changes, tokenWith(alg))).toBe('permit permitted')
    },
  )

  it.each([
    ['EdDSA', 'Ed25519'],
    ['Ed25519', 'EdDSA'],
  ])('verifies no token with %s if only %s is allowed', async (alg, allowed) => {
    const changes = { algorithms: allowed, jwks: keySet(undefined) }

    expect(await coldVerdict(changes, tokenWith(alg))).toBe('deny algorithm_not_allowed')
    expect(await world.verdict(tokenWith(allowed))).toBe('permit permitted')
  })
})

describe('discovery', () => {
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
    await world.start(documentWith(world, [discovering]))
    return world.verdict(issuer.token({ iss: provider.url }))
  }

  it.each(['application/json', 'text/plain', 'application/octet-stream', 'text/json'])(
    'finds the keys in a document with the media type %s',
    async (type) => {
      expect(await verdictAfter({}, type)).toBe('permit permitted')
    },
  )

  it.each([
    ['another issuer', { issuer: 'https://other.example.com' }],
    ['no issuer', { issuer: undefined }],
    ['keys over http', { jwks_uri: 'http://keys.example.com/jwks' }],
    ['keys in a file', { jwks_uri: 'file:///etc/passwd' }],
    ['no keys', { jwks_uri: undefined }],
  ])('#50 RFC 8414 §3.3: is a fault if the document names %s', async (_case, members) => {
    expect(await verdictAfter(members)).toBe('fault discovery_unusable')
  })
})
