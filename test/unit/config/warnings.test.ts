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

  it('tell what nothing looks at, as no validation was chosen', () => {
    const values = { jwks_uri: 'https://idp.example/keys', algorithms: 'ES256' }

    expect(readConfig({ ...LEAST, ...values }).warnings).toStrictEqual([
      {
        key: 'validation',
        problem:
          'is `introspection` for issuer default, as none is given: jwks_uri, algorithms without effect',
        remedy:
          'Give `validation`: `jwt`, `jwt_and_introspection`, or `introspection` if it is meant.',
      },
    ])
    expect(warnedOf({ ...values, validation: 'introspection' })).toStrictEqual([])
    expect(
      warnedOf({ ...values, validation: 'jwt_and_introspection', issuer: 'https://idp.example' }),
    ).toStrictEqual([])
  })

  it.each([
    'back_end_scopes',
    'back_end_timeout',
    'idcs_app_secret',
    'required_scope',
    'allowed_client',
    'introspection_cache',
    'clock_tolerance',
    'secret_ttl',
    'vault_endpoint',
    'jwks_url',
    'AUDIENCE',
    'Issuer',
    'Back_End_Scope',
  ])('name a key that looks like one of ours: %s', (key) => {
    expect(warnedOf({ [key]: 'x' })).toStrictEqual([key])
  })

  it.each(['PATH', 'FN_LISTENER', 'OCI_RESOURCE_PRINCIPAL_REGION', 'HOME', 'scope', 'backend'])(
    'do not name a key of others: %s',
    (key) => {
      expect(warnedOf({ [key]: 'x' })).toStrictEqual([])
    },
  )

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
