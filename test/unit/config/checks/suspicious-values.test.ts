import { describe, expect, it } from '@jest/globals'
import type { FlatConfiguration } from '../../../../src/config/flat-keys.ts'
import type { ConfigProblem } from '../../../../src/config/problems.ts'
import { readConfig } from '../../../../src/config/read-config.ts'
import {
  BACKEND,
  CLIENT,
  documentOf,
  withBackend,
  withIssuer,
  type Members,
} from '../../support/documents.ts'
import { MINIMAL } from '../../support/flat-configurations.ts'

function warningsOf(values: FlatConfiguration): readonly ConfigProblem[] {
  const { source, warnings } = readConfig(values)
  if (!source.ok) throw new Error(`refused: ${JSON.stringify(source.error)}`)
  return warnings.map(({ key, problem, remedy }) => ({ key, problem, remedy }))
}
function withFlat(values: FlatConfiguration) {
  return warningsOf({ ...MINIMAL, ...values })
}
function inDocument(document: Members) {
  return warningsOf({ authorizer_config: JSON.stringify(document) })
}

function expectedProblem(key: string, problem: string, remedy: string): ConfigProblem {
  return {
    key,
    problem,
    remedy,
  }
}

const DOMAIN = 'https://idcs-a.identity.oraclecloud.com'
const CONSOLE =
  'Give the domain URL, as the domain’s page in the console shows it: https://idcs-….identity.oraclecloud.com.'
const NO_INTROSPECTION =
  'Give that one: https://<domain>/oauth2/v1/introspect at an identity domain.'
const NO_TOKEN_ENDPOINT = 'Give that one: https://<domain>/oauth2/v1/token at an identity domain.'
const ADMIN = 'Give the URL that tokens name as issuer, such as https://<host>/realms/<realm>.'
const WHOLE_SCOPE = 'Copy the integration’s scope from the application, to its last character.'
const FROM_HTTPS = 'Copy the integration’s scope from the application: it begins with https://.'
const CLIENT_ID =
  'Give the client id, which the application’s page shows under its OAuth configuration.'
const ISSUER_OF_DOMAINS =
  'Give https://identity.oraclecloud.com/ with the slash at its end, unless the domain’s settings name another issuer.'
const GRAPH = 'Give the audience of this API’s own registration.'
const SECRET = 'Give the OCID of the secret, ocid1.vaultsecret.…, not of its vault or key.'
const CLAIM =
  'Use a claim that only administrators set (`sub` at an identity domain, `upn` at Entra), or set `assertion.user_controlled_claim` to `accept`.'
const FLAT_CLAIM = CLAIM.replace(
  'assertion.user_controlled_claim',
  'back_end_assertion_user_controlled_claim',
)
const ENTRA = 'https://login.microsoftonline.com/0f0f0f0f-0000-4000-8000-000000000000/v2.0'

const CERTS = 'https://sso.example/realms/shops/protocol/openid-connect/certs'

const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'

const JWT = {
  validation: 'jwt',
  idcs_introspection_endpoint: undefined,
  issuer: 'https://idp.example',
  jwks_uri: 'https://idp.example/keys',
} as const

const ASSERTING = {
  back_end_grant: 'jwt_bearer',
  back_end_assertion_key_ocid: 'ocid1.vaultsecret.oc1..key',
} as const

