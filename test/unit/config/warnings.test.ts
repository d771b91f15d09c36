import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { documentOf } from '../support/documents.ts'
import { MINIMAL } from '../support/flat-configurations.ts'

describe('warnings of the configuration', () => {
  const warnedOf = (values: FlatConfiguration) =>
    readConfig({ ...MINIMAL, ...values }).warnings.map(({ key }) => key)

  it('are about an audience that is not checked', () => {
    expect(warnedOf({ audience: 'any' })).toStrictEqual(['audience'])
  })

  it.each([[{}], [{ validation: 'introspection' }]])(
    'are about members that introspection does not use: %j',
    (validation) => {
      const values = { jwks_uri: 'https://idp.example/keys', algorithms: 'ES256', ...validation }

      expect(readConfig({ ...MINIMAL, ...values }).warnings).toStrictEqual([
        {
          key: 'validation',
          problem: 'is `introspection`, which does not use jwks_uri, algorithms',
          remedy: 'Give `jwt` or `jwt_and_introspection`; or remove these keys.',
        },
      ])
      expect(
        warnedOf({ ...values, validation: 'jwt_and_introspection', issuer: 'https://idp.example' }),
      ).toStrictEqual([])
    },
  )

  it.each([
    ['clients', 'allowed_clients'],
    ['scopes', 'required_scopes'],
    ['scope', 'required_scopes'],
    ['back_end_scopes', 'back_end_scope'],
    ['token_endpoint', 'back_end_token_endpoint'],
    ['introspection_cache', 'introspection_cache_seconds'],
    ['secret_ttl', 'secret_ttl_seconds'],
    ['vault_endpoint', 'vault_secrets_endpoint'],
    ['jwks_url', 'jwks_uri'],
    ['AUDIENCE', 'audience'],
    ['Back_End_Scope', 'back_end_scope'],
  ])('have an unknown key and a similar known one: %s, %s', (key, meant) => {
    expect(readConfig({ ...MINIMAL, [key]: 'x' }).warnings).toStrictEqual([
      { key, problem: 'is unknown and has no effect', remedy: `Is ${meant} meant?` },
    ])
  })

  it.each([
    ['oic_idcs_app_client_id', 'Use back_end_app_client_id.'],
    ['oic_idcs_app_client_secret_ocid', 'Use back_end_client_secret_ocid.'],
    ['introspection_idcs_app_client_id', 'Use idcs_app_client_id.'],
    ['apigw_idcs_app_client_secret_ocid', 'Use idcs_app_client_secret_ocid.'],
    ['idcs_token_endpoint', 'Use back_end_token_endpoint.'],
    ['oic_scope', 'Use back_end_scope.'],
    ['OIC_SCOPE', 'Use back_end_scope.'],
    ['IDCS_APP_CLIENT_ID', 'Use back_end_app_client_id.'],
    ['AD_JWKS_URL', 'Use jwks_uri.'],
    ['ENTRA_ALLOWED_CLIENT_IDS', 'Use allowed_clients. Separate values by spaces'],
    ['OCI_IAM_CLIENT_SECRET_OCID', 'Use back_end_client_secret_ocid.'],
    ['VAULT_REGION', 'Remove it'],
  ])('have the key that replaces one of another sample: %s', (key, remedy) => {
    expect(readConfig({ ...MINIMAL, [key]: 'x' }).warnings).toStrictEqual([
      {
        key,
        problem: 'is a key of another sample and has no effect',
        remedy: expect.stringContaining(remedy),
      },
    ])
  })

  it.each([
    ['back_end_client_secret', 'back_end_client_secret_ocid'],
    ['back_end_secret', 'back_end_client_secret_ocid'],
    ['idcs_app_client_secret', 'idcs_app_client_secret_ocid'],
    ['back_end_assertion_key_password', 'back_end_assertion_key_ocid'],
    ['client_secret', 'the OCID of a Vault secret, in a key that ends in _ocid'],
    ['Password', 'the OCID of a Vault secret, in a key that ends in _ocid'],
  ])('have a key that may contain a secret: %s', (key, instead) => {
    expect(readConfig({ ...MINIMAL, [key]: 'x' }).warnings).toStrictEqual([
      {
        key,
        problem: 'is unknown and has no effect',
        remedy: `If this is the secret itself, replace it: others can read it. Give ${instead}.`,
      },
    ])
  })

  it.each(['back_end_timeout', 'backend', 'my_own_key', 'Path', 'x_proxy', 'npm'])(
    'have an unknown key without a single similar one: %s',
    (key) => {
      expect(readConfig({ ...MINIMAL, [key]: 'x' }).warnings).toStrictEqual([
        {
          key,
          problem: 'is unknown and has no effect',
          remedy: 'Compare its spelling with the table of keys; upper and lower case differ.',
        },
      ])
    },
  )

  it.each([
    'PATH',
    '_',
    'FN_LISTENER',
    'OCI_RESOURCE_PRINCIPAL_V2.2',
    'ALLOWED_CLIENT',
    'npm_config_user_agent',
    'no_proxy',
    'container',
  ])('do not have a key of the platform: %s', (key) => {
    expect(warnedOf({ [key]: 'x' })).toStrictEqual([])
  })

  it.each([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
    [{ https_proxy: 'http://proxy.example.com' }],
    [{ HTTP_PROXY: 'http://proxy.example.com' }],
    [{ All_Proxy: 'http://proxy.example.com' }],
    [{ NODE_USE_ENV_PROXY: '1' }],
    [{ NODE_DEBUG: 'http' }],
    [{ DEBUG: '*' }],
  ])('have variables that weaken Node or its libraries: %j', (values) => {
    expect(warnedOf(values)).toStrictEqual(Object.keys(values))
  })

  it.each([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }],
    [{ https_proxy: '' }],
    [{ NO_PROXY: 'example.com' }],
    [{ NODE_DEBUG: '' }],
  ])('do not have harmless variables: %j', (values) => {
    expect(warnedOf(values)).toStrictEqual([])
  })

  it('do not prevent the function from working', () => {
    expect(readConfig({ ...MINIMAL, back_end_scopes: 'x', audience: 'any' }).source.ok).toBe(true)
  })

  it('are listed beside problems', () => {
    const { source, warnings } = readConfig({ ...MINIMAL, back_end_scopes: 'x', log_level: 'x' })

    expect([source.ok, warnings.map(({ key }) => key)]).toStrictEqual([false, ['back_end_scopes']])
  })
})

