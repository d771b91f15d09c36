/** What flat keys get a warning for: a table of problems, remedies and the values that have them. */
import type { FlatConfiguration } from '../../../../src/config/flat-keys.ts'
import {
  ADMIN,
  administrativeClaim,
  CLIENT_ID,
  CONSOLE,
  DOMAIN,
  ENTRA_TENANT,
  SECRET,
} from './suspicious-fixture.ts'

export const ENTRA = `https://login.microsoftonline.com/${ENTRA_TENANT}/v2.0`
const KEYCLOAK = 'https://sso.example/realms/shops'
export const COGNITO = 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc'
export const DOMAINS = 'https://identity.oraclecloud.com/'

export const JWT = {
  validation: 'jwt',
  idcs_introspection_endpoint: undefined,
  issuer: 'https://idp.example',
  jwks_uri: 'https://idp.example/keys',
} as const

export const ASSERTING = {
  ...JWT,
  back_end_grant: 'jwt_bearer',
  back_end_assertion_key_ocid: 'ocid1.vaultsecret.oc1..key',
} as const

const USER_CONTROLLED_CLAIMS = [
  ...[ENTRA, JWT.issuer].flatMap((issuer) =>
    ['email', 'preferred_username', 'unique_name', 'name', 'nickname', 'https://a/e-mail'].map(
      (claim) => ({ claim, issuer }),
    ),
  ),
  { claim: 'upn', issuer: JWT.issuer },
]

/** A value alone stands for a configuration in which it is the only suspicious one. */
type Finding = readonly [problem: string, remedy: string, ...given: (string | FlatConfiguration)[]]

