import { describe, expect, it } from '@jest/globals'
import { problemsOf } from './gateway-rig.ts'
import {
  discoveryUri,
  introspectionPolicy,
  jwksUri,
  jwtPolicy,
  newKey,
  pemKey,
  providerOrigin,
  secretId,
  specificationWith,
  staticKey,
  tokenPolicy,
} from './gateway-token-rig.ts'

const key = newKey('one')
const keys = [staticKey(key)]
const at = 'requestPolicies.authentication'
const origins = { [providerOrigin]: 'http://127.0.0.1:9' }

/** Of a policy, with the path to it taken off. */
async function problemsWith(policy: object, settings = {}): Promise<string[]> {
  const problems = await problemsOf(specificationWith(policy), { settings, origins })
  return problems.map((problem) => problem.replace(`${at}.`, '').replace(at, 'authentication'))
}

function withStaticKeys(overrides: object) {
  return jwtPolicy({ type: 'STATIC_KEYS', keys }, overrides)
}
function withKey(one: object) {
  return jwtPolicy({ type: 'STATIC_KEYS', keys: [one] })
}
function withRemoteKeys(overrides: object) {
  return jwtPolicy({ type: 'REMOTE_JWKS', uri: jwksUri, ...overrides })
}
function times(count: number, item: (index: number) => unknown) {
  return Array.from({ length: count }, (_, index) => item(index))
}

describe('a token policy is accepted with every field of OCI', () => {
  const verifyClaims = [{ key: 'tok_type', values: ['AT'], isRequired: true }, { key: 'sub' }]
  const common = { isAnonymousAccessAllowed: false, maxClockSkewInSeconds: 120 }
  const remote = { isSslVerifyDisabled: false, maxCacheDurationInHours: 24 }
  const additionalValidationPolicy = { issuers: ['a'], audiences: ['b'], verifyClaims }
  const validationFailurePolicy = { type: 'MODIFY_RESPONSE', responseCode: '403' }

  it.each([
    ['JWT_AUTHENTICATION', withStaticKeys({ ...common, verifyClaims })],
    ['JWT_AUTHENTICATION with PEM', withKey(pemKey(key))],
    ['JWT_AUTHENTICATION with key_ops', withKey(staticKey(key, { key_ops: ['verify'] }))],
    ['JWT_AUTHENTICATION with remote keys', withRemoteKeys(remote)],
    [
      'TOKEN_AUTHENTICATION with static keys',
      tokenPolicy(
        { type: 'STATIC_KEYS', keys, additionalValidationPolicy },
        { ...common, validationFailurePolicy },
      ),
    ],
    [
      'TOKEN_AUTHENTICATION with remote keys',
      tokenPolicy({ type: 'REMOTE_JWKS', uri: jwksUri, ...remote, additionalValidationPolicy }),
    ],
    [
      'TOKEN_AUTHENTICATION with introspection',
      tokenPolicy(introspectionPolicy({ ...remote, additionalValidationPolicy })),
    ],
  ])('%s', async (_, policy) => {
    expect(await problemsWith(policy)).toEqual([])
  })
})

describe('what this gateway does not support is rejected by its name', () => {
  it.each([
    [
      tokenPolicy(introspectionPolicy(), { validationFailurePolicy: { type: 'OAUTH2' } }),
      'validationFailurePolicy.type OAUTH2 is not run here',
    ],
    [
      tokenPolicy(introspectionPolicy({ clientDetails: { type: 'VALIDATION_BLOCK' } })),
      'validationPolicy.clientDetails.type VALIDATION_BLOCK is not run here',
    ],
    [
      tokenPolicy(introspectionPolicy({ sourceUriDetails: { type: 'VALIDATION_BLOCK' } })),
      'validationPolicy.sourceUriDetails.type VALIDATION_BLOCK is not run here',
    ],
    [
      withRemoteKeys({ isSslVerifyDisabled: true }),
      'publicKeys.isSslVerifyDisabled must be false, anything else is not run here',
    ],
    [
      withRemoteKeys({ uri: 'https://elsewhere.example/keys' }),
      'publicKeys.uri is on https://elsewhere.example, which has no stand-in on loopback',
    ],
    [
      tokenPolicy(
        introspectionPolicy({
          sourceUriDetails: { type: 'DISCOVERY_URI', uri: 'https://elsewhere.example/' },
        }),
      ),
      'validationPolicy.sourceUriDetails.uri is on https://elsewhere.example, which has no stand-in on loopback',
    ],
  ])('%j', async (policy, problem) => {
    expect(await problemsWith(policy)).toEqual([problem])
  })
})

