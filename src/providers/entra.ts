/** Microsoft Entra ID in all clouds, Entra External ID, and Azure AD B2C. */
import * as v from 'valibot'
import { check, nonEmptyString, url, withoutTrailingSlashes } from '../platform/schema-fields.ts'
import { defineProvider, issuerMistake, type IssuerDefaults } from './provider.ts'

const GUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const WHOLE_GUID = new RegExp(`^${GUID}$`, 'i')
const HAS_GUID = new RegExp(GUID, 'i')

/** Hosts of every cloud; External ID and B2C have a host for each tenant. */
const HOST =
  /^https:\/\/(login\.microsoftonline\.(com|us|de)|login\.(partner\.microsoftonline|chinacloudapi)\.cn|sts\.(windows\.net|chinacloudapi\.cn|microsoftonline\.(us|de))|[^/]+\.(ciamlogin|b2clogin)\.(com|us|cn))(:443)?\//i

/** B2C behind a custom domain keeps the path of the issuer. */
const PATH = new RegExp(`^https://[^/]+/(tfp/)?${GUID}/([^/]+/)?v2\\.0/$`, 'i')

/** Issuers of version 1 tokens. The US Government cloud has the first one, too. */
const VERSION_1_ISSUER =
  /^https:\/\/sts\.(windows\.net|chinacloudapi\.cn|microsoftonline\.(us|de))\//
const VERSION_2_ISSUER = /^https:\/\/.*\/v2\.0\/?$/

/** Microsoft Graph, as an application id and as a URL. */
const GRAPH = /^(https:\/\/graph\.microsoft\.(com|us)\/?|00000003-0000-0000-c000-000000000000)$/i

function isGraph(audience: string): boolean {
  return GRAPH.test(audience)
}

function isUri(value: string): boolean {
  return /^(api|https?):\/\//.test(value)
}

/** A scope as clients request it: the API's client id in front. */
const QUALIFIED = new RegExp(`^${GUID}/|/\\.default$`, 'i')

const SUBJECT = ['oid', 'sub']
const SCOPES = ['scp', 'roles']