describe('a misspelt rule', () => {
  const problemsOf = (values: FlatConfiguration) => {
    const { source, warnings } = readConfig({ ...MINIMAL, ...values })
    expect(warnings).toStrictEqual([])
    return source.ok ? [] : source.error
  }

  it.each([
    ['required_scope', 'required_scopes'],
    ['requried_scopes', 'required_scopes'],
    ['requiredScopes', 'required_scopes'],
    ['REQUIRED_SCOPES', 'required_scopes'],
    ['scopes_required', 'required_scopes'],
    ['allowed_client', 'allowed_clients'],
    ['allow_clients', 'allowed_clients'],
    ['alowed_clients', 'allowed_clients'],
    ['audiences', 'audience'],
    ['issuers', 'issuer'],
    ['Issuer', 'issuer'],
    ['algorithm', 'algorithms'],
    ['validations', 'validation'],
    ['clock_tolerance', 'clock_tolerance_seconds'],
    ['max_decision', 'max_decision_seconds'],
  ])('is a problem: %s for %s', (key, rule) => {
    expect(problemsOf({ [key]: 'x' })).toStrictEqual([
      {
        key,
        problem: 'is unknown',
        remedy: `Correct it to ${rule}, or remove it: the function would start without this rule.`,
      },
    ])
  })

  it.each([
    ['required_claims', 'required_claims'],
    ['required_claim', 'required_claims'],
    ['max_token_lifetime', 'max_token_lifetime_seconds'],
    ['token_type', 'token_type'],
  ])('is a problem if only the document has the rule: %s', (key, member) => {
    expect(problemsOf({ [key]: 'x' })).toStrictEqual([
      {
        key,
        problem: 'is not a flat key',
        remedy: `Put the issuer into the document (authorizer_config), which has ${member}.`,
      },
    ])
  })

  it.each(['my_issuer_name', 'audit', 'scope', 'clients', 'tissue', 'LANG', 'clock', 'users'])(
    'is not assumed for another key: %s',
    (key) => {
      expect(readConfig({ ...MINIMAL, [key]: 'x' }).source.ok).toBe(true)
    },
  )

  it('is a warning beside a document', () => {
    const { source, warnings } = readConfig({
      authorizer_config: JSON.stringify(documentOf()),
      required_scope: 'x',
    })

    expect([source.ok, warnings.map(({ key }) => key)]).toStrictEqual([true, ['required_scope']])
  })
})

describe('a flat key of blanks', () => {
  const blank = (key: string) => ({
    key,
    problem: 'has only spaces',
    remedy: 'Give a value, or remove the key.',
  })
  const errorsOf = (values: FlatConfiguration) => {
    const { source } = readConfig(values)
    return source.ok ? [] : source.error
  }

  // A blank audience is missing.
  it.each([
    'issuer',
    'validation',
    'algorithms',
    'required_scopes',
    'allowed_clients',
    'clock_tolerance_seconds',
    'max_decision_seconds',
  ])('is a problem if it is a rule, which would take its default: %s', (key) => {
    expect(errorsOf({ ...MINIMAL, [key]: ' \t ' })).toStrictEqual([blank(key)])
    expect(errorsOf({ ...MINIMAL, [key]: '' })).toStrictEqual([])
  })

  it.each(['introspection_cache_seconds', 'log_level'])('is ignored otherwise: %s', (key) => {
    expect(errorsOf({ ...MINIMAL, [key]: ' ' })).toStrictEqual([])
  })

  it('is a problem beside a document only if it has an effect there', () => {
    const document = { authorizer_config_secret_ocid: 'ocid1.vaultsecret.oc1.phx.document' }

    expect(errorsOf({ ...document, validation: ' ', max_decision_seconds: ' ' })).toStrictEqual([
      blank('max_decision_seconds'),
    ])
  })
})

describe('an audience of any', () => {
  it.each([
    'cognito-idp.eu-west-1.amazonaws.com',
    'issuer-cognito-idp.eu-west-1.amazonaws.com',
    'cognito-idp.cn-north-1.amazonaws.com.cn',
  ])('has no warning if tokens have no audience and the clients are listed: %s', (host) => {
    const issuer = `https://${host}/eu-west-1_abc`
    const cognito = {
      idcs_introspection_endpoint: undefined,
      validation: 'jwt',
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      audience: 'any',
      allowed_clients: 'app',
    }

    expect(readConfig({ ...MINIMAL, ...cognito })).toMatchObject({
      source: { ok: true },
      warnings: [],
    })
  })
})
