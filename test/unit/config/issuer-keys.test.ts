import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { isSameKey } from '../../../src/caller/json-web-key.ts'
import {
  CLIENT,
  issuerOf,
  problem,
  problemsOf,
  REGISTERED_CLIENT,
  withIssuer,
  type Members,
} from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'

function pairOf() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}
const [PAIR, OTHER_PAIR] = [pairOf(), pairOf()]
const JWK = { ...PAIR.publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }
const OTHER_JWK = { ...OTHER_PAIR.publicKey.export({ format: 'jwk' }), kid: 'other' }
const PRIVATE_JWK = { ...OTHER_PAIR.privateKey.export({ format: 'jwk' }), kid: 'mine' }

function given(jwks: object, more: Members = {}): Members {
  return { jwks_uri: undefined, jwks, ...more }
}

/** What the keys of the document are called, and whether they are the published ones. */
function keysOf(jwks: object) {
  const keys = issuerOf(given(jwks)).jwt?.keys
  if (keys?.kind !== 'static') throw new Error('no keys of the document')
  return keys.keys.map(({ kid, alg, key }) => ({
    kid,
    alg,
    isOne: isSameKey(key, PAIR.publicKey),
  }))
}

function expectedProblem(what: string, remedy: string) {
  return problem('issuers.0.jwks', what, remedy)
}

describe('keys in the document', () => {
  it('may be a JWK Set', () => {
    expect(keysOf({ keys: [JWK, OTHER_JWK] })).toStrictEqual([
      { kid: 'one', alg: 'ES256', isOne: true },
      { kid: 'other', alg: undefined, isOne: false },
    ])
  })

  it('may be a single JWK', () => {
    expect(keysOf(JWK)).toStrictEqual([{ kid: 'one', alg: 'ES256', isOne: true }])
  })

  it('may all lack a kid', () => {
    const keys = [JWK, OTHER_JWK].map((key) => ({ ...key, kid: undefined }))

    expect(keysOf({ keys }).map(({ kid }) => kid)).toStrictEqual([undefined, undefined])
  })

  it('select validation by signature', () => {
    expect(issuerOf(given(JWK, { client: CLIENT }))).toMatchObject({
      jwt: { keys: { kind: 'static' }, algorithms: ['RS256'], type: 'any' },
      introspection: undefined,
    })
  })

  it.each<readonly [object]>([[{}], [{ keys: [] }], [{ keys: 'x' }], [{ keys: {} }], [[]]])(
    'are rejected as %j, which has no key',
    (jwks) => {
      expect(problemsOf(withIssuer(given(jwks)))).toStrictEqual([
        expectedProblem('has no key', REMEDIES.noKey),
      ])
    },
  )

  it('are rejected if one is invalid, with each invalid key', () => {
    const keys = [JWK, PRIVATE_JWK, { kty: 'oct', k: 'x' }, 'x']

    expect(problemsOf(withIssuer(given({ keys })))).toStrictEqual(
      [
        'key mine is a private key: it is known to others now, replace it',
        'key no. 3 is a symmetric key',
        'key no. 4 is not a JSON object',
      ].map((what) => expectedProblem(`has a bad key: ${what}`, 'Remove the key or replace it.')),
    )
  })

  it('may have the same key several times, once for each algorithm', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const rsa = { ...publicKey.export({ format: 'jwk' }), kid: 'one' }
    const keys = ['RS256', 'RS384', 'RS512'].map((alg) => ({ ...rsa, alg }))

    expect(keysOf({ keys }).map(({ alg }) => alg)).toStrictEqual(['RS256', 'RS384', 'RS512'])
  })

  it.each([
    ['alone', []],
    ['beside a third', [{ ...pairOf().publicKey.export({ format: 'jwk' }), kid: 'third' }]],
  ])('are rejected if two have the same kid, %s', (_case, others) => {
    const keys = [JWK, { ...OTHER_JWK, kid: 'one' }, ...others]

    expect(problemsOf(withIssuer(given({ keys })))).toStrictEqual([
      expectedProblem('has two keys with the same `kid`', 'Keep the one that is in use.'),
    ])
  })

  it('are rejected beside a JWKS URI', () => {
    expect(problemsOf(withIssuer({ jwks: JWK }))).toStrictEqual([
      expectedProblem('is given beside `jwks_uri`', 'Give the keys or their URL, not both.'),
    ])
  })
})

describe('a JWKS URI', () => {
  const keysAt = (changes: Members) => issuerOf({ client: CLIENT, ...changes }).jwt?.keys

  const DOMAIN = {
    provider: { preset: 'oci_iam', domain_url: 'https://d.example' },
    validation: 'jwt',
  }
  const protectedBy = (tokenEndpoint: string) => ({
    tokenEndpoint,
    client: REGISTERED_CLIENT,
    scope: 'urn:opc:idm:__myscopes__',
  })

  it.each<readonly [string, Members]>([
    ['by default', {}],
    ['where it says so', { jwks_access: 'public' }],
    ['where it says so, though the provider’s are protected', { ...DOMAIN, jwks_access: 'public' }],
  ])('is public %s', (_case, changes) => {
    expect(keysAt(changes)).toStrictEqual({
      kind: 'remote',
      uri: 'https://idp.example/keys',
      access: undefined,
    })
  })

  it('may need a token, which the identity domain issues', () => {
    const uri = 'https://d.example:8443/admin/v1/SigningCert/jwk?a=b'

    expect(keysAt({ jwks_uri: uri, jwks_access: 'client_credentials' })).toStrictEqual({
      kind: 'remote',
      uri,
      access: protectedBy('https://d.example:8443/oauth2/v1/token'),
    })
  })

  it('needs a token of the domain at an identity domain', () => {
    expect(keysAt(DOMAIN)).toStrictEqual({
      kind: 'remote',
      uri: 'https://idp.example/keys',
      access: protectedBy('https://d.example/oauth2/v1/token'),
    })
  })

  it('needs no token if it is not a URI', () => {
    const changes = { jwks_uri: 'keys', jwks_access: 'client_credentials', client: CLIENT }

    expect(problemsOf(withIssuer(changes))).toMatchObject([
      { key: 'authorizer_config: issuers.0.jwks_uri', problem: 'is not a URL' },
    ])
  })
})
