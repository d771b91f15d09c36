import { describe, expect, it } from '@jest/globals'
import { problemsOf } from './gateway-rig.ts'
import {
  customClient,
  discoveryUri,
  introspectionPolicy,
  jwksUri,
  jwtPolicy,
  newKey,
  pemKey,
  providerOrigin,
  specificationWith,
  staticKey,
  tokenPolicy,
} from './gateway-token-rig.ts'

const key = newKey('one')
const keys = [staticKey(key)]
const at = 'requestPolicies.authentication'
const origins = { [providerOrigin]: 'http://127.0.0.1:9' }

/** The problems of a policy, without the path of the policy. */
async function problemsWith(policy: object, settings = {}): Promise<string[]> {
  const problems = await problemsOf(specificationWith(policy), { settings, origins })
  return problems.map((problem) => problem.replace(`${at}.`, '').replace(at, 'authentication'))
}

function withStaticKeys(overrides: object) {
  return jwtPolicy({ type: 'STATIC_KEYS', keys }, overrides)
}
function withKeys(...several: unknown[]) {
  return jwtPolicy({ type: 'STATIC_KEYS', keys: several })
}
function withRemoteKeys(overrides: object) {
  return jwtPolicy({ type: 'REMOTE_JWKS', uri: jwksUri, ...overrides })
}
function introspecting(overrides: object, policy: object = {}) {
  return tokenPolicy(introspectionPolicy(overrides), policy)
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
    ['JWT_AUTHENTICATION with PEM', withKeys(pemKey(key))],
    ['JWT_AUTHENTICATION with key_ops', withKeys(staticKey(key, { key_ops: ['verify'] }))],
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
      introspecting({ ...remote, additionalValidationPolicy }),
    ],
  ])('%s', async (_, policy) => {
    expect(await problemsWith(policy)).toEqual([])
  })
})

const elsewhere = 'https://elsewhere.example'
const discoveryElsewhere = { type: 'DISCOVERY_URI', uri: `${elsewhere}/` }
const block = { type: 'VALIDATION_BLOCK' }
const notRun = 'is not run here'
const noStandIn = `is on ${elsewhere}, which has no stand-in on loopback`

describe('what this gateway does not support is rejected by its name', () => {
  it.each([
    [
      introspecting({}, { validationFailurePolicy: { type: 'OAUTH2' } }),
      `validationFailurePolicy.type OAUTH2 ${notRun}`,
    ],
    [
      introspecting({ clientDetails: block }),
      `validationPolicy.clientDetails.type VALIDATION_BLOCK ${notRun}`,
    ],
    [
      introspecting({ sourceUriDetails: block }),
      `validationPolicy.sourceUriDetails.type VALIDATION_BLOCK ${notRun}`,
    ],
    [
      withRemoteKeys({ isSslVerifyDisabled: true }),
      `publicKeys.isSslVerifyDisabled must be false, anything else ${notRun}`,
    ],
    [withRemoteKeys({ uri: `${elsewhere}/keys` }), `publicKeys.uri ${noStandIn}`],
    [
      introspecting({ sourceUriDetails: discoveryElsewhere }),
      `validationPolicy.sourceUriDetails.uri ${noStandIn}`,
    ],
  ])('%j', async (policy, problem) => {
    expect(await problemsWith(policy)).toEqual([problem])
  })
})

describe('what OCI does not have is rejected', () => {
  const together = 'tokenAuthScheme goes with tokenHeader, and tokenHeader with it'
  const textForOcid = customClient({
    clientSecretId: 'the secret itself',
    clientSecretVersionNumber: 1,
  })

  it.each([
    [withStaticKeys({ validationFailurePolicy: {} }), `validationFailurePolicy ${notRun}`],
    [withStaticKeys({ functionId: 'x' }), `functionId ${notRun}`],
    [tokenPolicy({ type: 'X' }), `validationPolicy.type X ${notRun}`],
    [jwtPolicy({ type: 'REMOTE_DISCOVERY' }), `publicKeys.type REMOTE_DISCOVERY ${notRun}`],
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
    [withStaticKeys({ tokenAuthScheme: undefined }), together],
    [withStaticKeys({ tokenHeader: undefined, tokenQueryParam: 'jwt' }), together],
    [
      introspecting({ clientDetails: textForOcid }),
      'validationPolicy.clientDetails.clientSecretId must be the OCID of a secret',
    ],
    [
      introspecting({ clientDetails: customClient({ clientSecretVersionNumber: undefined }) }),
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
      withKeys(...times(count, (index) => staticKey(key, { kid: String(index) })))
    const limit = 'publicKeys.keys must have 1 to 10 entries'
    expect(await problemsWith(policy(10))).toEqual([])
    expect(await problemsWith(policy(11))).toEqual([`${limit}, not 11`])
    expect(await problemsWith(policy(0))).toEqual([`${limit}, not 0`])
    expect(await problemsWith(withKeys(staticKey(key), pemKey(key)))).toEqual([
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
    expect(await problemsWith(withKeys(staticKey(key, overrides)))).toEqual([problem])
  })

  it('a JSON Web Key without use and key_ops, or not (UNKNOWN: keysMustSayVerify)', async () => {
    const policy = withKeys(staticKey(key, { use: undefined }))
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
    expect(await problemsWith(withKeys({ format: 'PEM', kid: 'a', key: pem }))).toEqual([
      `${keyAt} ${problem}`,
    ])
  })

  it('a PEM of fewer than 2048 bits', async () => {
    expect(await problemsWith(withKeys(pemKey(newKey('short', 1024))))).toEqual([
      `${keyAt} must be an RSA key of 2048 to 4096 bits`,
    ])
  })
})

it('the discovery document may be on loopback itself', async () => {
  const uri = discoveryUri.replace(providerOrigin, 'http://127.0.0.1:9')
  const sourceUriDetails = { type: 'DISCOVERY_URI', uri }
  expect(await problemsWith(introspecting({ sourceUriDetails }))).toEqual([])
})
