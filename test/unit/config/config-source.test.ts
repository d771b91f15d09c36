import { describe, expect, it } from '@jest/globals'
import { FLAT_KEYS } from '../../../src/config/flat-keys.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { readDocument } from '../../../src/config/read-document.ts'
import { BACKEND, documentOf, ISSUER } from '../support/documents.ts'
import { MINIMAL } from '../support/flat-configurations.ts'

const DOCUMENT = JSON.stringify(documentOf())
const SECRET_OCID = 'ocid1.vaultsecret.oc1..config'

const SETTINGS = {
  token_argument: 'x-token',
  max_decision_seconds: '60',
  secret_ttl_seconds: '10',
  log_level: 'warn',
  rate_limit_tier: 'free',
  vault_secrets_endpoint: 'https://vault.example',
}
const READ_SETTINGS = {
  tokenArgument: 'x-token',
  maxDecision: 60,
  secretTimeToLive: 10,
  logLevel: 'warn',
  rateLimitTier: 'free',
  vaultSecretsEndpoint: 'https://vault.example',
}
const DEFAULT_SETTINGS = {
  tokenArgument: 'token',
  maxDecision: 3600,
  secretTimeToLive: 300,
  logLevel: 'info',
  rateLimitTier: undefined,
  vaultSecretsEndpoint: undefined,
}

describe('a configuration', () => {
  it('may be a document', () => {
    const config = readDocument(DOCUMENT, 'authorizer_config')

    expect(config.ok).toBe(true)
    expect(readConfig({ authorizer_config: ` ${DOCUMENT}\n` })).toStrictEqual({
      settings: DEFAULT_SETTINGS,
      source: {
        ok: true,
        value: { kind: 'given', config: config.ok ? config.value.config : undefined },
      },
      warnings: [],
    })
  })

  it('may be in a secret', () => {
    expect(readConfig({ authorizer_config_secret_ocid: SECRET_OCID })).toStrictEqual({
      settings: DEFAULT_SETTINGS,
      source: { ok: true, value: { kind: 'secret', secretOcid: SECRET_OCID } },
      warnings: [],
    })
  })

  it.each([{ authorizer_config: DOCUMENT }, { authorizer_config_secret_ocid: SECRET_OCID }])(
    'has settings beside the document: %j',
    (values) => {
      expect(readConfig({ ...values, ...SETTINGS })).toMatchObject({
        settings: READ_SETTINGS,
        source: { ok: true },
        warnings: [],
      })
    },
  )

  it('consists of the flat keys if document and secret are empty', () => {
    const empty = { authorizer_config: ' ', authorizer_config_secret_ocid: '' }

    expect(readConfig({ ...MINIMAL, ...empty })).toStrictEqual({
      ...readConfig(MINIMAL),
      warnings: [
        {
          key: 'authorizer_config',
          problem: 'is empty',
          remedy: 'Give the document; or remove the key, and the flat keys count.',
        },
      ],
    })
  })

  it('must not be given twice', () => {
    expect(
      readConfig({ authorizer_config: DOCUMENT, authorizer_config_secret_ocid: SECRET_OCID }),
    ).toStrictEqual({
      settings: DEFAULT_SETTINGS,
      source: {
        ok: false,
        error: [
          {
            key: 'authorizer_config_secret_ocid',
            problem: 'is given beside `authorizer_config`',
            remedy: 'Give the document or its secret, not both.',
          },
        ],
      },
      warnings: [],
    })
  })

  it('is rejected if its secret is not an OCID', () => {
    expect(readConfig({ authorizer_config_secret_ocid: DOCUMENT }).source).toStrictEqual({
      ok: false,
      error: [
        {
          key: 'authorizer_config_secret_ocid',
          problem: 'is not an OCID',
          remedy:
            'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if this is the secret itself, replace it: others can read it.',
        },
      ],
    })
  })

  it('lists the problems of its document after those of its settings', () => {
    const { settings, source } = readConfig({ authorizer_config: '{', log_level: 'loud' })

    expect(settings).toStrictEqual(DEFAULT_SETTINGS)
    expect(source).toStrictEqual({
      ok: false,
      error: [
        {
          key: 'log_level',
          problem: 'has an unknown value',
          remedy: 'Give one of debug, info, warn, error.',
        },
        {
          key: 'authorizer_config',
          problem: 'is not a JSON object: it ends too early',
          remedy:
            'Check it with a JSON editor, and that it is the document itself and not the name of a file.',
        },
      ],
    })
  })
})

describe('flat keys beside a document', () => {
  const apart = [...Object.keys(SETTINGS), 'authorizer_config', 'authorizer_config_secret_ocid']
  const idle = Object.keys(FLAT_KEYS).filter((key) => !apart.includes(key))
  const values = Object.fromEntries(idle.map((key) => [key, 'x']))
  const expected = idle.map((key) => ({
    key,
    problem: 'has no effect beside a document',
    remedy: 'Move it into the document if it is still needed, and remove the key.',
  }))

  it.each([{ authorizer_config: DOCUMENT }, { authorizer_config_secret_ocid: SECRET_OCID }])(
    'are ignored with a warning, except for settings: %j',
    (document) => {
      expect(idle).toHaveLength(Object.keys(FLAT_KEYS).length - 8)
      const reading = readConfig({ ...document, ...values })
      expect(reading.source).toStrictEqual(readConfig(document).source)
      expect(reading.warnings).toStrictEqual(expected)
    },
  )
})

