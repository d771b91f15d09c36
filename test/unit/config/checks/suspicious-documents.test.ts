import { describe, expect, it } from '@jest/globals'
import {
  CLIENT,
  documentOf,
  ISSUER,
  problem,
  warningsOf,
  withBackend,
  withIssuer,
  type Members,
} from '../../support/documents.ts'
import {
  ADMIN,
  administrativeClaim,
  CLIENT_ID,
  CONSOLE,
  DOMAIN,
  ENTRA_TENANT,
  SECRET,
  textsOf,
} from './suspicious-fixture.ts'

function preset(provider: Members, more: Members = {}): Members {
  return withIssuer({ issuer: undefined, jwks_uri: undefined, provider, client: CLIENT, ...more })
}

const ENTRA_PRESET = { preset: 'entra', tenant: ENTRA_TENANT }
const employees = { name: 'employees', audience: ['b'], provider: ENTRA_PRESET }
function asserting(when: Members | undefined, subject_claim: string | undefined): Members {
  const others = { ...ISSUER, name: 'others', audience: ['c'] }
  const assertion = { key_ocid: 'ocid1.vaultsecret.oc1..key', subject_claim }
  return {
    ...withBackend({ when, grant: 'jwt_bearer', assertion }),
    issuers: [employees, others],
    unmatched: 'refuse',
  }
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
      administrativeClaim('assertion.user_controlled_claim'),
    ],
  ])('%s', (_what, document, key, ...expected) => {
    expect(textsOf(warningsOf(document))).toStrictEqual([problem(key, ...expected)])
  })

  it('user and password in a secret of another kind, for both defects', () => {
    const basic = { name: 'oic', grant: 'basic', secret_ocid: 'ocid1.vault.oc1..a' }

    expect(warningsOf(documentOf({ backends: [basic] })).map(({ key }) => key)).toStrictEqual([
      'authorizer_config: backends.0.grant',
      'authorizer_config: backends.0.secret_ocid',
    ])
  })
})

describe('there is no warning', () => {
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
    expect(warningsOf(document)).toStrictEqual([])
  })
})
