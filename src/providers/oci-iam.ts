/** Identity domains of OCI IAM, formerly IDCS. */
import { url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider } from './provider.ts'

/** The issuer of every identity domain, unless the domain's settings name another. */
export const IDENTITY_DOMAIN_ISSUER = 'https://identity.oraclecloud.com/'

export const IDENTITY_DOMAIN_PATHS = {
  token: '/oauth2/v1/token',
  introspection: '/oauth2/v1/introspect',
  keys: '/admin/v1/SigningCert/jwk',
} as const

/** For texts: what an endpoint of an identity domain looks like. */
export function addressAtDomain(endpoint: keyof typeof IDENTITY_DOMAIN_PATHS): string {
  return `https://<domain>${IDENTITY_DOMAIN_PATHS[endpoint]}`
}

/** Requests a minute to `/token`, `/introspect`, `/revoke` and `/device` (Oracle, “API Rate Limits”). */
export const RATE_LIMITS_PER_MINUTE = {
  free: 150,
  oracle_apps: 1_000,
  oracle_apps_premium: 1_700,
  premium: 3_400,
  external_user: 2_300,
} as const satisfies Record<string, number>

export type RateLimitTier = keyof typeof RATE_LIMITS_PER_MINUTE

export const RATE_LIMIT_TIERS = Object.keys(RATE_LIMITS_PER_MINUTE) as RateLimitTier[]

const HOST = /^([^.]+)\.(.+\.)?identity\.[^.]+\.com$/

function isIdentityDomain({ hostname }: URL): boolean {
  return HOST.test(hostname)
}

/** What the two host names of a domain, with its region and without, have in common. */
export function identityDomainName({ hostname }: URL): string | undefined {
  const name = HOST.exec(hostname)?.[1]
  return name?.startsWith('idcs-') === true ? name : undefined
}

export function isConsole({ hostname }: URL): boolean {
  return hostname === 'cloud.oracle.com'
}

function hasDeeperPath({ pathname }: URL): boolean {
  const { introspection, keys } = IDENTITY_DOMAIN_PATHS
  return [introspection, keys].some((path) => pathname.endsWith(path) && pathname !== path)
}

export const CONSOLE_MISTAKE = {
  problem: 'is the URL of the console',
  remedy:
    'Give the domain URL, as the domain’s page in the console shows it: https://idcs-….identity.oraclecloud.com.',
  isBroken: true,
} as const

export const ociIam = defineProvider({
  name: 'oci_iam',
  members: { domain_url: url('URL of the identity domain, as on its page in the console.') },
  // A domain's discovery document names the issuer that all domains share, at whose address there is no
  // such document. So the paths are fixed here.
  issuerDefaults: ({ domain_url }) => {
    const domain = withoutTrailingSlashes(domain_url)
    return {
      issuer: IDENTITY_DOMAIN_ISSUER,
      jwksUri: domain + IDENTITY_DOMAIN_PATHS.keys,
      jwksAccess: 'client_credentials',
      tokenEndpoint: domain + IDENTITY_DOMAIN_PATHS.token,
      introspectionEndpoint: domain + IDENTITY_DOMAIN_PATHS.introspection,
      claimNames: { clientId: ['client_id'], scope: ['scope'] },
    }
  },
  isIssuer: (issuer) =>
    issuer === IDENTITY_DOMAIN_ISSUER ||
    (URL.canParse(issuer) && isIdentityDomain(new URL(issuer))),
  isEndpoint: (endpoint) => isIdentityDomain(endpoint) || isConsole(endpoint),
  configurationMistakes: [
    { find: ({ urls }) => urls.find(({ url }) => isConsole(url))?.field, ...CONSOLE_MISTAKE },
    {
      find: ({ urls }) => urls.find(({ url }) => !isConsole(url) && hasDeeperPath(url))?.field,
      problem: 'has a path before the endpoint’s own',
      remedy: 'Give the domain URL as the domain’s page shows it: https:// and the host.',
    },
    {
      find: ({ urls }) =>
        urls.find(({ url }) => isIdentityDomain(url) && /[^/]\/$/.test(url.pathname))?.field,
      problem: 'ends in a slash',
      remedy: 'Leave the slash out: Oracle’s documentation shows this endpoint without one.',
    },
    {
      find: ({ issuer, urls }) =>
        issuer !== undefined &&
        issuer !== IDENTITY_DOMAIN_ISSUER &&
        urls.some(({ url }) => isIdentityDomain(url))
          ? 'issuer'
          : undefined,
      problem: 'is not the issuer of identity domains',
      remedy: `Give ${IDENTITY_DOMAIN_ISSUER} with the slash at its end, unless the domain’s settings name another issuer.`,
    },
    {
      find: ({ requiredScopes, audience }) => {
        const isQualified = (scope: string): boolean =>
          /^https?:\/\//.test(scope) ||
          audience.some((each) => /[:/]/.test(each) && each !== scope && scope.startsWith(each))
        return requiredScopes.some(isQualified) ? 'required_scopes' : undefined
      },
      problem:
        'has a scope with its audience in front: tokens of an identity domain hold the short name',
      remedy:
        'Give the name alone, such as orders:invoke for https://api.example.com/orders:invoke.',
      isBroken: true,
    },
  ],
})
