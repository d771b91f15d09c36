import { describe, expect, it } from '@jest/globals'
import type { ProviderInput } from '../../../src/providers/index.ts'
import {
  CLIENT,
  keysWithProblems,
  problem,
  problemsOf,
  withIssuer,
  type Members,
} from '../support/documents.ts'
import { REMEDIES } from '../support/problems.ts'
import {
  AUTH0,
  AUTH0_URL,
  build,
  ENTRA,
  ENTRA_1,
  KEYCLOAK,
  OCI_IAM,
  OKTA,
  OKTA_URL,
  OIDC,
  REALM_URL,
  TENANT,
  type GivenIssuer,
} from './provider-fixture.ts'

const POOL_URL = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
const NOTHING_ELSE = { access: undefined, discovery: undefined, problems: [] }

/** What is known of a provider when its tokens are verified as JWTs. */
function asJwt(provider: ProviderInput, more: Partial<GivenIssuer> = {}) {
  const { issuer, problems } = build(provider, { validation: 'jwt', ...more })
  if (issuer.jwt?.keys.kind !== 'remote') throw new Error('no remote keys')
  const { uri, access } = issuer.jwt.keys
  return {
    iss: issuer.rules.issuer,
    keys: uri,
    access: access?.tokenEndpoint,
    discovery: issuer.discovery?.url,
    problems,
  }
}

