import { describe, expect, it } from '@jest/globals'
import { CLIENT, issuerOf, problem, problemsOf, withIssuer } from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import {
  BAD_NAME,
  EMPTY,
  exposed,
  LONG_NAME,
  LONGEST_NAME,
  missing,
  NO_LIST,
  NO_OBJECT,
  NO_STRING,
  noneOf,
  TOO_FEW,
  UNKNOWN,
  wrongType,
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
    [{ name: undefined }, 'name', missing('Add "name".')],
    [{ name: 1 }, 'name', NO_STRING],
    [{ name: '' }, 'name', BAD_NAME],
    [{ name: LONG_NAME }, 'name', BAD_NAME],
    [{ name: ' callers' }, 'name', BAD_NAME],
    [{ name: 'callers\n' }, 'name', BAD_NAME],
    [{ provider: 'okta' }, 'provider', NO_OBJECT],
    [{ provider: {} }, 'provider.preset', UNKNOWN_PRESET],
    [{ provider: { preset: 'other' } }, 'provider.preset', UNKNOWN_PRESET],
    [{ provider: { preset: 'oci_iam' } }, 'provider.domain_url', missing('Add "domain_url".')],
    [{ provider: { preset: 'entra' } }, 'provider.tenant', missing('Add "tenant".')],
    [{ provider: { preset: 'okta' } }, 'provider.org_url', missing('Add "org_url".')],
    [{ provider: { preset: 'auth0' } }, 'provider.tenant_url', missing('Add "tenant_url".')],
    [{ provider: { preset: 'keycloak' } }, 'provider.realm_url', missing('Add "realm_url".')],
    [{ provider: { preset: 'oidc' } }, 'provider.issuer', missing('Add "issuer".')],
    [{ provider: { preset: 'oidc', issuer: '' } }, 'provider.issuer', EMPTY],
    [{ provider: { ...ENTRA, token_version: 3 } }, 'provider.token_version', noneOf(1, 2)],
    [
      { provider: { preset: 'okta', org_url: 'https://a.example', authorization_server: '' } },
      'provider.authorization_server',
      EMPTY,
    ],
    [
      { provider: { preset: 'oidc', issuer: 'https://a.example', tenant: 'x' } },
      'provider.tenant',
      UNKNOWN,
    ],
    [{ audience: undefined }, 'audience', missing(REMEDIES.audience)],
    [{ audience: [] }, 'audience', TOO_FEW],
    [{ audience: [''] }, 'audience.0', EMPTY],
    [
      { audience: 'api' },
      'audience',
      [
        'is not a list of strings',
        'Give a list of strings, such as ["https://api.example.com/"], or "any".',
      ],
    ],
    [
      { validation: 'guess' },
      'validation',
      noneOf('introspection', 'jwt', 'jwt_and_introspection'),
    ],
    [{ issuer: '' }, 'issuer', EMPTY],
    [{ jwks_uri: '' }, 'jwks_uri', EMPTY],
    [{ jwks_access: 'private' }, 'jwks_access', noneOf('public', 'client_credentials')],
    [
      { jwks: '{}' },
      'jwks',
      ['is not a JSON object', 'Give it as the identity provider publishes it.'],
    ],
    [{ algorithms: [] }, 'algorithms', TOO_FEW],
    [{ algorithms: 'RS256' }, 'algorithms', NO_LIST],
    [
      { algorithms: ['RS256', 'HS256'] },
      'algorithms.1',
      ['is not an accepted algorithm', `Give some of ${ALGORITHMS}.`],
    ],
    [{ token_type: 'JWT' }, 'token_type', noneOf('any', 'at+jwt')],
    [{ introspection_endpoint: '', client: CLIENT }, 'introspection_endpoint', EMPTY],
    [
      { client: { ...CLIENT, client_id: undefined } },
      'client.client_id',
      missing(REMEDIES.callersClientId),
    ],
    [{ client: { ...CLIENT, client_id: '' } }, 'client.client_id', EMPTY],
    [
      { client: { client_id: 'authorizer' } },
      'client.client_secret_ocid',
      missing(REMEDIES.clientSecret),
    ],
    ...['secret', 'client_secret', 'clientPassword', 'private_key'].map((name): Refusal => [
      { client: { ...CLIENT, [name]: 'x' } },
      `client.${name}`,
      exposed('client_secret_ocid'),
    ]),
    [{ client_secrets: 'x' }, 'client_secrets', UNKNOWN],
    [{ required_scopes: 'a b' }, 'required_scopes', NO_LIST],
    [{ required_scopes: ['a', ''] }, 'required_scopes.1', EMPTY],
    [{ allowed_clients: [1] }, 'allowed_clients.0', NO_STRING],
    [{ required_claims: 'a' }, 'required_claims', NO_OBJECT],
    [{ required_claims: { tenant: [] } }, 'required_claims.tenant', TOO_FEW],
    [
      { required_claims: { tenant: null } },
      'required_claims.tenant',
      wrongType('Give a string, a number, true, false, or a list of these.'),
    ],
    [{ principal_claims: 'sub' }, 'principal_claims', NO_LIST],
    [{ client_id_claims: [''] }, 'client_id_claims.0', EMPTY],
    [{ scope_claims: {} }, 'scope_claims', NO_LIST],
    [{ gateway_scope_prefix: '' }, 'gateway_scope_prefix', EMPTY],
    [{ gateway_scope_map: { a: 'b' } }, 'gateway_scope_map.a', NO_LIST],
    [{ gateway_scope_map: { a: [''] } }, 'gateway_scope_map.a.0', EMPTY],
    [{ context_claims: 'sub' }, 'context_claims', NO_LIST],
    [{ audiences: ['api'] }, 'audiences', UNKNOWN],
  ])('is rejected with %p', (changes, path, fault) => {
    expect(problemsOf(withIssuer(changes))).toStrictEqual([problem(`issuers.0.${path}`, ...fault)])
  })
})
