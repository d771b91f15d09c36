import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../src/config/flat-keys.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { BACKEND, documentOf, ISSUER } from '../support/documents.ts'
import { configWarningsOf, flatWarningsOf, MINIMAL } from '../support/flat-configurations.ts'
import { configProblem } from '../support/problems.ts'

const COMPARE = 'Compare its spelling with the table of keys; upper and lower case differ.'

function unknown(key: string, remedy: string) {
  return configProblem(key, 'is unknown and has no effect', remedy)
}

describe('warnings of the configuration', () => {
  const warnedOf = (values: FlatConfiguration) => flatWarningsOf(values).map(({ key }) => key)

  it('are about an audience that is not checked', () => {
    expect(warnedOf({ audience: 'any' })).toStrictEqual(['audience'])
  })

  it.each([[{}], [{ validation: 'introspection' }]])(
    'are about members that introspection does not use: %j',
    (validation) => {
      const values = { jwks_uri: 'https://idp.example/keys', algorithms: 'ES256', ...validation }

      const both = { validation: 'jwt_and_introspection', issuer: 'https://idp.example' }

      expect(flatWarningsOf(values)).toStrictEqual([
        configProblem(
          'validation',
          'is `introspection`, which does not use jwks_uri, algorithms',
          'Give `jwt` or `jwt_and_introspection`; or remove these keys.',
        ),
      ])
      expect(warnedOf({ ...values, ...both })).toStrictEqual([])
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
    expect(flatWarningsOf({ [key]: 'x' })).toStrictEqual([unknown(key, `Is ${meant} meant?`)])
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
    expect(flatWarningsOf({ [key]: 'x' })).toStrictEqual([
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
    expect(flatWarningsOf({ [key]: 'x' })).toStrictEqual([
      unknown(
        key,
        `If this is the secret itself, replace it: others can read it. Give ${instead}.`,
      ),
    ])
  })

  it.each(['back_end_timeout', 'backend', 'my_own_key', 'Path', 'x_proxy', 'npm'])(
    'have an unknown key without a single similar one: %s',
    (key) => {
      expect(flatWarningsOf({ [key]: 'x' })).toStrictEqual([unknown(key, COMPARE)])
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

    expect(flatWarningsOf(cognito)).toStrictEqual([])
  })
})

describe('a configuration with warnings', () => {
  const audienceWarning = (key: string, suffix = '') =>
    configProblem(
      key,
      `is \`any\`: tokens that were issued for other APIs are accepted${suffix}`,
      'Give the audience of this API’s resource server.',
    )
  const basicWarning = (key: string, suffix = '') =>
    configProblem(
      key,
      `is \`basic\`: a legacy method, with a password that nobody rotates${suffix}`,
      'Move to `client_credentials` as soon as the integration accepts OAuth tokens.',
    )

  it('has warnings with the names of flat keys', () => {
    const values = { audience: 'any', back_end_grant: 'basic' }

    expect(flatWarningsOf(values)).toStrictEqual([
      audienceWarning('audience'),
      basicWarning('back_end_grant'),
    ])
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
        { name: 'e', grant: 'basic', secret_ocid: 'ocid1.vaultsecret.oc1..config' },
      ],
    })

    expect(configWarningsOf({ authorizer_config: JSON.stringify(document) })).toStrictEqual([
      audienceWarning('authorizer_config: issuers.0.audience', ' (issuer a)'),
      audienceWarning('authorizer_config: issuers.2.audience', ' (issuer c)'),
      basicWarning('authorizer_config: backends.1.grant', ' (backend e)'),
    ])
  })

  it('has no warning about unknown keys', () => {
    const names = ['PATH', 'HOME', 'USER', 'PWD', 'TERM', 'LANG', 'HOSTNAME', 'NODE_VERSION']

    const others = Object.fromEntries(names.map((name) => [name, 'x']))

    expect(flatWarningsOf(others)).toStrictEqual([])
  })

  it.each([
    ['audience', 'https://a,https://b', 'has a comma, which is read as a part of the value'],
    ['allowed_clients', 'a, b', 'has a comma, which is read as a part of the value'],
    ['idcs_app_client_secret_ocid', 'ocid1.vault.oc1..a', 'is an OCID, but not of a Vault secret'],
    ['back_end_client_secret_ocid', 'ocid1.key.oc1..a', 'is an OCID, but not of a Vault secret'],
  ])('has a warning about a suspicious value: %s=%s', (key, value, what) => {
    expect(flatWarningsOf({ [key]: value })).toMatchObject([{ key, problem: what }])
  })

  it.each([
    ['jwksuri', 'Is jwks_uri meant?'],
    ['backend_scope', 'Is back_end_scope meant?'],
    ['allowed_users', COMPARE],
    ['issuer_url', 'Is issuer meant?'],
    ['jwks_uri_of_keys', 'Is jwks_uri meant?'],
  ])('has a warning about the key %s, which has no effect', (key, remedy) => {
    const warning = unknown(key, remedy)

    expect(flatWarningsOf({ [key]: 'x' })).toStrictEqual([warning])
    expect(readConfig({ authorizer_config: '{', [key]: 'x' }).warnings).toStrictEqual([warning])
  })
})