describe('a preset', () => {
  it.each<readonly [string, ProviderInput, object]>([
    [
      'entra, version 2',
      ENTRA,
      {
        iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
        keys: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
      },
    ],
    [
      'entra, version 1',
      ENTRA_1,
      {
        iss: `https://sts.windows.net/${TENANT}/`,
        keys: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
      },
    ],
    [
      'entra of the US Government cloud',
      { ...ENTRA, authority: 'https://login.microsoftonline.us/' },
      {
        iss: `https://login.microsoftonline.us/${TENANT}/v2.0`,
        keys: `https://login.microsoftonline.us/${TENANT}/discovery/v2.0/keys`,
      },
    ],
    [
      'entra of China, version 1',
      { ...ENTRA_1, authority: 'https://login.partner.microsoftonline.cn' },
      {
        iss: `https://sts.chinacloudapi.cn/${TENANT}/`,
        keys: `https://login.partner.microsoftonline.cn/${TENANT}/discovery/keys`,
      },
    ],
    [
      'Entra External ID',
      { ...ENTRA, authority: 'https://acme.ciamlogin.com' },
      {
        iss: `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`,
        keys: `https://acme.ciamlogin.com/${TENANT}/discovery/v2.0/keys`,
      },
    ],
    [
      'Azure AD B2C, by policy',
      { ...ENTRA, authority: 'https://acme.b2clogin.com', policy: 'B2C_1_sign_in' },
      {
        iss: `https://acme.b2clogin.com/${TENANT}/v2.0/`,
        keys: `https://acme.b2clogin.com/${TENANT}/B2C_1_sign_in/discovery/v2.0/keys`,
      },
    ],
    [
      'cognito',
      { preset: 'cognito', user_pool_url: POOL_URL },
      { iss: POOL_URL, keys: `${POOL_URL}/.well-known/jwks.json` },
    ],
    [
      'okta',
      OKTA,
      { iss: `${OKTA_URL}/oauth2/default`, keys: `${OKTA_URL}/oauth2/default/v1/keys` },
    ],
    [
      'okta with a server of its own, and slashes too many',
      { preset: 'okta', org_url: `${OKTA_URL}//`, authorization_server: 'aus1' },
      { iss: `${OKTA_URL}/oauth2/aus1`, keys: `${OKTA_URL}/oauth2/aus1/v1/keys` },
    ],
    [
      'auth0, whose issuer ends in a slash',
      AUTH0,
      { iss: `${AUTH0_URL}/`, keys: `${AUTH0_URL}/.well-known/jwks.json` },
    ],
    ['keycloak', KEYCLOAK, { iss: REALM_URL, keys: `${REALM_URL}/protocol/openid-connect/certs` }],
    [
      'oidc, by discovery',
      OIDC,
      {
        iss: 'https://idp.example/',
        keys: undefined,
        discovery: 'https://idp.example/.well-known/openid-configuration',
      },
    ],
  ])('knows issuer and keys of %s', (_case, provider, expected) => {
    expect(asJwt(provider)).toStrictEqual({ ...NOTHING_ELSE, ...expected })
  })

  it('knows that the keys of an identity domain are protected', () => {
    const domain_url = 'https://idcs-1.identity.oraclecloud.com/'

    expect(asJwt({ preset: 'oci_iam', domain_url }, { client: CLIENT })).toStrictEqual({
      iss: 'https://identity.oraclecloud.com/',
      keys: 'https://idcs-1.identity.oraclecloud.com/admin/v1/SigningCert/jwk',
      access: 'https://idcs-1.identity.oraclecloud.com/oauth2/v1/token',
      discovery: undefined,
      problems: [],
    })
  })

  it.each<readonly [string, ProviderInput, string]>([
    ['oci_iam', OCI_IAM, 'https://d.example/oauth2/v1/introspect'],
    ['okta', OKTA, `${OKTA_URL}/oauth2/default/v1/introspect`],
    ['keycloak', KEYCLOAK, `${REALM_URL}/protocol/openid-connect/token/introspect`],
  ])('introspects by default if a client is given: %s', (_case, provider, endpoint) => {
    const { issuer, problems } = build(provider, { client: CLIENT })

    expect(problems).toStrictEqual([])
    expect(issuer.introspection?.endpoint).toBe(endpoint)
    expect(issuer.jwt).toBeUndefined()
  })

  it.each<readonly [ProviderInput, object]>([
    [OCI_IAM, { principal: ['sub'], clientId: ['client_id'], scope: ['scope'] }],
    [ENTRA, { principal: ['oid', 'sub'], clientId: ['azp'], scope: ['scp', 'roles'] }],
    [ENTRA_1, { principal: ['oid', 'sub'], clientId: ['appid'], scope: ['scp', 'roles'] }],
    [OKTA, { principal: ['sub'], clientId: ['cid', 'client_id'], scope: ['scp', 'scope'] }],
    [
      AUTH0,
      { principal: ['sub'], clientId: ['azp', 'client_id'], scope: ['scope', 'permissions'] },
    ],
    [KEYCLOAK, { principal: ['sub'], clientId: ['azp', 'client_id'], scope: ['scope'] }],
  ])('has the claim names: %j', (provider, expected) => {
    expect(build(provider, { client: CLIENT }).issuer.claimNames).toStrictEqual(expected)
  })

  it('is overridden by configured members', () => {
    const { issuer, problems } = build(OKTA, {
      validation: 'jwt',
      issuer: 'https://login.acme.example',
      jwks_uri: 'https://login.acme.example/keys',
      algorithms: ['ES256'],
      principal_claims: ['uid'],
      client_id_claims: ['app'],
      scope_claims: ['groups'],
    })

    expect(problems).toStrictEqual([])
    expect(issuer).toMatchObject({
      jwt: { keys: { uri: 'https://login.acme.example/keys' }, algorithms: ['ES256'] },
      claimNames: { principal: ['uid'], clientId: ['app'], scope: ['groups'] },
      rules: { issuer: 'https://login.acme.example' },
    })
  })

  it('accepts a tenant in upper case', () => {
    const { issuer, problems } = build({ preset: 'entra', tenant: TENANT.toUpperCase() })

    expect(problems).toStrictEqual([])
    expect(issuer.rules.issuer).toBe(`https://login.microsoftonline.com/${TENANT}/v2.0`)
  })

  it.each<readonly [ProviderInput, string]>([
    [{ preset: 'entra', tenant: 'common' }, 'tenant'],
    [{ preset: 'entra', tenant: `x${TENANT}` }, 'tenant'],
    [{ preset: 'entra', tenant: `${TENANT}/x` }, 'tenant'],
    [{ ...ENTRA, authority: 'login.microsoftonline.us' }, 'authority'],
    [{ preset: 'okta', org_url: 'http://acme.okta.com' }, 'org_url'],
    [{ preset: 'auth0', tenant_url: 'acme.eu.auth0.com' }, 'tenant_url'],
    [{ preset: 'keycloak', realm_url: 'ftp://x' }, 'realm_url'],
    [{ preset: 'cognito', user_pool_url: 'eu-west-1_abc' }, 'user_pool_url'],
    [{ preset: 'oci_iam', domain_url: 'd.example' }, 'domain_url'],
    [{ preset: 'oidc', issuer: 'http://idp.example' }, 'issuer'],
  ])('#55: reports an invalid value with its key: %j', (provider, field) => {
    expect(keysWithProblems(withIssuer({ provider, client: CLIENT }))).toStrictEqual([
      `authorizer_config: issuers.0.provider.${field}`,
    ])
  })

  it.each<readonly [Members, string, string, string]>([
    [
      { preset: 'entra', tenant: 'common' },
      'tenant',
      'is not a GUID',
      'Give the directory (tenant) ID; `common` and domain names accept too much.',
    ],
    [
      { preset: 'keycloak', realm_url: 'http://sso.example.com/realms/shops' },
      'realm_url',
      'is not https',
      REMEDIES.noHttps,
    ],
    [{ preset: 'okta', org_url: 'acme' }, 'org_url', 'is not a URL', REMEDIES.noHttps],
  ])('has a remedy for an invalid value: %j', (provider, field, what, remedy) => {
    expect(problemsOf(withIssuer({ provider }))).toStrictEqual([
      problem(`issuers.0.provider.${field}`, what, remedy),
    ])
  })
})