/** By the key that the warning names. */
export const FINDINGS: Readonly<Record<string, readonly Finding[]>> = {
  idcs_introspection_endpoint: [
    [
      'does not have the path of an introspection endpoint',
      'Give that one: https://<domain>/oauth2/v1/introspect at an identity domain.',

      'https://idp.example',
      'https://idp.example/',
      'https://idp.example/oauth2/v1/token',
      'https://idp.example/oauth2/v1/token/',
      'https://idp.example/oauth2/v1/authorize',
      'https://idp.example/userinfo',
      'https://idp.example/tokeninfo',
      'https://idp.example/certs',
      'https://idp.example/v1/keys',
      'https://idp.example/.well-known/openid-configuration',
    ],
    ['is the URL of the console', CONSOLE, 'https://cloud.oracle.com/oauth2/v1/introspect'],
    [
      'ends in a slash',
      'Leave the slash out: Oracle’s documentation shows this endpoint without one.',
      `${DOMAIN}/oauth2/v1/introspect/`,
    ],
    [
      'is at Microsoft Entra, which has no introspection endpoint',
      'Verify JWTs: give `issuer` and `jwks_uri`.',
      `${ENTRA}/introspect`,
    ],
  ],
  back_end_token_endpoint: [
    [
      'does not have the path of a token endpoint',
      'Give that one: https://<domain>/oauth2/v1/token at an identity domain.',

      'https://idp.example',
      'https://idp.example/',
      'https://idp.example/oauth2/v1/introspect',
      'https://idp.example/oauth2/v1/authorize',
    ],
    ['is the URL of the console', CONSOLE, 'https://cloud.oracle.com/oauth2/v1/token'],
  ],
  jwks_uri: [
    ['is the URL of the console', CONSOLE, 'https://cloud.oracle.com/admin/v1/SigningCert/jwk'],
    [
      'has `/admin/` in its path, as a page of the administration console',
      ADMIN,
      'https://sso.example/admin/realms/shops/certs',
    ],
    [
      'does not have the path of a JWK Set',
      'Give the `jwks_uri` that the provider’s discovery document names.',

      'https://idp.example/oauth2/token',
      'https://idp.example/introspect',
      'https://idp.example/.well-known/openid-configuration',
      'https://idp.example/v1/x509/a@b',
    ],
  ],
  issuer: [
    [
      'is not the issuer of identity domains',
      'Give https://identity.oraclecloud.com/ with the slash at its end, unless the domain’s settings name another issuer.',
      ...['https://identity.oraclecloud.com', DOMAIN].map((issuer) => ({
        issuer,
        idcs_introspection_endpoint: `${DOMAIN}/oauth2/v1/introspect`,
      })),
      { ...JWT, jwks_uri: `${DOMAIN}:443/admin/v1/SigningCert/jwk` },
    ],
    [
      'is the host of the Okta Admin Console, which issues no tokens',
      'Leave out -admin: https://<organisation>.okta.com.',
      'https://acme-admin.okta.com/oauth2/default',
    ],
    [
      'is the address of the discovery document',
      'Give the `issuer` that the document names.',
      'https://idp.example/.well-known/openid-configuration',
    ],
    [
      'does not name the tenant by its ID, as tokens do',
      'Give the issuer with the directory (tenant) ID, a GUID, in place of a domain name or `common`.',

      'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/organizations/v2.0',
      'https://login.microsoftonline.com/acme.onmicrosoft.com/v2.0',
    ],
    ['ends in a slash, as only that of B2C does', 'Compare it with `iss` in a token.', `${ENTRA}/`],
    [
      'has no slash at its end, and the issuer of version 1 tokens has one',
      'Give https://sts.windows.net/<tenant>/.',
      `https://sts.windows.net/${ENTRA_TENANT}`,
    ],
    [
      'has no slash at its end, and the issuer of Auth0 has one',
      'Give https://<tenant>.<region>.auth0.com/.',
      { ...JWT, issuer: 'https://acme.auth0.com', jwks_uri: 'https://acme.auth0.com/jwks.json' },
    ],
    [
      'ends in a slash, and the issuer of Okta does not',
      'Give https://<organisation>.okta.com/oauth2/<authorization server>.',
      'https://acme.okta.com/oauth2/default/',
    ],
    [
      'is the org authorization server, whose tokens only Okta can validate',
      'Use a custom authorization server: https://<organisation>.okta.com/oauth2/default.',
      'https://acme.okta.com',
    ],
    [
      'ends in a slash, and the issuer of Keycloak does not',
      'Give https://<host>/realms/<realm>.',
      {
        ...JWT,
        issuer: `${KEYCLOAK}/`,
        jwks_uri: `${KEYCLOAK}/protocol/openid-connect/certs`,
      },
    ],
  ],
  audience: [
    [
      'is Microsoft Graph, whose tokens nobody else can verify',
      'Give the audience of this API’s own registration.',

      'https://graph.microsoft.com',
      'api https://graph.microsoft.com/',
      '00000003-0000-0000-C000-000000000000',
    ],
    [
      'is an Application ID URI: the `aud` of a version 2 token is the client id',
      'Give the API’s Application (client) ID, a GUID.',
      { ...JWT, issuer: ENTRA, audience: 'api://orders' },
    ],
    [
      'is a word that no token has as its audience',
      'Give the audience of this API’s resource server. There are no wildcards.',
      '*',
      'ANY',
      'All',
      'none',
    ],
    [
      'is `account`, which Keycloak puts into tokens for any API',
      'Add an audience mapper with a name of this API’s own, and give that.',
      { ...JWT, issuer: KEYCLOAK, audience: 'api account' },
    ],
    [
      'is checked, but access tokens of Amazon Cognito have no `aud` by default',
      'Give `any`, and the app clients that may call in `allowed_clients`.',
      { ...JWT, issuer: COGNITO },
    ],
    [
      'is `any`: tokens that were issued for other APIs are accepted',
      'Give the clients that may call in `allowed_clients`: tokens of this provider have no `aud`.',
      { ...JWT, issuer: COGNITO, audience: 'any' },
    ],
  ],
  required_scopes: [
    [
      'has a scope with its audience in front: tokens of an identity domain hold the short name',
      'Give the name alone, such as orders:invoke for https://api.example.com/orders:invoke.',
      {
        issuer: DOMAINS,
        audience: 'https://api.example.com/',
        required_scopes: 'https://api.example.com/orders:invoke',
      },
    ],
    [
      'has a scope with its audience in front: tokens of Entra hold the short name',
      'Give the name alone, such as Orders.Read for api://<client id>/Orders.Read.',
      ...['api://orders/Orders.Read', '0f0f0f0f-0000-4000-8000-000000000001/Orders.Read'].map(
        (required_scopes) => ({ ...JWT, issuer: ENTRA, required_scopes }),
      ),
    ],
  ],
  idcs_app_client_id: [['is an OCID', CLIENT_ID, 'ocid1.domainapp.oc1..a']],
  back_end_app_client_id: [['is an OCID', CLIENT_ID, 'ocid1.domainapp.oc1..a']],
  idcs_app_client_secret_ocid: [
    ['is an OCID, but not of a Vault secret', SECRET, 'ocid1.vault.oc1..a'],
  ],
  back_end_scope: [
    [
      'has a placeholder',
      'Copy the integration’s scope from the application, to its last character.',

      'https://….ocp.example:443urn:opc:resource:consumer::all',
      'https://...:443urn:opc',
    ],
    [
      'has no host',
      'Copy the integration’s scope from the application: it begins with https://.',
      ':443urn:opc:resource:consumer::all',
      'urn:opc:resource:consumer::all',
    ],
    [
      'is URL-encoded',
      'Copy the integration’s scope from the application: the function encodes it.',
      encodeURIComponent('https://a.ocp.example:443urn:opc:resource'),
    ],
    [
      'is one of the identity domain, whose tokens OIC does not accept',
      'Copy the integration’s scope from the application.',
      'urn:opc:idm:__myscopes__',
    ],
  ],
  back_end_assertion_subject_claim: USER_CONTROLLED_CLAIMS.map(({ claim, issuer }) => [
    `is \`${claim}\`, which users can change at some providers: a user could take the name of another`,
    administrativeClaim('back_end_assertion_user_controlled_claim'),
    { ...ASSERTING, issuer, back_end_assertion_subject_claim: claim },
  ]),
}