describe('what OCI does not have is rejected', () => {
  it.each([
    [withStaticKeys({ validationFailurePolicy: {} }), 'validationFailurePolicy is not run here'],
    [withStaticKeys({ functionId: 'x' }), 'functionId is not run here'],
    [tokenPolicy({ type: 'X' }), 'validationPolicy.type X is not run here'],
    [jwtPolicy({ type: 'REMOTE_DISCOVERY' }), 'publicKeys.type REMOTE_DISCOVERY is not run here'],
    [withRemoteKeys({ uri: 'no URL' }), 'publicKeys.uri must be a URL'],
    [withRemoteKeys({ uri: undefined }), 'publicKeys.uri is missing'],
    [withStaticKeys({ issuers: undefined }), 'issuers is missing'],
    [withStaticKeys({ audiences: [] }), 'audiences must have 1 to 5 entries, not 0'],
    [withStaticKeys({ audiences: [''] }), 'audiences[0] must not be empty'],
    [withStaticKeys({ tokenAuthScheme: 'Basic' }), 'tokenAuthScheme must be one of Bearer'],
    [
      withStaticKeys({ tokenQueryParam: 'jwt' }),
      'authentication must have one of tokenHeader and tokenQueryParam',
    ],
    [
      withStaticKeys({ tokenAuthScheme: undefined }),
      'tokenAuthScheme goes with tokenHeader, and tokenHeader with it',
    ],
    [
      withStaticKeys({ tokenHeader: undefined, tokenQueryParam: 'jwt' }),
      'tokenAuthScheme goes with tokenHeader, and tokenHeader with it',
    ],
    [
      tokenPolicy(
        introspectionPolicy({
          clientDetails: {
            type: 'CUSTOM',
            clientId: 'a',
            clientSecretId: 'the secret itself',
            clientSecretVersionNumber: 1,
          },
        }),
      ),
      'validationPolicy.clientDetails.clientSecretId must be the OCID of a secret',
    ],
    [
      tokenPolicy(
        introspectionPolicy({
          clientDetails: { type: 'CUSTOM', clientId: 'a', clientSecretId: secretId },
        }),
      ),
      'validationPolicy.clientDetails.clientSecretVersionNumber is missing',
    ],
  ])('%j', async (policy, problem) => {
    expect(await problemsWith(policy)).toEqual([problem])
  })
})

describe('the limits of token policies', () => {
  it.each([
    [120, []],
    [121, ['maxClockSkewInSeconds must be a number from 0 to 120']],
    [-1, ['maxClockSkewInSeconds must be a number from 0 to 120']],
  ])('a clock skew of %i seconds', async (maxClockSkewInSeconds, problems) => {
    expect(await problemsWith(withStaticKeys({ maxClockSkewInSeconds }))).toEqual(problems)
  })

  it.each([0, 25, 1.5])('%s hours in the cache', async (maxCacheDurationInHours) => {
    expect(await problemsWith(withRemoteKeys({ maxCacheDurationInHours }))).toEqual([
      'publicKeys.maxCacheDurationInHours must be a whole number from 1 to 24',
    ])
  })

  it('5 issuers, 5 audiences and 10 claims', async () => {
    const policy = (more: number) =>
      withStaticKeys({
        issuers: times(5 + more, String),
        audiences: times(5 + more, String),
        verifyClaims: times(10 + more, () => ({ key: 'a' })),
      })
    expect(await problemsWith(policy(0))).toEqual([])
    expect(await problemsWith(policy(1))).toEqual([
      'issuers must have 1 to 5 entries, not 6',
      'audiences must have 1 to 5 entries, not 6',
      'verifyClaims must have 0 to 10 entries, not 11',
    ])
  })

  it('10 static keys, each with its own kid', async () => {
    const policy = (count: number) =>
      jwtPolicy({
        type: 'STATIC_KEYS',
        keys: times(count, (index) => staticKey(key, { kid: String(index) })),
      })
    expect(await problemsWith(policy(10))).toEqual([])
    expect(await problemsWith(policy(11))).toEqual([
      'publicKeys.keys must have 1 to 10 entries, not 11',
    ])
    expect(await problemsWith(policy(0))).toEqual([
      'publicKeys.keys must have 1 to 10 entries, not 0',
    ])
    const twins = jwtPolicy({ type: 'STATIC_KEYS', keys: [staticKey(key), pemKey(key)] })
    expect(await problemsWith(twins)).toEqual([
      'publicKeys.keys[1].kid is one, which another key has already',
    ])
  })
})

