/**
 * Owns the proof of what the configuration is warned of.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../src/config/flat-reader.ts'
import { readConfig } from '../../../src/config/read-config.ts'
import { LEAST } from '../support/flat-configurations.ts'

describe('warnings of the configuration', () => {
  const warnedOf = (values: FlatConfiguration) =>
    readConfig({ ...LEAST, ...values }).warnings.map(({ key }) => key)

  it('tell that the audience is not checked', () => {
    expect(warnedOf({ audience: 'any' })).toStrictEqual(['audience'])
  })

  it.each([[{}], [{ validation: 'introspection' }]])(
    'tell what introspection does not look at: %j',
    (validation) => {
      const values = { jwks_uri: 'https://idp.example/keys', algorithms: 'ES256', ...validation }

      expect(readConfig({ ...LEAST, ...values }).warnings).toStrictEqual([
        {
          key: 'validation',
          problem:
            'comes to `introspection` for issuer default: jwks_uri, algorithms without effect',
          remedy: 'Give `jwt` or `jwt_and_introspection`; or leave them out.',
        },
      ])
      expect(
        warnedOf({ ...values, validation: 'jwt_and_introspection', issuer: 'https://idp.example' }),
      ).toStrictEqual([])
    },
  )

  it.each([
    ['allow_clients', 'allowed_clients'],
    ['clients', 'allowed_clients'],
    ['client_allowed', 'allowed_clients'],
    ['allowedClients', 'allowed_clients'],
    ['allowed_client', 'allowed_clients'],
    ['scopes', 'required_scopes'],
    ['scope', 'required_scopes'],
    ['required_scope', 'required_scopes'],
    ['back_end_scopes', 'back_end_scope'],
    ['token_endpoint', 'back_end_token_endpoint'],
    ['introspection_cache', 'introspection_cache_seconds'],
    ['clock_tolerance', 'clock_tolerance_seconds'],
    ['secret_ttl', 'secret_ttl_seconds'],
    ['vault_endpoint', 'vault_secrets_endpoint'],
    ['jwks_url', 'jwks_uri'],
    ['AUDIENCE', 'audience'],
    ['Issuer', 'issuer'],
    ['Back_End_Scope', 'back_end_scope'],
  ])('name a key that is none of ours, and the one that may be meant: %s, %s', (key, meant) => {
    expect(readConfig({ ...LEAST, [key]: 'x' }).warnings).toStrictEqual([
      { key, problem: 'is unknown and has no effect', remedy: `Is ${meant} meant?` },
    ])
  })

  it.each([
    ['back_end_client_secret', 'back_end_client_secret_ocid'],
    ['back_end_secret', 'back_end_client_secret_ocid'],
    ['idcs_app_client_secret', 'idcs_app_client_secret_ocid'],
    ['back_end_assertion_key_password', 'back_end_assertion_key_ocid'],
    ['client_secret', 'the OCID of a Vault secret, in a key that ends in _ocid'],
    ['Password', 'the OCID of a Vault secret, in a key that ends in _ocid'],
  ])('name a key that may hold a secret, which others know then: %s', (key, instead) => {
    expect(readConfig({ ...LEAST, [key]: 'x' }).warnings).toStrictEqual([
      {
        key,
        problem: 'is unknown and has no effect',
        remedy: `If the secret itself stands here, replace it: others can read it. Give ${instead}.`,
      },
    ])
  })

  it.each(['back_end_timeout', 'backend', 'my_own_key', 'Path', 'x_proxy', 'npm'])(
    'name a key that is none of ours, and like none of them alone: %s',
    (key) => {
      expect(readConfig({ ...LEAST, [key]: 'x' }).warnings).toStrictEqual([
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
  ])('do not name a key of the platform: %s', (key) => {
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
  ])('name what would weaken Node or its libraries: %j', (values) => {
    expect(warnedOf(values)).toStrictEqual(Object.keys(values))
  })

  it.each([
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '1' }],
    [{ https_proxy: '' }],
    [{ NO_PROXY: 'example.com' }],
    [{ NODE_DEBUG: '' }],
  ])('do not name what weakens nothing: %j', (values) => {
    expect(warnedOf(values)).toStrictEqual([])
  })

  it('do not keep the function from working', () => {
    expect(readConfig({ ...LEAST, back_end_scopes: 'x', audience: 'any' }).source.ok).toBe(true)
  })

  it('come with the problems where there are both', () => {
    const { source, warnings } = readConfig({ ...LEAST, back_end_scopes: 'x', log_level: 'x' })

    expect([source.ok, warnings.map(({ key }) => key)]).toStrictEqual([false, ['back_end_scopes']])
  })
})
