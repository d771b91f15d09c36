import { describe, expect, it } from '@jest/globals'
import { getDescription } from 'valibot'
import { descriptionAt } from '../../../src/config/document-schema.ts'
import { FLAT_KEYS, type FlatConfiguration, type FlatKey } from '../../../src/config/flat-keys.ts'
import { settingsSchema } from '../../../src/config/settings.ts'
import {
  flatProblemsOf,
  keysWithProblems,
  MINIMAL,
  VERIFYING,
  without,
} from '../support/flat-configurations.ts'
import { configProblem, REMEDIES } from '../support/problems.ts'

describe('a problem of flat keys', () => {
  const meaningOf: Readonly<Record<string, string>> = {
    audience: REMEDIES.audience,
    idcs_app_client_id: REMEDIES.callersClientId,
    idcs_app_client_secret_ocid: REMEDIES.clientSecret,
  }

  it.each(Object.keys(meaningOf))('has the meaning of the key: %s', (key) => {
    const missing = configProblem(key, 'is missing', meaningOf[key] ?? '')

    expect(flatProblemsOf({ [key]: undefined })).toStrictEqual([missing])
  })

  type Expected = readonly [key: string, problem: string, remedy: string]
  const clientMissing = (purpose: string): readonly Expected[] => [
    ['idcs_app_client_id', `is missing for ${purpose}`, REMEDIES.callersClientId],
    ['idcs_app_client_secret_ocid', `is missing for ${purpose}`, REMEDIES.clientSecret],
  ]
  const WITHOUT_EFFECT = [
    'has no effect with the grant client_credentials',
    'Correct `back_end_grant`, or leave it out.',
  ] as const

  it.each<readonly [string, FlatConfiguration, readonly Expected[]]>([
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
      [['idcs_app_client_secret_ocid', 'is missing', REMEDIES.clientSecret]],
    ],
    [
      'nothing to judge tokens by',
      without('idcs_introspection_endpoint'),
      [['idcs_introspection_endpoint', 'is missing', REMEDIES.introspectionEndpoint]],
    ],
    [
      'no issuer',
      { ...VERIFYING, issuer: undefined },
      [['issuer', 'is missing for JWT verification', REMEDIES.issuer]],
    ],
    [
      'nothing of the backend',
      without(...Object.keys(MINIMAL).filter((key) => key.startsWith('back_end_'))),
      [
        ['back_end_token_endpoint', 'is missing', REMEDIES.tokenEndpoint],
        ['back_end_app_client_id', 'is missing', REMEDIES.backendClientId],
        ['back_end_client_secret_ocid', 'is missing', REMEDIES.clientSecret],
        ['back_end_scope', 'is missing', REMEDIES.scope],
      ],
    ],
    [
      'no user and password',
      { back_end_grant: 'basic', back_end_client_secret_ocid: undefined },
      [['back_end_client_secret_ocid', 'is missing', REMEDIES.userAndPassword]],
    ],
    [
      'no key for user assertions',
      { back_end_grant: 'jwt_bearer' },
      [['back_end_assertion_key_ocid', 'is missing', REMEDIES.assertionKey]],
    ],
    [
      'keys for other grants',
      { back_end_assertion_key_id: 'alias', back_end_exchange_audience: 'https://b.example' },
      [
        ['back_end_assertion_key_id', ...WITHOUT_EFFECT],
        ['back_end_exchange_audience', ...WITHOUT_EFFECT],
      ],
    ],
  ])('has the key that it is about: %s', (_case, values, expected) => {
    expect(flatProblemsOf(values)).toStrictEqual(expected.map((each) => configProblem(...each)))
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
    ['back_end_client_secret_ocid', 'x.ocid1.a', 'is not an OCID', REMEDIES.noSecretOcid],
  ])('has a remedy for %s = %s', (key, value, problem, remedy) => {
    expect(flatProblemsOf({ [key]: value })).toStrictEqual([configProblem(key, problem, remedy)])
  })
})

describe('flat keys', () => {
  it('have one problem for several entries of a list', () => {
    expect(keysWithProblems({ algorithms: 'none HS256' })).toStrictEqual(['algorithms'])
  })

  it('are all listed if several stand for one member of the document', () => {
    const values = { back_end_assertion_key_id: 'a', back_end_assertion_audience: 'b' }

    expect(keysWithProblems(values)).toStrictEqual(Object.keys(values))
  })

  it('appear in remedies, too', () => {
    const [problem] = flatProblemsOf({ back_end_exchange_audience: 'a' })

    expect(problem?.remedy).toBe('Correct `back_end_grant`, or leave it out.')
  })

  it.each(Object.entries<FlatKey>(FLAT_KEYS))(
    'stand for a described member of the document or a setting: %s',
    (key, { at }) => {
      const name = key as keyof typeof settingsSchema.entries
      const description =
        at === undefined ? getDescription(settingsSchema.entries[name].wrapped) : descriptionAt(at)

      expect(description).toMatch(/\.$/)
    },
  )
})