describe('the settings', () => {
  it('are the same beside flat keys', () => {
    expect(readConfig({ ...MINIMAL, ...SETTINGS })).toMatchObject({
      settings: READ_SETTINGS,
      source: { ok: true },
      warnings: [],
    })
  })

  it.each(['debug', 'info', 'warn', 'error'])('may have the log level %s', (log_level) => {
    expect(readConfig({ ...MINIMAL, log_level }).settings.logLevel).toBe(log_level)
  })

  it.each(['free', 'oracle_apps', 'oracle_apps_premium', 'premium', 'external_user'])(
    'may have the tier %s',
    (rate_limit_tier) => {
      expect(readConfig({ ...MINIMAL, rate_limit_tier }).settings.rateLimitTier).toBe(
        rate_limit_tier,
      )
    },
  )

  it('with problems have their defaults, and the problems are listed', () => {
    const { settings, source } = readConfig({
      ...MINIMAL,
      vault_secrets_endpoint: 'http://vault.example',
      max_decision_seconds: '59',
      secret_ttl_seconds: '86401',
      rate_limit_tier: 'gold',
    })

    expect(settings).toStrictEqual({
      ...DEFAULT_SETTINGS,
    })
    expect(source).toStrictEqual({
      ok: false,
      error: [
        {
          key: 'max_decision_seconds',
          problem: 'is too small',
          remedy: 'Give a whole number of seconds from 60 to 3600.',
        },
        {
          key: 'secret_ttl_seconds',
          problem: 'is too large',
          remedy: 'Give a whole number of seconds from 0 to 86400.',
        },
        {
          key: 'rate_limit_tier',
          problem: 'has an unknown value',
          remedy: 'Give one of free, oracle_apps, oracle_apps_premium, premium, external_user.',
        },
        {
          key: 'vault_secrets_endpoint',
          problem: 'is not https',
          remedy: 'Give a full URL that begins with https://; http is for loopback addresses only.',
        },
      ],
    })
  })
})

describe('a configuration with warnings', () => {
  const audienceWarning = (key: string, suffix = '') => ({
    key,
    problem: `is \`any\`: tokens that were issued for other APIs are accepted${suffix}`,
    remedy: 'Give the audience of this API’s resource server.',
  })
  const basicWarning = (key: string, suffix = '') => ({
    key,
    problem: `is \`basic\`: a legacy method, with a password that nobody rotates${suffix}`,
    remedy: 'Move to `client_credentials` as soon as the integration accepts OAuth tokens.',
  })

  it('has warnings with the names of flat keys', () => {
    const { source, warnings } = readConfig({
      ...MINIMAL,
      audience: 'any',
      back_end_grant: 'basic',
    })

    expect(source.ok).toBe(true)
    expect(warnings).toStrictEqual([audienceWarning('audience'), basicWarning('back_end_grant')])
  })

  it('has warnings with the paths in the document', () => {
    const document = documentOf({
      issuers: [
        { ...ISSUER, name: 'a', audience: 'any' },
        { ...ISSUER, name: 'b', issuer: 'https://b.example' },
        { ...ISSUER, name: 'c', issuer: 'https://c.example', audience: 'any' },
      ],
      backends: [
        { ...BACKEND, name: 'd', when: { issuers: ['a'] } },
        { name: 'e', grant: 'basic', secret_ocid: SECRET_OCID },
      ],
    })
    const { source, warnings } = readConfig({ authorizer_config: JSON.stringify(document) })

    expect(source.ok).toBe(true)
    expect(warnings).toStrictEqual([
      audienceWarning('authorizer_config: issuers.0.audience', ' (issuer a)'),
      audienceWarning('authorizer_config: issuers.2.audience', ' (issuer c)'),
      basicWarning('authorizer_config: backends.1.grant', ' (backend e)'),
    ])
  })

  const COMPARE = 'Compare its spelling with the table of keys; upper and lower case differ.'

  it('has no warning about unknown keys', () => {
    const names = ['PATH', 'HOME', 'USER', 'PWD', 'TERM', 'LANG', 'HOSTNAME', 'NODE_VERSION']

    expect(
      readConfig({ ...MINIMAL, ...Object.fromEntries(names.map((name) => [name, 'x'])) }).warnings,
    ).toStrictEqual([])
  })

  it.each([
    ['audience', 'https://a,https://b', 'has a comma, which is read as a part of the value'],
    ['allowed_clients', 'a, b', 'has a comma, which is read as a part of the value'],
    ['idcs_app_client_secret_ocid', 'ocid1.vault.oc1..a', 'is an OCID, but not of a Vault secret'],
    ['back_end_client_secret_ocid', 'ocid1.key.oc1..a', 'is an OCID, but not of a Vault secret'],
  ])('has a warning about a suspicious value: %s=%s', (key, value, what) => {
    const { source, warnings } = readConfig({ ...MINIMAL, [key]: value })

    expect(source.ok).toBe(true)
    expect(warnings).toMatchObject([{ key, problem: what }])
  })

  it('lists an empty document before missing flat keys', () => {
    const { source } = readConfig({ authorizer_config: ' ' })

    expect(source.ok ? [] : source.error.slice(0, 2).map(({ key }) => key)).toStrictEqual([
      'authorizer_config',
      'audience',
    ])
  })

  it.each([
    ['jwksuri', 'Is jwks_uri meant?'],
    ['backend_scope', 'Is back_end_scope meant?'],
    ['allowed_users', COMPARE],
    ['issuer_url', 'Is issuer meant?'],
    ['jwks_uri_of_keys', 'Is jwks_uri meant?'],
  ])('has a warning about the key %s, which has no effect', (key, remedy) => {
    const warning = { key, problem: 'is unknown and has no effect', remedy }

    expect(readConfig({ ...MINIMAL, [key]: 'x' }).warnings).toStrictEqual([warning])
    expect(readConfig({ authorizer_config: '{', [key]: 'x' }).warnings).toStrictEqual([warning])
  })
})
