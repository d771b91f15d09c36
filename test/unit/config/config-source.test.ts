import { describe, expect, it } from '@jest/globals'
import { FLAT_KEYS } from '../../../src/config/flat-keys.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { configOf, documentOf } from '../support/documents.ts'
import { configProblemsOf, MINIMAL } from '../support/flat-configurations.ts'
import { configProblem, REMEDIES } from '../support/problems.ts'

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
    expect(readConfig({ authorizer_config: ` ${DOCUMENT}\n` })).toStrictEqual({
      settings: DEFAULT_SETTINGS,
      source: success({ kind: 'given', config: configOf(documentOf()) }),
      warnings: [],
    })
  })

  it('may be in a secret', () => {
    expect(readConfig({ authorizer_config_secret_ocid: SECRET_OCID })).toStrictEqual({
      settings: DEFAULT_SETTINGS,
      source: success({ kind: 'secret', secretOcid: SECRET_OCID }),
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
    const remedy = 'Give a value; or remove the key, and the flat keys count.'

    expect(readConfig({ ...MINIMAL, ...empty })).toStrictEqual({
      ...readConfig(MINIMAL),
      warnings: [
        configProblem('authorizer_config', 'is empty', remedy),
        configProblem('authorizer_config_secret_ocid', 'is empty', remedy),
      ],
    })
  })

  it('must not be given twice', () => {
    expect(
      readConfig({ authorizer_config: DOCUMENT, authorizer_config_secret_ocid: SECRET_OCID }),
    ).toStrictEqual({
      settings: DEFAULT_SETTINGS,
      source: failure([
        configProblem(
          'authorizer_config_secret_ocid',
          'is given beside `authorizer_config`',
          'Give the document or its secret, not both.',
        ),
      ]),
      warnings: [],
    })
  })

  it('is rejected if its secret is not an OCID', () => {
    expect(configProblemsOf({ authorizer_config_secret_ocid: DOCUMENT })).toStrictEqual([
      configProblem('authorizer_config_secret_ocid', 'is not an OCID', REMEDIES.noSecretOcid),
    ])
  })

  it('lists the problems of its document after those of its settings', () => {
    const { settings, source } = readConfig({ authorizer_config: '{', log_level: 'loud' })

    expect(settings).toStrictEqual(DEFAULT_SETTINGS)
    expect(source).toStrictEqual(
      failure([
        configProblem('log_level', 'has an unknown value', 'Give one of debug, info, warn, error.'),
        configProblem(
          'authorizer_config',
          'is not a JSON object: it ends too early',
          REMEDIES.noJsonObject,
        ),
      ]),
    )
  })

  it('lists an empty document before missing flat keys', () => {
    const problems = configProblemsOf({ authorizer_config: ' ' })

    expect(problems.slice(0, 2).map(({ key }) => key)).toStrictEqual([
      'authorizer_config',
      'audience',
    ])
  })
})

describe('flat keys beside a document', () => {
  const apart = [...Object.keys(SETTINGS), 'authorizer_config', 'authorizer_config_secret_ocid']
  const idle = Object.keys(FLAT_KEYS).filter((key) => !apart.includes(key))
  const values = Object.fromEntries(idle.map((key) => [key, 'x']))
  const expected = idle.map((key) =>
    configProblem(
      key,
      'has no effect beside a document',
      'Move it into the document if it is still needed, and remove the key.',
    ),
  )

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
    (tier) => {
      expect(readConfig({ ...MINIMAL, rate_limit_tier: tier }).settings.rateLimitTier).toBe(tier)
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

    expect(settings).toStrictEqual(DEFAULT_SETTINGS)
    expect(source).toStrictEqual(
      failure([
        configProblem(
          'max_decision_seconds',
          'is too small',
          'Give a whole number of seconds from 60 to 3600.',
        ),
        configProblem(
          'secret_ttl_seconds',
          'is too large',
          'Give a whole number of seconds from 0 to 86400.',
        ),
        configProblem(
          'rate_limit_tier',
          'has an unknown value',
          'Give one of free, oracle_apps, oracle_apps_premium, premium, external_user.',
        ),
        configProblem('vault_secrets_endpoint', 'is not https', REMEDIES.noHttps),
      ]),
    )
  })
})