describe('a static key that cannot verify is rejected', () => {
  const keyAt = 'publicKeys.keys[0]'
  const modulusOf = (bits: number) => Buffer.alloc(bits / 8, 0xff).toString('base64url')

  it.each([
    [{ kty: 'EC' }, `${keyAt}.kty must be one of RSA`],
    [{ use: 'enc' }, `${keyAt}.use must be one of sig`],
    [{ key_ops: ['sign'] }, `${keyAt}.key_ops[0] must be one of verify`],
    [{ alg: 'PS256' }, `${keyAt} must have no alg but RS256, RS384, RS512`],
    [{ n: undefined }, `${keyAt}.n is missing`],
    [{ n: modulusOf(2040) }, `${keyAt} must be an RSA key of 2048 to 4096 bits`],
    [{ n: modulusOf(4104) }, `${keyAt} must be an RSA key of 2048 to 4096 bits`],
    [{ d: 'AQAB' }, `${keyAt}.d is not run here`],
    [{ x5t: 'a' }, `${keyAt}.x5t is not run here`],
    [{ kid: '' }, `${keyAt}.kid must not be empty`],
    [{ format: 'JWK' }, `${keyAt}.format JWK is not run here`],
  ])('a JSON Web Key with %j', async (overrides, problem) => {
    expect(await problemsWith(withKey(staticKey(key, overrides)))).toEqual([problem])
  })

  it('a JSON Web Key without use and key_ops, or not (UNKNOWN: keysMustSayVerify)', async () => {
    const policy = withKey(staticKey(key, { use: undefined }))
    expect(await problemsWith(policy)).toEqual([`${keyAt} must have use or key_ops`])
    expect(await problemsWith(policy, { keysMustSayVerify: false })).toEqual([])
  })

  const text = (type: 'pkcs8' | 'pkcs1') =>
    key.privateKey.export({ type, format: 'pem' }).toString()
  const publicText = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const markers = 'must have the markers of a PEM-encoded PUBLIC KEY'

  it.each([
    ['without its markers', publicText.replaceAll(/-----.*-----/g, ''), markers],
    ['that is a private key', text('pkcs8'), markers],
    ['that is another private key', text('pkcs1'), markers],
    ['with a private key behind it', publicText + text('pkcs8'), markers],
    [
      'that is cut short',
      publicText.replace(/\n[^-\n]+\n/, '\n'),
      'cannot be read as a public key',
    ],
  ])('a PEM %s', async (_, pem, problem) => {
    expect(await problemsWith(withKey({ format: 'PEM', kid: 'a', key: pem }))).toEqual([
      `${keyAt} ${problem}`,
    ])
  })

  it('a PEM of fewer than 2048 bits', async () => {
    expect(await problemsWith(withKey(pemKey(newKey('short', 1024))))).toEqual([
      `${keyAt} must be an RSA key of 2048 to 4096 bits`,
    ])
  })
})

it('the discovery document may be on loopback itself', async () => {
  const uri = discoveryUri.replace(providerOrigin, 'http://127.0.0.1:9')
  const sourceUriDetails = { type: 'DISCOVERY_URI', uri }
  expect(await problemsWith(tokenPolicy(introspectionPolicy({ sourceUriDetails })))).toEqual([])
})
