import { describe, expect, it } from '@jest/globals'
import { CLIENT, issuerOf, problemsOf, withIssuer } from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import {
  exposed,
  LONG_NAME,
  LONGEST_NAME,
  noneOf,
  refusal,
  type Refusal,
} from './schema-fixture.ts'

const PRESETS = ['oci_iam', 'entra', 'okta', 'auth0', 'keycloak', 'cognito', 'oidc']
const UNKNOWN_PRESET = noneOf(...PRESETS)
const ENTRA = { preset: 'entra', tenant: '0f0f0f0f-0000-4000-8000-000000000000' }
const ALGORITHMS = 'RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519'

describe('an issuer of a document', () => {
  it.each(['x', 'A-Z_a-z.0-9', LONGEST_NAME])('may have the name %s', (name) => {
    expect(issuerOf({ name }).name).toBe(name)
  })

  it.each<Refusal>([
    [{ name: undefined }, 'name', 'is missing', 'Add it: the name of this issuer in the log.'],
    [{ name: 1 }, 'name', 'is not a string'],
    [{ name: '' }, 'name', 'is not a usable name'],
    [{ name: LONG_NAME }, 'name', 'is not a usable name'],
    [{ name: ' callers' }, 'name', 'is not a usable name'],
    [{ name: 'callers\n' }, 'name', 'is not a usable name'],
    [{ provider: 'okta' }, 'provider', 'is not an object'],
    [{ provider: {} }, 'provider.preset', ...UNKNOWN_PRESET],
    [{ provider: { preset: 'other' } }, 'provider.preset', ...UNKNOWN_PRESET],
    [{ provider: { preset: 'oci_iam' } }, 'provider.domain_url', 'is missing', 'Add "domain_url".'],
    [{ provider: { preset: 'entra' } }, 'provider.tenant', 'is missing', 'Add "tenant".'],
    [{ provider: { preset: 'okta' } }, 'provider.org_url', 'is missing', 'Add "org_url".'],
    [{ provider: { preset: 'auth0' } }, 'provider.tenant_url', 'is missing', 'Add "tenant_url".'],
    [{ provider: { preset: 'keycloak' } }, 'provider.realm_url', 'is missing', 'Add "realm_url".'],
    [{ provider: { preset: 'oidc' } }, 'provider.issuer', 'is missing', 'Add "issuer".'],
    [{ provider: { preset: 'oidc', issuer: '' } }, 'provider.issuer', 'is empty'],
    [{ provider: { ...ENTRA, token_version: 3 } }, 'provider.token_version', ...noneOf(1, 2)],
    [
      { provider: { preset: 'okta', org_url: 'https://a.example', authorization_server: '' } },
      'provider.authorization_server',
      'is empty',
    ],
    [
      { provider: { preset: 'oidc', issuer: 'https://a.example', tenant: 'x' } },
      'provider.tenant',
      'is unknown',
    ],
    [{ audience: undefined }, 'audience', 'is missing', REMEDIES.audience],
    [{ audience: [] }, 'audience', 'has too few entries'],
    [{ audience: [''] }, 'audience.0', 'is empty'],
    [
      { audience: 'api' },
      'audience',
      'is not a list of strings',
      'Give a list of strings, such as ["https://api.example.com/"], or "any".',
    ],
    [
      { validation: 'guess' },
      'validation',
      ...noneOf('introspection', 'jwt', 'jwt_and_introspection'),
    ],
    [{ issuer: '' }, 'issuer', 'is empty'],
    [{ jwks_uri: '' }, 'jwks_uri', 'is empty'],
    [{ jwks_access: 'private' }, 'jwks_access', ...noneOf('public', 'client_credentials')],
    [
      { jwks: '{}' },
      'jwks',
      'is not a JSON object',
      'Give it as the identity provider publishes it.',
    ],
    [{ algorithms: [] }, 'algorithms', 'has too few entries'],
    [{ algorithms: 'RS256' }, 'algorithms', 'is not a list'],
    [
      { algorithms: ['RS256', 'HS256'] },
      'algorithms.1',
      'is not an accepted algorithm',
      `Give some of ${ALGORITHMS}.`,
    ],
    [{ token_type: 'JWT' }, 'token_type', ...noneOf('any', 'at+jwt')],
    [{ introspection_endpoint: '', client: CLIENT }, 'introspection_endpoint', 'is empty'],
    [
      { client: { ...CLIENT, client_id: undefined } },
      'client.client_id',
      'is missing',
      REMEDIES.callersClientId,
    ],
    [{ client: { ...CLIENT, client_id: '' } }, 'client.client_id', 'is empty'],
    [
      { client: { client_id: 'authorizer' } },
      'client.client_secret_ocid',
      'is missing',
      REMEDIES.clientSecret,
    ],
    ...['secret', 'client_secret', 'clientPassword', 'private_key'].map((name): Refusal => [
      { client: { ...CLIENT, [name]: 'x' } },
      `client.${name}`,
      'is unknown',
      exposed('client_secret_ocid'),
    ]),
    [{ client_secrets: 'x' }, 'client_secrets', 'is unknown'],
    [{ required_scopes: 'a b' }, 'required_scopes', 'is not a list'],
    [{ required_scopes: ['a', ''] }, 'required_scopes.1', 'is empty'],
    [{ allowed_clients: [1] }, 'allowed_clients.0', 'is not a string'],
    [{ required_claims: 'a' }, 'required_claims', 'is not an object'],
    [{ required_claims: { tenant: [] } }, 'required_claims.tenant', 'has too few entries'],
    [
      { required_claims: { tenant: null } },
      'required_claims.tenant',
      'has a value of the wrong type',
      'Give a string, a number, true, false, or a list of these.',
    ],
    [{ principal_claims: 'sub' }, 'principal_claims', 'is not a list'],
    [{ client_id_claims: [''] }, 'client_id_claims.0', 'is empty'],
    [{ scope_claims: {} }, 'scope_claims', 'is not a list'],
    [{ gateway_scope_prefix: '' }, 'gateway_scope_prefix', 'is empty'],
    [{ gateway_scope_map: { a: 'b' } }, 'gateway_scope_map.a', 'is not a list'],
    [{ gateway_scope_map: { a: [''] } }, 'gateway_scope_map.a.0', 'is empty'],
    [{ context_claims: 'sub' }, 'context_claims', 'is not a list'],
    [{ audiences: ['api'] }, 'audiences', 'is unknown'],
  ])('is rejected with %p', (changes, path, ...fault) => {
    expect(problemsOf(withIssuer(changes))).toStrictEqual([refusal(`issuers.0.${path}`, ...fault)])
  })
})