describe('a flat key gets a warning', () => {
  it.each<readonly [FlatConfiguration, string, string, string]>([
    ...['', '/', '/oauth2/v1/token', '/oauth2/v1/token/', '/oauth2/v1/authorize'].map(
      (path) =>
        [
          { idcs_introspection_endpoint: `https://idp.example${path}` },
          'idcs_introspection_endpoint',
          'does not have the path of an introspection endpoint',
          NO_INTROSPECTION,
        ] as const,
    ),
    ...['', '/', '/oauth2/v1/introspect', '/oauth2/v1/authorize'].map(
      (path) =>
        [
          { back_end_token_endpoint: `https://idp.example${path}` },
          'back_end_token_endpoint',
          'does not have the path of a token endpoint',
          NO_TOKEN_ENDPOINT,
        ] as const,
    ),
    [
      { idcs_introspection_endpoint: 'https://cloud.oracle.com/oauth2/v1/introspect' },
      'idcs_introspection_endpoint',
      'is the URL of the console',
      CONSOLE,
    ],
    [
      { ...JWT, jwks_uri: 'https://cloud.oracle.com/admin/v1/SigningCert/jwk' },
      'jwks_uri',
      'is the URL of the console',
      CONSOLE,
    ],
    [
      { back_end_token_endpoint: 'https://cloud.oracle.com/oauth2/v1/token' },
      'back_end_token_endpoint',
      'is the URL of the console',
      CONSOLE,
    ],
    [
      { ...JWT, jwks_uri: 'https://sso.example/admin/realms/shops/certs' },
      'jwks_uri',
      'has `/admin/` in its path, as a page of the administration console',
      ADMIN,
    ],
    ...['https://identity.oraclecloud.com', DOMAIN].map(
      (issuer) =>
        [
          { issuer, idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect` },
          'issuer',
          'is not the issuer of identity domains',
          ISSUER_OF_DOMAINS,
        ] as const,
    ),
    [
      { ...JWT, jwks_uri: `${DOMAIN}:443/admin/v1/SigningCert/jwk` },
      'issuer',
      'is not the issuer of identity domains',
      ISSUER_OF_DOMAINS,
    ],
    ...[
      'https://graph.microsoft.com',
      'api https://graph.microsoft.com/',
      '00000003-0000-0000-C000-000000000000',
    ].map(
      (audience) =>
        [
          { audience },
          'audience',
          'is Microsoft Graph, whose tokens nobody else can verify',
          GRAPH,
        ] as const,
    ),
    [
      { idcs_app_client_id: 'ocid1.domainapp.oc1..a' },
      'idcs_app_client_id',
      'is an OCID',
      CLIENT_ID,
    ],
    [
      { back_end_app_client_id: 'ocid1.domainapp.oc1..a' },
      'back_end_app_client_id',
      'is an OCID',
      CLIENT_ID,
    ],
    ...['https://….ocp.example:443urn:opc:resource:consumer::all', 'https://...:443urn:opc'].map(
      (back_end_scope) =>
        [{ back_end_scope }, 'back_end_scope', 'has a placeholder', WHOLE_SCOPE] as const,
    ),
    ...[':443urn:opc:resource:consumer::all', 'urn:opc:resource:consumer::all'].map(
      (back_end_scope) =>
        [{ back_end_scope }, 'back_end_scope', 'has no host', FROM_HTTPS] as const,
    ),
    ...[ENTRA, JWT.issuer].flatMap((issuer) =>
      ['email', 'preferred_username', 'unique_name', 'name', 'nickname', 'https://a/e-mail'].map(
        (claim) =>
          [
            { ...JWT, ...ASSERTING, issuer, back_end_assertion_subject_claim: claim },
            'back_end_assertion_subject_claim',
            `is \`${claim}\`, which users can change at some providers: a user could take the name of another`,
            FLAT_CLAIM,
          ] as const,
      ),
    ),
    [
      { ...JWT, ...ASSERTING, back_end_assertion_subject_claim: 'upn' },
      'back_end_assertion_subject_claim',
      'is `upn`, which users can change at some providers: a user could take the name of another',
      FLAT_CLAIM,
    ],
    [
      {
        issuer: 'https://identity.oraclecloud.com/',
        audience: 'https://api.example.com/',
        required_scopes: 'https://api.example.com/orders:invoke',
      },
      'required_scopes',
      'has a scope with its audience in front: tokens of an identity domain hold the short name',
      'Give the name alone, such as orders:invoke for https://api.example.com/orders:invoke.',
    ],
    ...['api://orders/Orders.Read', '0f0f0f0f-0000-4000-8000-000000000001/Orders.Read'].map(
      (required_scopes) =>
        [
          { ...JWT, issuer: ENTRA, required_scopes },
          'required_scopes',
          'has a scope with its audience in front: tokens of Entra hold the short name',
          'Give the name alone, such as Orders.Read for api://<client id>/Orders.Read.',
        ] as const,
    ),
    [
      { ...JWT, issuer: ENTRA, audience: 'api://orders' },
      'audience',
      'is an Application ID URI: the `aud` of a version 2 token is the client id',
      'Give the API’s Application (client) ID, a GUID.',
    ],
    [
      { ...JWT, issuer: 'https://acme-admin.okta.com/oauth2/default' },
      'issuer',
      'is the host of the Okta Admin Console, which issues no tokens',
      'Leave out -admin: https://<organisation>.okta.com.',
    ],
    ...[
      ['userinfo', 'tokeninfo', 'certs', 'v1/keys', '.well-known/openid-configuration'].map(
        (path) =>
          [
            { idcs_introspection_endpoint: `https://idp.example/${path}` },
            'idcs_introspection_endpoint',
            'does not have the path of an introspection endpoint',
            NO_INTROSPECTION,
          ] as const,
      ),
      ['oauth2/token', 'introspect', '.well-known/openid-configuration', 'v1/x509/a@b'].map(
        (path) =>
          [
            { ...JWT, jwks_uri: `https://idp.example/${path}` },
            'jwks_uri',
            'does not have the path of a JWK Set',
            'Give the `jwks_uri` that the provider’s discovery document names.',
          ] as const,
      ),
      ['*', 'ANY', 'All', 'none'].map(
        (audience) =>
          [
            { audience },
            'audience',
            'is a word that no token has as its audience',
            'Give the audience of this API’s resource server. There are no wildcards.',
          ] as const,
      ),
    ].flat(),
    [
      { ...JWT, issuer: 'https://idp.example/.well-known/openid-configuration' },
      'issuer',
      'is the address of the discovery document',
      'Give the `issuer` that the document names.',
    ],
    [
      { idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect/` },
      'idcs_introspection_endpoint',
      'ends in a slash',
      'Leave the slash out: no document shows this endpoint with one.',
    ],
    ...['common', 'organizations', 'acme.onmicrosoft.com'].map(
      (tenant) =>
        [
          { ...JWT, issuer: `https://login.microsoftonline.com/${tenant}/v2.0` },
          'issuer',
          'does not name the tenant by its ID, as tokens do',
          'Give the issuer with the directory (tenant) ID, a GUID, in place of a domain name or `common`.',
        ] as const,
    ),
    [
      { ...JWT, issuer: `${ENTRA}/` },
      'issuer',
      'ends in a slash, as only that of B2C does',
      'Compare it with `iss` in a token.',
    ],
    [
      { ...JWT, issuer: 'https://sts.windows.net/0f0f0f0f-0000-4000-8000-000000000000' },
      'issuer',
      'has no slash at its end, and the issuer of version 1 tokens has one',
      'Give https://sts.windows.net/<tenant>/.',
    ],
    [
      { idcs_introspection_endpoint: `${ENTRA}/introspect` },
      'idcs_introspection_endpoint',
      'is at Microsoft Entra, which has no introspection endpoint',
      'Verify JWTs: give `issuer` and `jwks_uri`.',
    ],
    [
      { ...JWT, issuer: 'https://acme.auth0.com', jwks_uri: 'https://acme.auth0.com/jwks.json' },
      'issuer',
      'has no slash at its end, and the issuer of Auth0 has one',
      'Give https://<tenant>.<region>.auth0.com/.',
    ],
    [
      { ...JWT, issuer: 'https://acme.okta.com/oauth2/default/' },
      'issuer',
      'ends in a slash, and the issuer of Okta does not',
      'Give https://<organisation>.okta.com/oauth2/<authorization server>.',
    ],
    [
      { ...JWT, issuer: 'https://acme.okta.com' },
      'issuer',
      'is the org authorization server, whose tokens only Okta can validate',
      'Use a custom authorization server: https://<organisation>.okta.com/oauth2/default.',
    ],
    [
      { ...JWT, issuer: 'https://sso.example/realms/shops/', jwks_uri: CERTS },
      'issuer',
      'ends in a slash, and the issuer of Keycloak does not',
      'Give https://<host>/realms/<realm>.',
    ],
    [
      { ...JWT, issuer: 'https://sso.example/realms/shops', audience: 'api account' },
      'audience',
      'is `account`, which Keycloak puts into tokens for any API',
      'Add an audience mapper with a name of this API’s own, and give that.',
    ],
    [
      { back_end_scope: encodeURIComponent('https://a.ocp.example:443urn:opc:resource') },
      'back_end_scope',
      'is URL-encoded',
      'Copy the integration’s scope from the application: the function encodes it.',
    ],
    [
      { back_end_scope: 'urn:opc:idm:__myscopes__' },
      'back_end_scope',
      'is one of the identity domain, whose tokens OIC does not accept',
      'Copy the integration’s scope from the application.',
    ],
    [
      { ...JWT, issuer: COGNITO },
      'audience',
      'is required, and access tokens of Amazon Cognito have no `aud` by default',
      'Give `any`, and the app clients that may call in `allowed_clients`.',
    ],
    [
      { ...JWT, issuer: COGNITO, audience: 'any' },
      'audience',
      'is `any`: tokens that were issued for other APIs are accepted',
      'Give the clients that may call in `allowed_clients`: tokens of this provider have no `aud`.',
    ],
    [
      { idcs_app_client_secret_ocid: 'ocid1.vault.oc1..a' },
      'idcs_app_client_secret_ocid',
      'is an OCID, but not of a Vault secret',
      SECRET,
    ],
  ])('%j', (values, key, problem, remedy) => {
    expect(withFlat(values)).toStrictEqual([expectedProblem(key, problem, remedy)])
  })
})

