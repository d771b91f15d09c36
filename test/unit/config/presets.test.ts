import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { buildIssuer } from '../../../src/config/build-issuer.ts'
import { issuerSchema } from '../../../src/config/issuer-schema.ts'
import type { ProviderInput } from '../../../src/providers/index.ts'
import { problem, problemsOf, withIssuer, type Members } from '../support/documents.ts'

type GivenIssuer = v.InferInput<typeof issuerSchema>

const CLIENT = { client_id: 'authorizer', client_secret_ocid: 'ocid1.vaultsecret.oc1..a' }
const TENANT = '0f0f0f0f-0000-4000-8000-000000000000'

function build(provider: ProviderInput, more: Partial<GivenIssuer> = {}) {
  const problems: string[] = []
  const issuer = buildIssuer(
    v.parse(issuerSchema, { name: 'x', audience: ['api'], provider, ...more }),
    (field, problem) => {
      problems.push(`${field} ${problem}`)
    },
  )
  return { issuer, problems }
}

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

const OKTA = 'https://acme.okta.com'
const AUTH0 = 'https://acme.eu.auth0.com'
const REALM = 'https://sso.example.com/realms/shops'
const NOTHING_ELSE = { access: undefined, discovery: undefined, problems: [] }

describe('a preset', () => {
  it.each<readonly [string, ProviderInput, object]>([
    [
      'entra, version 2',
      { preset: 'entra', tenant: TENANT },
      {
        iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
        keys: `https://login.microsoftonline.com/${TENANT}/discovery/v2.0/keys`,
        ...NOTHING_ELSE,
      },
    ],
    [
      'entra, version 1',
      { preset: 'entra', tenant: TENANT, token_version: 1 },
      {
        iss: `https://sts.windows.net/${TENANT}/`,
        keys: `https://login.microsoftonline.com/${TENANT}/discovery/keys`,
        ...NOTHING_ELSE,
      },
    ],
    [
      'entra of the US Government cloud',
      { preset: 'entra', tenant: TENANT, authority: 'https://login.microsoftonline.us/' },
      {
        iss: `https://login.microsoftonline.us/${TENANT}/v2.0`,
        keys: `https://login.microsoftonline.us/${TENANT}/discovery/v2.0/keys`,
        ...NOTHING_ELSE,
      },
    ],
    [
      'entra of China, version 1',
      {
        preset: 'entra',
        tenant: TENANT,
        token_version: 1,
        authority: 'https://login.partner.microsoftonline.cn',
      },
      {
        iss: `https://sts.chinacloudapi.cn/${TENANT}/`,
        keys: `https://login.partner.microsoftonline.cn/${TENANT}/discovery/keys`,
        ...NOTHING_ELSE,
      },
    ],
    [
      'Entra External ID',
      { preset: 'entra', tenant: TENANT, authority: 'https://acme.ciamlogin.com' },
      {
        iss: `https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`,
        keys: `https://acme.ciamlogin.com/${TENANT}/discovery/v2.0/keys`,
        ...NOTHING_ELSE,
      },
    ],
    [
      'Azure AD B2C, by policy',
      {
        preset: 'entra',
        tenant: TENANT,
        authority: 'https://acme.b2clogin.com',
        policy: 'B2C_1_sign_in',
      },
      {
        iss: `https://acme.b2clogin.com/${TENANT}/v2.0/`,
        keys: `https://acme.b2clogin.com/${TENANT}/B2C_1_sign_in/discovery/v2.0/keys`,
        ...NOTHING_ELSE,
      },
    ],
    [
      'cognito',
      {
        preset: 'cognito',
        user_pool_url: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc',
      },
      {
        iss: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc',
        keys: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc/.well-known/jwks.json',
        ...NOTHING_ELSE,
      },
    ],
    [
      'okta',
      { preset: 'okta', org_url: OKTA },
      { iss: `${OKTA}/oauth2/default`, keys: `${OKTA}/oauth2/default/v1/keys`, ...NOTHING_ELSE },
    ],
    [
      'okta with a server of its own, and slashes too many',
      { preset: 'okta', org_url: `${OKTA}//`, authorization_server: 'aus1' },
      { iss: `${OKTA}/oauth2/aus1`, keys: `${OKTA}/oauth2/aus1/v1/keys`, ...NOTHING_ELSE },
    ],
    [
      'auth0, whose issuer ends in a slash',
      { preset: 'auth0', tenant_url: AUTH0 },
      { iss: `${AUTH0}/`, keys: `${AUTH0}/.well-known/jwks.json`, ...NOTHING_ELSE },
    ],
    [
      'keycloak',
      { preset: 'keycloak', realm_url: REALM },
      { iss: REALM, keys: `${REALM}/protocol/openid-connect/certs`, ...NOTHING_ELSE },
    ],
    [
      'oidc, by discovery',
      { preset: 'oidc', issuer: 'https://idp.example/' },
      {
        iss: 'https://idp.example/',
        keys: undefined,
        ...NOTHING_ELSE,
        discovery: 'https://idp.example/.well-known/openid-configuration',
      },
    ],
  ])('knows issuer and keys of %s', (_case, provider, expected) => {
    expect(asJwt(provider)).toStrictEqual(expected)
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
    [
      'oci_iam',
      { preset: 'oci_iam', domain_url: 'https://d.example' },
      'https://d.example/oauth2/v1/introspect',
    ],
    ['okta', { preset: 'okta', org_url: OKTA }, `${OKTA}/oauth2/default/v1/introspect`],
    [
      'keycloak',
      { preset: 'keycloak', realm_url: REALM },
      `${REALM}/protocol/openid-connect/token/introspect`,
    ],
  ])('introspects by default if a client is given: %s', (_case, provider, endpoint) => {
    const { issuer, problems } = build(provider, { client: CLIENT })

    expect(problems).toStrictEqual([])
    expect(issuer.introspection?.endpoint).toBe(endpoint)
    expect(issuer.jwt).toBeUndefined()
  })

  it.each<readonly [ProviderInput, object]>([
    [
      { preset: 'oci_iam', domain_url: 'https://d.example' },
      { principal: ['sub'], clientId: ['client_id'], scope: ['scope'] },
    ],
    [
      { preset: 'entra', tenant: TENANT },
      { principal: ['oid', 'sub'], clientId: ['azp'], scope: ['scp', 'roles'] },
    ],
    [
      { preset: 'entra', tenant: TENANT, token_version: 1 },
      { principal: ['oid', 'sub'], clientId: ['appid'], scope: ['scp', 'roles'] },
    ],
    [
      { preset: 'okta', org_url: OKTA },
      { principal: ['sub'], clientId: ['cid', 'client_id'], scope: ['scp', 'scope'] },
    ],
    [
      { preset: 'auth0', tenant_url: AUTH0 },
      { principal: ['sub'], clientId: ['azp', 'client_id'], scope: ['scope', 'permissions'] },
    ],
    [
      { preset: 'keycloak', realm_url: REALM },
      { principal: ['sub'], clientId: ['azp', 'client_id'], scope: ['scope'] },
    ],
  ])('has the claim names: %j', (provider, expected) => {
    expect(build(provider, { client: CLIENT }).issuer.claimNames).toStrictEqual(expected)
  })

  it('is overridden by configured members', () => {
    const { issuer, problems } = build(
      { preset: 'okta', org_url: OKTA },
      {
        validation: 'jwt',
        issuer: 'https://login.acme.example',
        jwks_uri: 'https://login.acme.example/keys',
        algorithms: ['ES256'],
        principal_claims: ['uid'],
        client_id_claims: ['app'],
        scope_claims: ['groups'],
      },
    )

    expect(problems).toStrictEqual([])
    expect(issuer).toMatchObject({
      jwt: { keys: { uri: 'https://login.acme.example/keys' }, algorithms: ['ES256'] },
      claimNames: { principal: ['uid'], clientId: ['app'], scope: ['groups'] },
      rules: { issuer: 'https://login.acme.example' },
    })
  })

  it.each<readonly [ProviderInput, string]>([
    [{ preset: 'entra', tenant: 'common' }, 'tenant'],
    [{ preset: 'entra', tenant: `x${TENANT}` }, 'tenant'],
    [{ preset: 'entra', tenant: `${TENANT}/x` }, 'tenant'],
    [{ preset: 'entra', tenant: TENANT, authority: 'login.microsoftonline.us' }, 'authority'],
    [{ preset: 'okta', org_url: 'http://acme.okta.com' }, 'org_url'],
    [{ preset: 'auth0', tenant_url: 'acme.eu.auth0.com' }, 'tenant_url'],
    [{ preset: 'keycloak', realm_url: 'ftp://x' }, 'realm_url'],
    [{ preset: 'cognito', user_pool_url: 'eu-west-1_abc' }, 'user_pool_url'],
    [{ preset: 'oci_iam', domain_url: 'd.example' }, 'domain_url'],
    [{ preset: 'oidc', issuer: 'http://idp.example' }, 'issuer'],
  ])('#55: reports an invalid value with its key: %j', (provider, field) => {
    expect(
      problemsOf(withIssuer({ provider, client: CLIENT })).map(({ key }) => key),
    ).toStrictEqual([`authorizer_config: issuers.0.provider.${field}`])
  })

  it('accepts a tenant in upper case', () => {
    const { issuer, problems } = build({ preset: 'entra', tenant: TENANT.toUpperCase() })

    expect(problems).toStrictEqual([])
    expect(issuer.rules.issuer).toBe(`https://login.microsoftonline.com/${TENANT}/v2.0`)
  })

  it.each<readonly [ProviderInput, boolean, boolean]>([
    [{ preset: 'entra', tenant: TENANT }, true, true],
    [{ preset: 'entra', tenant: TENANT, token_version: 1 }, true, true],
    [{ preset: 'okta', org_url: OKTA }, true, false],
    [{ preset: 'auth0', tenant_url: AUTH0 }, true, false],
    [{ preset: 'keycloak', realm_url: REALM }, false, false],
    [{ preset: 'oidc', issuer: 'https://idp.example/' }, false, false],
    [{ preset: 'oci_iam', domain_url: 'https://d.example' }, false, false],
  ])('#18: knows what each access token must contain: %j', (provider, clientId, anyScope) => {
    const { issuer } = build(provider, { client: CLIENT })

    expect(issuer.rules.clientIdRequired).toBe(clientId)
    expect(issuer.rules.anyScopeRequired).toBe(anyScope)
  })

  it.each([
    [`https://login.microsoftonline.com/${TENANT}/v2.0`, 'entra'],
    [`https://login.microsoftonline.us/${TENANT}/v2.0`, 'entra'],
    [`https://login.partner.microsoftonline.cn/${TENANT}/v2.0`, 'entra'],
    [`https://sts.windows.net/${TENANT}/`, 'entra'],
    [`https://${TENANT}.ciamlogin.com/${TENANT}/v2.0`, 'entra'],
    [`https://acme.ciamlogin.com/${TENANT}/v2.0`, 'entra'],
    [`https://acme.b2clogin.com/${TENANT}/v2.0/`, 'entra'],
    [`https://acme.b2clogin.com/tfp/${TENANT}/b2c_1_sign_in/v2.0/`, 'entra'],
    ['https://acme.b2clogin.com/acme.onmicrosoft.com/B2C_1_x/v2.0/', 'entra'],
    [`https://login.example.com/${TENANT}/v2.0/`, 'entra'],
    [`https://acme.b2clogin.com.example/${TENANT}/v2.0`, undefined],
    ['https://login.acme.example/oauth2/aus1a2b3c4d5e6f7g8h9', 'okta'],
    [`https://sts.chinacloudapi.cn/${TENANT}/`, 'entra'],
    [`${OKTA}/oauth2/default`, 'okta'],
    ['https://acme.oktapreview.com', 'okta'],
    ['https://acme.okta-emea.com/oauth2/aus1', 'okta'],
    [`${AUTH0}/`, 'auth0'],
    [`https://login.microsoftonline.com.example/${TENANT}/v2.0`, undefined],
    [`https://example.com/login.microsoftonline.com/${TENANT}/v2.0`, undefined],
    ['https://notokta.com/oauth2/default', undefined],
    ['https://acme.okta.com.example/', undefined],
    ['https://auth0.com.example/', undefined],
  ])('#18: is not needed if the issuer’s URL identifies the provider: %s', (issuer, provider) => {
    const plain = { name: 'x', audience: ['api'], issuer, jwks_uri: 'https://idp.example/keys' }
    const built = buildIssuer(v.parse(issuerSchema, plain), () => undefined)

    expect(built.provider).toBe(provider)
    expect(built.rules.clientIdRequired).toBe(provider !== undefined)
    expect(built.rules.anyScopeRequired).toBe(provider === 'entra')
    expect(built.claimNames.scope).toStrictEqual(
      provider === 'entra' ? ['scp', 'roles'] : ['scope', 'scp'],
    )
  })

  it('#18: does not hide the provider: oidc', () => {
    const issuer = `https://login.microsoftonline.com/${TENANT}/v2.0`

    expect(build({ preset: 'oidc', issuer }).issuer).toMatchObject({
      provider: 'entra',
      discovery: { issuer },
      rules: { clientIdRequired: true, anyScopeRequired: true },
    })
  })

  it('relies on the list of allowed clients if there is one', () => {
    const { issuer } = build({ preset: 'entra', tenant: TENANT }, { allowed_clients: ['app-1'] })

    expect(issuer.rules.anyScopeRequired).toBe(false)
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
      'Give a full URL that begins with https://; http is for loopback addresses only.',
    ],
    [
      { preset: 'okta', org_url: 'acme' },
      'org_url',
      'is not a URL',
      'Give a full URL that begins with https://; http is for loopback addresses only.',
    ],
  ])('has a remedy for an invalid value: %j', (provider, field, what, remedy) => {
    expect(problemsOf(withIssuer({ provider }))).toStrictEqual([
      problem(`issuers.0.provider.${field}`, what, remedy),
    ])
  })
})