export const entra = defineProvider({
  name: 'entra',
  members: {
    tenant: v.pipe(
      nonEmptyString('Directory (tenant) ID, a GUID.'),
      check<string>(
        (tenant) => (WHOLE_GUID.test(tenant) ? undefined : 'is not a GUID'),
        'Give the directory (tenant) ID; `common` and domain names accept too much.',
      ),
    ),
    token_version: v.optional(
      v.pipe(v.picklist([1, 2]), v.description('As in the API’s app registration. Default 2.')),
    ),
    authority: v.optional(
      url(
        'https://login.microsoftonline.us, https://login.partner.microsoftonline.cn, https://<tenant>.ciamlogin.com or https://<tenant>.b2clogin.com. Default https://login.microsoftonline.com.',
      ),
    ),
    policy: v.optional(
      nonEmptyString('B2C: the user flow or custom policy, such as B2C_1_sign_in.'),
    ),
  },
  issuerDefaults: ({ tenant, token_version, authority, policy }) =>
    defaultsOf(
      tenant.toLowerCase(),
      token_version ?? 2,
      withoutTrailingSlashes(authority ?? 'https://login.microsoftonline.com'),
      policy,
    ),
  isIssuer: (issuer) => HOST.test(issuer) || PATH.test(issuer),
  isEndpoint: ({ href }) => HOST.test(href),
  isAudience: isGraph,
  tokens: {
    alwaysNameClient: true,
    // “Applications that expose APIs must implement permission checks” (Microsoft, “OAuth 2.0 client
    // credentials flow”): application permissions are in `roles`, delegated ones in `scp`.
    issuedToEveryClient: true,
    // Guests choose their `email` themselves, and tokens never say that it is verified. A `upn` has a
    // verified domain.
    emailNeedsVerifiedClaim: true,
    administeredClaims: ['upn'],
    claimNames: { scope: SCOPES },
  },
  configurationMistakes: [
    issuerMistake(
      (issuer) => HOST.test(issuer) && !HAS_GUID.test(issuer),
      'does not name the tenant by its ID, as tokens do',
      'Give the issuer with the directory (tenant) ID, a GUID, in place of a domain name or `common`.',
    ),
    issuerMistake(
      (issuer) => VERSION_1_ISSUER.test(issuer) && !issuer.endsWith('/'),
      'has no slash at its end, and the issuer of version 1 tokens has one',
      'Give https://sts.windows.net/<tenant>/.',
    ),
    {
      find: ({ issuer }) =>
        /^https:\/\/login\.microsoftonline\..*\/v2\.0\/$/.test(issuer ?? '') ? 'issuer' : undefined,
      problem: 'ends in a slash, as only that of B2C does',
      remedy: 'Compare it with `iss` in a token.',
    },
    {
      find: ({ urls }) =>
        urls.find(({ field, url }) => field === 'introspection_endpoint' && HOST.test(url.href))
          ?.field,
      problem: 'is at Microsoft Entra, which has no introspection endpoint',
      remedy: 'Verify JWTs: give `issuer` and `jwks_uri`.',
      isBroken: true,
    },
    {
      find: ({ audience }) => (audience.some(isGraph) ? 'audience' : undefined),
      problem: 'is Microsoft Graph, whose tokens nobody else can verify',
      remedy: 'Give the audience of this API’s own registration.',
      isBroken: true,
    },
    {
      find: ({ issuer, audience }) =>
        !VERSION_1_ISSUER.test(issuer ?? '') &&
        audience.length > 0 &&
        audience.every(isUri) &&
        !audience.some(isGraph)
          ? 'audience'
          : undefined,
      problem: 'is an Application ID URI: the `aud` of a version 2 token is the client id',
      remedy: 'Give the API’s Application (client) ID, a GUID.',
      isBroken: true,
    },
    {
      find: ({ requiredScopes }) =>
        requiredScopes.some((scope) => isUri(scope) || QUALIFIED.test(scope))
          ? 'required_scopes'
          : undefined,
      problem: 'has a scope with its audience in front: tokens of Entra hold the short name',
      remedy: 'Give the name alone, such as Orders.Read for api://<client id>/Orders.Read.',
      isBroken: true,
    },
  ],
  explainRefusal: ({ issuer, audience, isOfUnknownIssuer }) => {
    if (issuer === undefined) return undefined
    if (audience.some(isGraph)) return 'entra_graph_token'
    if (isOfUnknownIssuer && VERSION_1_ISSUER.test(issuer)) return 'entra_v1_token'
    return isOfUnknownIssuer && HOST.test(issuer) && VERSION_2_ISSUER.test(issuer)
      ? 'entra_v2_token'
      : undefined
  },
})

function defaultsOf(
  tenant: string,
  version: 1 | 2,
  authority: string,
  policy: string | undefined,
): IssuerDefaults {
  if (version === 1) {
    const host = authority.endsWith('.cn') ? 'sts.chinacloudapi.cn' : 'sts.windows.net'
    return {
      issuer: `https://${host}/${tenant}/`,
      jwksUri: `${authority}/${tenant}/discovery/keys`,
      claimNames: { principal: SUBJECT, clientId: ['appid'], scope: SCOPES },
    }
  }
  const path = policy === undefined ? '' : `/${policy}`
  return {
    issuer: issuerOf(tenant, authority),
    jwksUri: `${authority}/${tenant}${path}/discovery/v2.0/keys`,
    claimNames: { principal: SUBJECT, clientId: ['azp'], scope: SCOPES },
  }
}

/** External ID: the tenant's GUID is in the host, also if the keys are elsewhere. B2C: a slash at the end. */
function issuerOf(tenant: string, authority: string): string {
  const domain = /\.(ciamlogin|b2clogin)\.[a-z]+$/i.exec(authority)
  if (domain?.[1] === 'ciamlogin') return `https://${tenant}${domain[0]}/${tenant}/v2.0`
  return `${authority}/${tenant}/v2.0${domain === null ? '' : '/'}`
}