it.each([`${COGNITO}/`, 'https://acme.auth.eu-west-1.amazoncognito.com'])(
  'an issuer of Amazon Cognito that no token has gets a warning: %s',
  (issuer) => {
    const jwks_uri = `${issuer}/.well-known/jwks.json`
    expect(withFlat({ ...JWT, issuer, jwks_uri })).toContainEqual(
      expectedProblem(
        'issuer',
        'is not the issuer of a user pool',
        'Give https://cognito-idp.<region>.amazonaws.com/<user pool id>, without a slash at its end.',
      ),
    )
  },
)

function preset(provider: Members, more: Members = {}): Members {
  return withIssuer({ issuer: undefined, jwks_uri: undefined, provider, client: CLIENT, ...more })
}

const ENTRA_PRESET = { preset: 'entra', tenant: '0f0f0f0f-0000-4000-8000-000000000000' }
const employees = { name: 'employees', audience: ['b'], provider: ENTRA_PRESET }
function asserting(when: Members | undefined, subject_claim: string | undefined): Members {
  return documentOf({
    issuers: [
      employees,
      {
        name: 'others',
        audience: ['c'],
        issuer: 'https://o.example',
        jwks_uri: 'https://o.example/k',
      },
    ],
    backends: [
      {
        ...BACKEND,
        when,
        grant: 'jwt_bearer',
        assertion: { key_ocid: 'ocid1.vaultsecret.oc1..key', subject_claim },
      },
    ],
    unmatched: 'refuse',
  })
}

