import { describe, expect, it } from '@jest/globals'
import { DOCUMENT_KEYS, FLAT_KEYS } from '../../../src/config/flat-keys.ts'
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import type { Config, Settings } from '../../../src/config/model.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { seconds } from '../../../src/platform/clock.ts'
import {
  configProblemsOf,
  flatConfigOf,
  flatProblemsOf,
  INTROSPECTOR,
  INVOKER,
  keysWithProblems,
  MINIMAL,
} from '../support/flat-configurations.ts'
import { DEFAULT_CLAIM_NAMES, issuerConfig } from '../support/issuers.ts'
import { whilePolluted } from '../support/pollution.ts'

function readingOf(values: FlatConfiguration): Config & Settings {
  return { ...flatConfigOf(values), ...readConfig({ ...MINIMAL, ...values }).settings }
}

function grantOf({ backends: [backend] }: Config) {
  if (backend?.grant.kind !== 'client_credentials') throw new Error('no such backend')
  return backend.grant
}

describe('the configuration', () => {
  it('of the required keys only has the documented defaults', () => {
    expect(readingOf({})).toStrictEqual({
      issuers: [
        issuerConfig({
          name: 'default',
          introspection: {
            endpoint: 'https://callers.example/oauth2/v1/introspect',
            client: INTROSPECTOR,
            cache: seconds(0),
            subject: 'same',
            opaqueTokens: undefined,
          },
          claimNames: DEFAULT_CLAIM_NAMES,
        }),
      ],
      backends: [
        {
          name: 'default',
          condition: undefined,
          grant: {
            kind: 'client_credentials',
            tokenEndpoint: 'https://backend.example/oauth2/v1/token',
            client: INVOKER,
            scope: 'https://0A.integration.example:443urn:opc:resource:consumer::all',
          },
          minTokenLifetime: 120,
        },
      ],
      tokenArgument: 'token',
      maxDecision: 3600,
      secretTimeToLive: 300,
      rateLimitTier: undefined,
      logLevel: 'info',
      vaultSecretsEndpoint: undefined,
    })
  })

  it('has no warning and no problem with the required keys only', () => {
    expect(readConfig(MINIMAL)).toMatchObject({ source: { ok: true }, warnings: [] })
  })

  it.each<[string, string, (config: Config & Settings) => unknown, unknown]>([
    [
      'audience',
      'api  other\tthird',
      (c) => c.issuers[0]?.rules.audience,
      ['api', 'other', 'third'],
    ],
    ['audience', 'any', (c) => c.issuers[0]?.rules.audience, 'any'],
    ['audience', 'Any', (c) => c.issuers[0]?.rules.audience, ['Any']],
    ['issuer', ' https://idp.example/ ', (c) => c.issuers[0]?.rules.issuer, 'https://idp.example/'],
    [
      'validation',
      'introspection',
      (c) => c.issuers[0]?.introspection?.client.clientId,
      'introspector',
    ],
    ['required_scopes', 'a b:c/d', (c) => c.issuers[0]?.rules.requiredScopes, ['a', 'b:c/d']],
    ['allowed_clients', 'a b', (c) => c.issuers[0]?.rules.allowedClients, ['a', 'b']],
    ['clock_tolerance_seconds', '0', (c) => c.issuers[0]?.rules.clockTolerance, 0],
    ['introspection_cache_seconds', '300', (c) => c.issuers[0]?.introspection?.cache, 300],
    ['context_claims', 'sub tenant', (c) => c.issuers[0]?.contextClaims, ['sub', 'tenant']],
    ['back_end_grant', 'client_credentials', (c) => grantOf(c).kind, 'client_credentials'],
    [
      'back_end_client_auth',
      'client_secret_post',
      (c) => grantOf(c).client.method,
      'client_secret_post',
    ],
    ['back_end_scope', ' a:443urn:b ', (c) => grantOf(c).scope, 'a:443urn:b'],
    ['rate_limit_tier', 'premium', (c) => c.rateLimitTier, 'premium'],
    ['min_back_end_token_seconds', '600', (c) => c.backends[0]?.minTokenLifetime, 600],
    ['max_decision_seconds', '60', (c) => c.maxDecision, 60],
    ['secret_ttl_seconds', '0', (c) => c.secretTimeToLive, 0],
    ['token_argument', 'x-token', (c) => c.tokenArgument, 'x-token'],
    ['log_level', 'error', (c) => c.logLevel, 'error'],
    [
      'vault_secrets_endpoint',
      'http://127.0.0.1:8080',
      (c) => c.vaultSecretsEndpoint,
      'http://127.0.0.1:8080',
    ],
    ['idcs_app_client_id', 'other', (c) => c.issuers[0]?.introspection?.client.clientId, 'other'],
    ['back_end_app_client_id', 'other', (c) => grantOf(c).client.clientId, 'other'],
  ])('takes %s = %j', (key, value, read, expected) => {
    expect(read(readingOf({ [key]: value }))).toStrictEqual(expected)
  })

  it.each([
    ['clock_tolerance_seconds', 0, 300],
    ['introspection_cache_seconds', 0, 300],
    ['min_back_end_token_seconds', 60, 3600],
    ['max_decision_seconds', 60, 3600],
    ['secret_ttl_seconds', 0, 86_400],
  ])('has limits for %s: %d to %d', (key, min, max) => {
    const refused = [min - 1, max + 1, `${min}.5`, '1e2', `${max}s`, 'NaN', '0x3c', '+60']

    for (const value of [min, max]) {
      expect(keysWithProblems({ [key]: String(value) })).toStrictEqual([])
    }
    for (const value of refused) {
      expect(keysWithProblems({ [key]: String(value) })).toStrictEqual([key])
    }
  })

  it.each(Object.keys(MINIMAL))('is rejected without %s, whether absent, empty or blank', (key) => {
    for (const value of [undefined, '', '  ']) {
      expect(flatProblemsOf({ [key]: value })).toMatchObject([{ key, problem: 'is missing' }])
    }
  })

  it.each(Object.keys(FLAT_KEYS).filter((key) => !Object.hasOwn(MINIMAL, key)))(
    'treats an empty %s as absent',
    (key) => {
      expect(readingOf({ [key]: '' })).toStrictEqual(readingOf({}))
    },
  )

  it.each([
    ['validation', 'guess'],
    ['validation', 'Introspection'],
    ['back_end_grant', 'password'],
    ['back_end_client_auth', 'none'],
    ['rate_limit_tier', 'gold'],
    ['log_level', 'trace'],
    ['required_scopes', 'a "b"'],
    ['required_scopes', 'a\\b'],
    ['required_scopes', 'é'],
    ['context_claims', 'sub back_end_token'],
    ['context_claims', 'responseCode'],
    ['audience', 'any api'],
    ['audience', 'api any'],
    ['idcs_app_client_secret_ocid', 's3cret'],
    ['back_end_client_secret_ocid', 'ocid1.'],
    ['back_end_client_secret_ocid', 'ocid1.a b'],
    ['jwks', 'x'],
    ['algorithms', 'none'],
    ['algorithms', 'RS256 HS256'],
    ['context_claims', 'scope'],
  ])('is rejected with %s = %j, for this key only', (key, value) => {
    expect(keysWithProblems({ [key]: value })).toStrictEqual([key])
  })

  it('has all problems listed at once', () => {
    const values = {
      audience: 'any api',
      log_level: 'loud',
      max_decision_seconds: '5',
      idcs_introspection_endpoint: 'http://callers.example',
      jwks: 'x',
    }

    expect(configProblemsOf({})).toHaveLength(Object.keys(MINIMAL).length)
    expect(keysWithProblems(values).toSorted()).toStrictEqual(Object.keys(values).toSorted())
  })

  it('has a remedy for each problem', () => {
    const problems = configProblemsOf({ jwks: 'x', log_level: 'loud' })

    expect(problems.map(({ remedy }) => remedy)).toStrictEqual(
      Array.from({ length: 8 }, () => expect.stringMatching(/\.$/) as unknown),
    )
  })

  it('has no values in problems and warnings, as they could be secrets', () => {
    const secret = 's3cret-"value"'
    const keys = [...Object.keys(FLAT_KEYS), 'back_end_secret', 'JWKS']
    const flat = keys.filter((key) => !DOCUMENT_KEYS.some((documentKey) => documentKey === key))
    const pick = (names: readonly string[]) => Object.fromEntries(names.map((key) => [key, secret]))
    const everything = pick(keys)

    const problems = JSON.stringify(
      [everything, { ...pick(flat), audience: `any ${secret}` }].map((values) => [
        configProblemsOf(values),
        readConfig(values).warnings,
      ]),
    )

    expect(problems).toContain('is not a number')
    expect(problems).not.toContain('s3cret')
  })

  it('takes no key from a polluted Object.prototype', async () => {
    const pollution = { audience: 'any', jwks: '{}' }
    const withoutAudience = Object.fromEntries(
      Object.entries(MINIMAL).filter(([key]) => key !== 'audience'),
    )
    const polluted = (values: FlatConfiguration) =>
      whilePolluted(pollution, () => configProblemsOf(values))

    expect(await polluted(withoutAudience)).toMatchObject([
      { key: 'audience', problem: 'is missing' },
    ])
    expect(await polluted(MINIMAL)).toStrictEqual([])
  })
})
