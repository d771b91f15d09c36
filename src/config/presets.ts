/**
 * Owns what is known of identity providers beforehand; each of it can be overridden.
 * Pure.
 */
import type { SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import type { ProviderInput } from './document-schema.ts'
import type { ClaimNames, DiscoveryConfig, PresetName } from './model.ts'
import { judgeEndpoint, type Report } from './problems.ts'

export interface ProviderFacts {
  readonly issuer?: string
  readonly jwksUri?: string
  readonly jwksAccess?: 'public' | 'client_credentials'
  /** Where a token for protected keys is had. */
  readonly tokenEndpoint?: string
  readonly introspectionEndpoint?: string
  readonly discovery?: DiscoveryConfig
  readonly algorithms?: readonly SignatureAlgorithm[]
  readonly claimNames?: Partial<ClaimNames>
  /** Its access tokens always name their client, and its ID tokens never do. */
  readonly accessTokensNameClient?: true
  /** Each of its clients gets a token for each API, whether it was granted anything there or not. */
  readonly issuesToEveryClient?: true
}

/** Every identity domain says so, unless its settings give it an issuer of its own. */
export const IDENTITY_DOMAIN_ISSUER = 'https://identity.oraclecloud.com/'

/** Claims of any provider of which nothing else is known. */
export const COMMON_CLAIM_NAMES: ClaimNames = {
  principal: ['sub'],
  clientId: ['client_id', 'azp', 'appid', 'cid'],
  scope: ['scope', 'scp'],
}

/**
 * Providers that are known by the address of their issuer, in whichever form the configuration
 * names it: what their tokens lack does not depend on that.
 */
const ISSUER_ADDRESSES: readonly (readonly [PresetName, RegExp])[] = [
  [
    'entra',
    /^https:\/\/(login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)\/[^/]+\/v2\.0|sts\.(windows\.net|chinacloudapi\.cn)\/[^/]+\/)$/,
  ],
  ['okta', /^https:\/\/[^/]+\.okta(preview|-emea)?\.com(\/|$)/],
  ['auth0', /^https:\/\/[^/]+\.auth0\.com\/$/],
]

/** Whose issuer it is, where its address tells. */
export function providerOf(issuer: string | undefined): PresetName | undefined {
  return ISSUER_ADDRESSES.find(([, address]) => issuer !== undefined && address.test(issuer))?.[0]
}

/** What holds for the access tokens of a provider, however they are verified. */
export function tokenFacts(provider: PresetName | undefined): ProviderFacts {
  switch (provider) {
    case 'entra':
      return {
        accessTokensNameClient: true,
        issuesToEveryClient: true,
        claimNames: { scope: ['scp', 'roles'] },
      }
    case 'okta':
    case 'auth0':
      return { accessTokensNameClient: true }
    case 'oci_iam':
    case 'keycloak':
    case 'oidc':
    case undefined:
      return {}
  }
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** The facts, and the problems with what was given of the provider. */
export function providerFacts(provider: ProviderInput, report: Report): ProviderFacts {
  const url = (field: string, address: string): string => {
    judgeEndpoint(`provider.${field}`, address, report)
    return address.replace(/\/+$/, '')
  }
  switch (provider.preset) {
    case 'oci_iam':
      return identityDomain(url('domain_url', provider.domain_url))
    case 'entra':
      if (!GUID.test(provider.tenant)) {
        report(
          'provider.tenant',
          'is no GUID',
          'Give the directory (tenant) ID; `common` and names accept too much.',
        )
      }
      return entra(provider.tenant.toLowerCase(), provider.token_version ?? 2)
    case 'okta':
      return okta(url('org_url', provider.org_url), provider.authorization_server ?? 'default')
    case 'auth0':
      return auth0(url('tenant_url', provider.tenant_url))
    case 'keycloak':
      return keycloak(url('realm_url', provider.realm_url))
    case 'oidc':
      return openIdConnect(provider.issuer, url('issuer', provider.issuer))
  }
}

/** The discovery document of an identity domain names a foreign issuer: the paths are fixed instead. */
function identityDomain(domain: string): ProviderFacts {
  return {
    issuer: IDENTITY_DOMAIN_ISSUER,
    jwksUri: `${domain}/admin/v1/SigningCert/jwk`,
    jwksAccess: 'client_credentials',
    tokenEndpoint: `${domain}/oauth2/v1/token`,
    introspectionEndpoint: `${domain}/oauth2/v1/introspect`,
    claimNames: { clientId: ['client_id'], scope: ['scope'] },
  }
}

/**
 * Application permissions stand in `roles`, delegated ones in `scp`; `sub` differs by application.
 * A token without either was granted nothing: “Applications that expose APIs must implement
 * permission checks” (Microsoft, “OAuth 2.0 client credentials flow”).
 */
function entra(tenant: string, version: 1 | 2): ProviderFacts {
  const login = `https://login.microsoftonline.com/${tenant}`
  const claimNames = { principal: ['oid', 'sub'], scope: ['scp', 'roles'] }
  return version === 1
    ? {
        issuer: `https://sts.windows.net/${tenant}/`,
        jwksUri: `${login}/discovery/keys`,
        claimNames: { ...claimNames, clientId: ['appid'] },
      }
    : {
        issuer: `${login}/v2.0`,
        jwksUri: `${login}/discovery/v2.0/keys`,
        claimNames: { ...claimNames, clientId: ['azp'] },
      }
}

function okta(organisation: string, server: string): ProviderFacts {
  const issuer = `${organisation}/oauth2/${server}`
  return {
    issuer,
    jwksUri: `${issuer}/v1/keys`,
    introspectionEndpoint: `${issuer}/v1/introspect`,
    claimNames: { clientId: ['cid', 'client_id'], scope: ['scp', 'scope'] },
  }
}

/** The issuer ends in a slash; `azp` and `client_id` are those of its two token profiles. */
function auth0(tenant: string): ProviderFacts {
  return {
    issuer: `${tenant}/`,
    jwksUri: `${tenant}/.well-known/jwks.json`,
    claimNames: { clientId: ['azp', 'client_id'], scope: ['scope', 'permissions'] },
  }
}

function keycloak(realm: string): ProviderFacts {
  return {
    issuer: realm,
    jwksUri: `${realm}/protocol/openid-connect/certs`,
    introspectionEndpoint: `${realm}/protocol/openid-connect/token/introspect`,
    claimNames: { clientId: ['azp', 'client_id'], scope: ['scope'] },
  }
}

function openIdConnect(issuer: string, base: string): ProviderFacts {
  return {
    issuer,
    discovery: { url: `${base}/.well-known/openid-configuration`, issuer },
  }
}
