import { describe, expect, it } from '@jest/globals'
import { LIMITS } from '../../../src/config/defaults.ts'
import {
  FLAT_KEYS,
  type FlatConfiguration,
  type FlatKey,
  type FlatKeyName,
} from '../../../src/config/flat-keys.ts'
import type { ConfigProblem } from '../../../src/config/problems.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { MINIMAL } from '../support/flat-configurations.ts'

const INTROSPECTION = [
  'idcs_introspection_endpoint',
  'idcs_app_client_id',
  'idcs_app_client_secret_ocid',
]

const LIMITS_OF_KEYS = Object.fromEntries(
  Object.entries(LIMITS).map(([name, limits]) => [`${name}_seconds`, limits]),
)

function without(...keys: readonly string[]): FlatConfiguration {
  return Object.fromEntries(keys.map((key) => [key, undefined]))
}

/** Keys for the verification of JWTs, in place of those for introspection. */
const VERIFYING: FlatConfiguration = {
  ...without(...INTROSPECTION),
  issuer: 'https://idp.example',
  jwks_uri: 'https://idp.example/keys',
}

function problemsOf(values: FlatConfiguration): readonly ConfigProblem[] {
  const { source } = readConfig({ ...MINIMAL, ...values })
  return source.ok ? [] : source.error
}

function expectedProblem(key: string, problem: string, remedy: string): ConfigProblem {
  return {
    key,
    problem,
    remedy,
  }
}

