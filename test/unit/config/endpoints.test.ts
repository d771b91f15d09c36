import { describe, expect, it } from '@jest/globals'
import { keysWithProblems } from '../support/flat-configurations.ts'

describe('a JWKS URI', () => {
  it.each([
    'idcs-a.identity.example:443/admin/v1/SigningCert/jwk',
    'localhost:3000/jwks',
    'data:,',
    'mailto:a@b',
    'urn:x',
    'https://',
    'https://a b',
    'x'.repeat(9_000),
  ])('#55: from which no token endpoint can be derived is a problem: %s', (jwks_uri) => {
    const values = { validation: 'jwt', issuer: 'x', jwks_access: 'client_credentials', jwks_uri }

    expect(keysWithProblems(values)).toStrictEqual(['jwks_uri'])
  })
})

describe('an endpoint', () => {
  const endpoints = [
    'idcs_introspection_endpoint',
    'back_end_token_endpoint',
    'vault_secrets_endpoint',
  ]
  const each = (addresses: readonly string[]) =>
    endpoints.flatMap((key) => addresses.map((address) => ({ key, address })))

  it.each(
    each([
      'https://idp.example',
      'https://idp.example:8443/a?b=c',
      'https://127.0.0.1',
      'http://127.0.0.1:8080/a',
      'http://127.9.9.9',
      'http://localhost:8080',
      'http://[::1]:8080',
    ]),
  )('may be $address ($key)', ({ key, address }) => {
    expect(keysWithProblems({ [key]: address })).toStrictEqual([])
  })

  it.each(
    each([
      'http://idp.example',
      'http://10.0.0.1',
      'http://0.0.0.0',
      'http://128.0.0.1',
      'http://127.0.0.1.example',
      'http://localhost.example',
      'http://127.0.0.1@idp.example/',
      'http://[::2]',
      'http://[::ffff:10.0.0.1]',
      'ftp://idp.example',
      'file:///etc/passwd',
      'data:text/plain,a',
      'unix:///tmp/socket',
      'idp.example',
      '/oauth2/v1/token',
      'https://',
      'https://user@idp.example',
      'https://user:password@idp.example',
      'https://idp.example/#fragment',
    ]),
  )('is rejected as $address ($key)', ({ key, address }) => {
    expect(keysWithProblems({ [key]: address })).toStrictEqual([key])
  })
})