describe('a document gets a warning', () => {
  it.each<readonly [string, Members, string, string, string]>([
    [
      'a domain’s address with a path',
      preset({ preset: 'oci_iam', domain_url: `${DOMAIN}/ui/v1/adminconsole` }),
      'issuers.0.provider.domain_url',
      'has a path before the endpoint’s own (issuer callers)',
      'Give the domain URL as the domain’s page shows it: https:// and the host.',
    ],
    [
      'a domain’s address with a path, for JWTs',
      preset({ preset: 'oci_iam', domain_url: `${DOMAIN}/x/` }, { validation: 'jwt' }),
      'issuers.0.provider.domain_url',
      'has a path before the endpoint’s own (issuer callers)',
      'Give the domain URL as the domain’s page shows it: https:// and the host.',
    ],
    [
      'the console’s address',
      preset({ preset: 'oci_iam', domain_url: 'https://cloud.oracle.com/identity/domains/x' }),
      'issuers.0.provider.domain_url',
      'is the URL of the console (issuer callers)',
      CONSOLE,
    ],
    [
      'the address by which a realm is administered',
      preset(
        { preset: 'keycloak', realm_url: 'https://sso.example/admin/realms/shops' },
        { validation: 'jwt_and_introspection' },
      ),
      'issuers.0.provider.realm_url',
      'has `/admin/` in its path, as a page of the administration console (issuer callers)',
      ADMIN,
    ],
    [
      'discovery where a realm is administered',
      preset({ preset: 'oidc', issuer: 'https://sso.example/admin/realms/shops' }),
      'issuers.0.provider.issuer',
      'has `/admin/` in its path, as a page of the administration console (issuer callers)',
      ADMIN,
    ],
    [
      'an organisation’s address with an authorization server',
      preset({ preset: 'okta', org_url: 'https://acme.okta.com/oauth2/default' }),
      'issuers.0.provider.org_url',
      'has the path of an authorization server (issuer callers)',
      'Give https://<organisation>.okta.com, and the server’s id as `authorization_server`.',
    ],
    [
      'a discovery document as issuer',
      preset({ preset: 'oidc', issuer: 'https://sso.example/.well-known/openid-configuration' }),
      'issuers.0.provider.issuer',
      'is the address of the discovery document (issuer callers)',
      'Give the `issuer` that the document names.',
    ],
    [
      'the client id of protected keys that is an OCID',
      withIssuer({
        jwks_access: 'client_credentials',
        client: { ...CLIENT, client_id: 'ocid1.domainapp.oc1..a' },
      }),
      'issuers.0.client.client_id',
      'is an OCID (issuer callers)',
      CLIENT_ID,
    ],
    [
      'a client’s secret of another kind',
      withBackend({ client: { client_id: 'a', client_secret_ocid: 'ocid1.key.oc1..a' } }),
      'backends.0.client.client_secret_ocid',
      'is an OCID, but not of a Vault secret (backend oic)',
      SECRET,
    ],
    [
      'a key for assertions of another kind',
      withBackend({ grant: 'jwt_bearer', assertion: { key_ocid: 'ocid1.key.oc1..a' } }),
      'backends.0.assertion.key_ocid',
      'is an OCID, but not of a Vault secret (backend oic)',
      SECRET,
    ],
    [
      'a claim that users can change',
      asserting({ issuers: ['others', 'employees'] }, 'email'),
      'backends.0.assertion.subject_claim',
      'is `email`, which users can change at some providers: a user could take the name of another (backend oic)',
      CLAIM,
    ],
  ])('%s', (_what, document, key, problem, remedy) => {
    expect(inDocument(document)).toStrictEqual([
      expectedProblem(`authorizer_config: ${key}`, problem, remedy),
    ])
  })

  it('user and password in a secret of another kind, for both defects', () => {
    const basic = { name: 'oic', grant: 'basic', secret_ocid: 'ocid1.vault.oc1..a' }

    expect(inDocument(documentOf({ backends: [basic] })).map(({ key }) => key)).toStrictEqual([
      'authorizer_config: backends.0.grant',
      'authorizer_config: backends.0.secret_ocid',
    ])
  })
})

