/** Identity domains of OCI IAM, formerly IDCS. */
import * as v from 'valibot'
import { strictObject, url, withoutTrailingSlashes } from './fields.ts'
import { defineProvider, type ConfiguredIssuer, type Mistake } from './provider.ts'

/** The issuer of every identity domain, unless the domain's settings name another. */
export const IDENTITY_DOMAIN_ISSUER = 'https://identity.oraclecloud.com/'

function isIdentityDomain({ hostname }: URL): boolean {
  return /\.identity\.[^.]+\.com$/.test(hostname)
}

export const ociIam = defineProvider({
  preset: 'oci_iam',
  schema: strictObject({
    preset: v.literal('oci_iam'),
    domain_url: url('URL of the identity domain, as on its page in the console.'),
  }),
  // The discovery document names a shared issuer that serves no document: the paths are fixed instead.
  facts: ({ domain_url }) => {
    const domain = withoutTrailingSlashes(domain_url)
    return {
      issuer: IDENTITY_DOMAIN_ISSUER,
      jwksUri: `${domain}/admin/v1/SigningCert/jwk`,
      jwksAccess: 'client_credentials',
      tokenEndpoint: `${domain}/oauth2/v1/token`,
      introspectionEndpoint: `${domain}/oauth2/v1/introspect`,
      claimNames: { clientId: ['client_id'], scope: ['scope'] },
    }
  },
  isIssuer: (issuer) =>
    issuer === IDENTITY_DOMAIN_ISSUER ||
    (URL.canParse(issuer) && isIdentityDomain(new URL(issuer))),
  isEndpoint: (endpoint) => isIdentityDomain(endpoint) || isConsole(endpoint),
  configurationMistakes: (issuer) => [
    ...mistakesInUrls(issuer),
    ...mistakeInIssuer(issuer),
    ...mistakesInScopes(issuer),
  ],
})

export function isConsole({ hostname }: URL): boolean {
  return hostname === 'cloud.oracle.com'
}

export const CONSOLE_MISTAKE = {
  problem: 'is the URL of the console',
  remedy:
    'Give the domain URL, as the domain’s page in the console shows it: https://idcs-….identity.oraclecloud.com.',
  isBroken: true,
} as const

function mistakesInUrls({ urls }: ConfiguredIssuer): readonly Mistake[] {
  const consoleUrl = urls.find(({ url }) => isConsole(url))
  if (consoleUrl !== undefined) return [{ field: consoleUrl.field, ...CONSOLE_MISTAKE }]
  const deeper = urls.find(({ url }) =>
    /.(\/oauth2\/v1\/introspect|\/admin\/v1\/SigningCert\/jwk)$/.test(url.pathname),
  )
  return [
    ...(deeper === undefined
      ? []
      : [
          {
            field: deeper.field,
            problem: 'has a path before the endpoint’s own',
            remedy: 'Give the domain URL as the domain’s page shows it: https:// and the host.',
          },
        ]),
  ]
}

function mistakeInIssuer({ issuer, urls }: ConfiguredIssuer): readonly Mistake[] {
  const isForeign = issuer !== undefined && issuer !== IDENTITY_DOMAIN_ISSUER
  if (!isForeign || !urls.some(({ url }) => isIdentityDomain(url))) return []
  return [
    {
      field: 'issuer',
      problem: 'is not the issuer of identity domains',
      remedy: `Give ${IDENTITY_DOMAIN_ISSUER} with the slash at its end, unless the domain’s settings name another issuer.`,
    },
  ]
}

function mistakesInScopes({ requiredScopes, audience }: ConfiguredIssuer): readonly Mistake[] {
  const isQualified = (scope: string): boolean =>
    /^https?:\/\//.test(scope) ||
    audience.some((each) => /[:/]/.test(each) && each !== scope && scope.startsWith(each))
  if (!requiredScopes.some(isQualified)) return []
  return [
    {
      field: 'required_scopes',
      problem:
        'has a scope with its audience in front: tokens of an identity domain hold the short name',
      remedy:
        'Give the name alone, such as orders:invoke for https://api.example.com/orders:invoke.',
      isBroken: true,
    },
  ]
}