describe('a problem of flat keys', () => {
  const meaningOf: Readonly<Record<string, string>> = {
    audience:
      'Give the primary audience of the API’s application, such as https://api.example.com/.',
    idcs_app_client_id: 'Give the client id of our application at the callers’ identity provider.',
    idcs_app_client_secret_ocid:
      'Give the OCID of the Vault secret with the application’s client secret.',
  }
  const missing = (key: string) => expectedProblem(key, 'is missing', meaningOf[key] ?? '')
  const clientMissing = (purpose: string) => [
    expectedProblem(
      'idcs_app_client_id',
      `is missing for ${purpose}`,
      'Give the client id of our application at the callers’ identity provider.',
    ),
    expectedProblem(
      'idcs_app_client_secret_ocid',
      `is missing for ${purpose}`,
      'Give the OCID of the Vault secret with the application’s client secret.',
    ),
  ]

  it.each(Object.keys(meaningOf))('has the meaning of the key: %s', (key) => {
    expect(problemsOf({ [key]: undefined })).toStrictEqual([missing(key)])
  })

  it.each<readonly [string, FlatConfiguration, readonly ConfigProblem[]]>([
    [
      'no client for introspection',
      without('idcs_app_client_id', 'idcs_app_client_secret_ocid'),
      clientMissing('introspection'),
    ],
    [
      'no client for protected keys',
      { ...VERIFYING, jwks_access: 'client_credentials' },
      clientMissing('the protected keys'),
    ],
    [
      'half a client, where none is needed',
      { ...VERIFYING, idcs_app_client_id: 'introspector' },
      [missing('idcs_app_client_secret_ocid')],
    ],
    [
      'nothing to judge tokens by',
      without('idcs_introspection_endpoint'),
      [
        expectedProblem(
          'idcs_introspection_endpoint',
          'is missing',
          'Give the introspection endpoint (RFC 7662); or `issuer` and `jwks_uri`, to verify JWTs.',
        ),
      ],
    ],
    [
      'no issuer',
      { ...VERIFYING, issuer: undefined },
      [
        expectedProblem(
          'issuer',
          'is missing for JWT verification',
          'Give the `iss` of the tokens, exact to the byte.',
        ),
      ],
    ],
    [
      'nothing of the backend',
      without(...Object.keys(MINIMAL).filter((key) => key.startsWith('back_end_'))),
      [
        expectedProblem(
          'back_end_token_endpoint',
          'is missing',
          'Give the token endpoint of the OIC instance’s identity domain: `https://<domain>/oauth2/v1/token`.',
        ),
        expectedProblem(
          'back_end_app_client_id',
          'is missing',
          'Give the client id of the application that holds ServiceInvoker.',
        ),
        expectedProblem(
          'back_end_client_secret_ocid',
          'is missing',
          'Give the OCID of the Vault secret with the application’s client secret.',
        ),
        expectedProblem(
          'back_end_scope',
          'is missing',
          'Give the scope of the integration, sent as it is: copy it from the application, ending in `:443urn:opc:resource:consumer::all`.',
        ),
      ],
    ],
    [
      'no user and password',
      { back_end_grant: 'basic', back_end_client_secret_ocid: undefined },
      [
        expectedProblem(
          'back_end_client_secret_ocid',
          'is missing',
          'Give the OCID of the Vault secret with user:password.',
        ),
      ],
    ],
    [
      'no key for user assertions',
      { back_end_grant: 'jwt_bearer' },
      [
        expectedProblem(
          'back_end_assertion_key_ocid',
          'is missing',
          'Give the OCID of the Vault secret with the private key that signs user assertions.',
        ),
      ],
    ],
    [
      'keys for other grants',
      { back_end_assertion_key_id: 'alias', back_end_exchange_audience: 'https://b.example' },
      [
        expectedProblem(
          'back_end_assertion_key_id',
          'has no effect with the grant client_credentials',
          'Correct `back_end_grant`, or leave it out.',
        ),
        expectedProblem(
          'back_end_exchange_audience',
          'has no effect with the grant client_credentials',
          'Correct `back_end_grant`, or leave it out.',
        ),
      ],
    ],
  ])('has the key that it is about: %s', (_case, values, expected) => {
    expect(problemsOf(values)).toStrictEqual(expected)
  })

  it.each([
    [
      'algorithms',
      'RS256 none',
      'is not an accepted algorithm',
      'Give some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519.',
    ],
    ['jwks', '[]', 'is not a JSON object', 'Give it as the identity provider publishes it.'],
    [
      'validation',
      'guess',
      'has an unknown value',
      'Give one of introspection, jwt, jwt_and_introspection.',
    ],
    ['jwks_access', 'private', 'has an unknown value', 'Give one of public, client_credentials.'],
    [
      'back_end_grant',
      'password',
      'has an unknown value',
      'Give one of client_credentials, jwt_bearer, token_exchange, basic.',
    ],
    [
      'back_end_client_auth',
      'none',
      'has an unknown value',
      'Give one of client_secret_basic, client_secret_post, private_key_jwt.',
    ],
    [
      'introspection_cache_seconds',
      '301',
      'is too large',
      'Give a whole number of seconds from 0 to 300.',
    ],
    [
      'min_back_end_token_seconds',
      'x',
      'is not a number',
      'Give a whole number of seconds from 60 to 3600.',
    ],
    [
      'back_end_client_secret_ocid',
      'x.ocid1.a',
      'is not an OCID',
      'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if this is the secret itself, replace it: others can read it.',
    ],
  ])('has a remedy for %s = %s', (key, value, problem, remedy) => {
    expect(problemsOf({ [key]: value })).toStrictEqual([expectedProblem(key, problem, remedy)])
  })
})

describe('flat keys', () => {
  it('have one problem for several entries of a list', () => {
    expect(problemsOf({ algorithms: 'none HS256' }).map(({ key }) => key)).toStrictEqual([
      'algorithms',
    ])
  })

  it('are all listed if several stand for one member of the document', () => {
    const values = { back_end_assertion_key_id: 'a', back_end_assertion_audience: 'b' }

    expect(problemsOf(values).map(({ key }) => key)).toStrictEqual(Object.keys(values))
  })

  it('appear in remedies, too', () => {
    const [problem] = problemsOf({ back_end_exchange_audience: 'a' })

    expect(problem?.remedy).toBe('Correct `back_end_grant`, or leave it out.')
  })

  it.each(Object.entries(LIMITS_OF_KEYS))(
    'have the range and the default of the schema in their description: %s',
    (key, { min, max, default: byDefault }) => {
      const about: FlatKey = FLAT_KEYS[key as FlatKeyName]

      expect(about.default).toBe(String(byDefault))
      expect(about.meaning).toContain(`${min} to ${max}`)
    },
  )
})