describe('there is no warning', () => {
  it.each<readonly [FlatConfiguration]>([
    [{ idcs_introspection_endpoint: 'https://idp.example/token/introspect' }],
    [{ idcs_introspection_endpoint: 'https://idp.example/introspect?token' }],
    [{ idcs_introspection_endpoint: 'https://idp.example/my-token' }],
    [{ back_end_token_endpoint: 'https://idp.example/introspect/token' }],
    [{ idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect` }],
    [
      {
        issuer: 'https://identity.oraclecloud.com/',
        idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect`,
      },
    ],
    [{ ...JWT, jwks_uri: 'https://idp.example/x/admin/v1/SigningCert/jwk' }],
    [{ ...JWT, jwks_uri: 'https://identity.oraclecloud.com.example/keys' }],
    [{ audience: 'any-graph https://graph.microsoft.com.example/' }],
    [{ idcs_app_client_id: 'my-ocid1.a' }],
    [{ back_end_scope: 'https://a..example:443urn:opc:resource:consumer::all' }],
    [{ ...JWT, ...ASSERTING, issuer: ENTRA, back_end_assertion_subject_claim: 'upn' }],
    [{ ...JWT, ...ASSERTING, issuer: ENTRA }],
    [{ ...JWT, ...ASSERTING, back_end_assertion_subject_claim: 'employee_number' }],
    [
      {
        ...JWT,
        ...ASSERTING,
        back_end_assertion_subject_claim: 'email',
        back_end_assertion_user_controlled_claim: 'accept',
      },
    ],
  ])('for a flat key: %j', (values) => {
    expect(withFlat(values)).toStrictEqual([])
  })

  it.each<readonly [string, Members]>([
    ['a domain’s address', preset({ preset: 'oci_iam', domain_url: `${DOMAIN}:443/` })],
    [
      'a domain’s address, for JWTs',
      preset({ preset: 'oci_iam', domain_url: DOMAIN }, { validation: 'jwt' }),
    ],
    [
      'a realm’s address',
      preset({ preset: 'keycloak', realm_url: 'https://sso.example/realms/a' }),
    ],
    ['a claim that users cannot change', asserting({ issuers: ['others'] }, 'employee_id')],
    ['no claim', asserting({ issuers: ['employees'] }, undefined)],
  ])('for a document: %s', (_what, document) => {
    expect(inDocument(document)).toStrictEqual([])
  })
})
