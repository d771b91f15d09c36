import { describe, expect, it } from '@jest/globals'
import { diagnose } from '../../../src/caller/diagnosis.ts'
import type { ProviderName } from '../../../src/providers/index.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { issuerConfig, tokenRules } from '../support/issuers.ts'
import { unsignedJwt } from '../support/tokens.ts'

const TENANT = '0f0f0f0f-0000-4000-8000-000000000000'
const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
const OKTA = 'https://acme.okta.com'
const REALM = 'https://sso.example.com/realms/shops'
const V1 = `https://sts.windows.net/${TENANT}/`
const GRAPH = 'https://graph.microsoft.com'

function issuer(provider: ProviderName, iss: string) {
  return issuerConfig({ provider, rules: tokenRules({ issuer: iss }) })
}

const ENTRA_V2 = issuer('entra', V2)
const ENTRA_V1 = issuer('entra', V1)
const OKTA_DEFAULT = issuer('okta', `${OKTA}/oauth2/default`)
const AUTH0 = issuer('auth0', 'https://acme.eu.auth0.com/')
const KEYCLOAK = issuer('keycloak', REALM)
function jwt(claims: object) {
  return readUnverifiedJwt(unsignedJwt(claims))
}

describe('the diagnosis', () => {
  const ISSUER = 'issuer_mismatch'
  const AUDIENCE = 'audience_mismatch'
  const ACCOUNT_ALONE = 'keycloak_account_audience'
  const FOR_ACCOUNT = { iss: REALM, aud: 'account' }
  const FOR_GRAPH = { iss: V2, aud: GRAPH }
  const GRAPH_BY_ID = { iss: V2, aud: '00000003-0000-0000-c000-000000000000' }

  it.each([
    ['a v1 token where v2 is configured', ISSUER, ENTRA_V2, { iss: V1 }, 'entra_v1_token'],
    ['a v2 token where v1 is configured', ISSUER, ENTRA_V1, { iss: V2 }, 'entra_v2_token'],
    [
      'a v2 token of another tenant',
      ISSUER,
      ENTRA_V2,
      { iss: V2.replace('0f', '1f') },
      'entra_v2_token',
    ],
    ['a token for Graph, by its id', AUDIENCE, ENTRA_V2, GRAPH_BY_ID, 'entra_graph_token'],
    [
      'a token for Graph, by its address',
      'signature_invalid',
      ENTRA_V2,
      { iss: V2, aud: `${GRAPH}/` },
      'entra_graph_token',
    ],
    [
      'a token for Graph with an unknown key',
      'key_unknown',
      ENTRA_V2,
      FOR_GRAPH,
      'entra_graph_token',
    ],
    ['a token of Okta’s org server', ISSUER, OKTA_DEFAULT, { iss: OKTA }, 'okta_org_token'],
    ['a token of Keycloak for account alone', AUDIENCE, KEYCLOAK, FOR_ACCOUNT, ACCOUNT_ALONE],
    [
      'the same, when introspected',
      'token_inactive',
      KEYCLOAK,
      { iss: REALM, aud: ['account'] },
      ACCOUNT_ALONE,
    ],
  ] as const)('recognises %s', (_case, reason, configured, claims, expected) => {
    expect(diagnose(reason, [configured], jwt(claims))).toBe(expected)
  })

  it('does not take an opaque token that another issuer introspected for one of Auth0', () => {
    const issuers = [issuer('oci_iam', 'https://identity.oraclecloud.com/'), AUTH0]

    expect(diagnose('audience_mismatch', issuers, undefined)).toBe('audience_mismatch')
    expect(diagnose('issuer_mismatch', issuers, undefined)).toBe('issuer_mismatch')
  })

  it('recognises an opaque token of Auth0, and an encrypted one', () => {
    expect(diagnose('token_opaque', [AUTH0], undefined)).toBe('auth0_opaque_token')
    expect(diagnose('token_encrypted', [AUTH0], undefined)).toBe('auth0_opaque_token')
  })

  it.each([
    ['an opaque token where Auth0 is not configured', 'token_opaque', OKTA_DEFAULT, undefined],
    ['an opaque token that a provider called inactive', 'token_inactive', AUTH0, undefined],
    ['a token of an unknown issuer', ISSUER, ENTRA_V2, { iss: 'https://other.example' }],
    ['another Okta organisation', ISSUER, OKTA_DEFAULT, { iss: 'https://other.okta.com' }],
    [
      'another server of the same organisation',
      ISSUER,
      OKTA_DEFAULT,
      { iss: `${OKTA}/oauth2/aus1` },
    ],
    ['a token without an issuer', ISSUER, OKTA_DEFAULT, {}],
    [
      'a token of Keycloak for account and more',
      AUDIENCE,
      KEYCLOAK,
      { iss: REALM, aud: ['account', 'x'] },
    ],
    ['a token of Keycloak without an audience', AUDIENCE, KEYCLOAK, { iss: REALM }],
    ['a token of Keycloak with a bad signature', 'signature_invalid', KEYCLOAK, FOR_ACCOUNT],
    [
      'a token of another realm of Keycloak for account alone',
      AUDIENCE,
      KEYCLOAK,
      { iss: `${REALM}-2`, aud: 'account' },
    ],
    ['a token for Graph where Entra is not configured', AUDIENCE, OKTA_DEFAULT, FOR_GRAPH],
    [
      'an address in which that of Entra stands',
      ISSUER,
      ENTRA_V1,
      { iss: `https://other.example/?${V2}` },
    ],
    ['an address that begins as Entra’s', ISSUER, ENTRA_V1, { iss: `${V2}/x` }],
    [
      'a token of Okta’s org server where any issuer is accepted',
      AUDIENCE,
      issuerConfig({ provider: 'okta' }),
      { iss: OKTA },
    ],
    ['a v1 token of a configured tenant', AUDIENCE, ENTRA_V1, { iss: V1 }],
    ['a token for Graph that is expired', 'token_expired', ENTRA_V2, { aud: GRAPH }],
  ] as const)('does not change %s', (_case, reason, configured, claims) => {
    expect(diagnose(reason, [configured], claims && jwt(claims))).toBe(reason)
  })

  it.each([
    ['audience_mismatch', { iss: V1, aud: 'x' }],
    ['audience_mismatch', { iss: V2, aud: 'x' }],
  ] as const)('does not change a token that any of several issuers knows: %s', (reason, claims) => {
    expect(diagnose(reason, [ENTRA_V2, ENTRA_V1], jwt(claims))).toBe(reason)
  })

  it('looks at all issuers of a provider', () => {
    const other = issuer('keycloak', 'https://sso.example.com/realms/others')
    const token = jwt(FOR_ACCOUNT)

    expect(diagnose('audience_mismatch', [other, KEYCLOAK], token)).toBe(ACCOUNT_ALONE)
  })

  it('looks at all providers, and each at its own issuers', () => {
    const graph = jwt(FOR_GRAPH)
    const account = jwt({ iss: V2, aud: 'account' })

    expect(diagnose('audience_mismatch', [OKTA_DEFAULT, ENTRA_V2], graph)).toBe('entra_graph_token')
    expect(diagnose('audience_mismatch', [KEYCLOAK, ENTRA_V2], account)).toBe('audience_mismatch')
  })

  it.each([issuer('cognito', OKTA), issuerConfig()])(
    'does not change a reason for a provider without a specific one',
    (configured) => {
      expect(diagnose('issuer_mismatch', [configured], jwt({ iss: V2 }))).toBe('issuer_mismatch')
    },
  )
})
