/** Values that are valid and probably wrong. Each is a warning: there may be a reason for it. */
import { withoutTrailingSlashes } from '../../platform/schema-fields.ts'
import { findProvider, providerNamed } from '../../providers/index.ts'
import { addressAtDomain, CONSOLE_MISTAKE, isConsole } from '../../providers/oci-iam.ts'
import type { ConfiguredIssuer } from '../../providers/provider.ts'
import { isUserControlled } from '../../providers/user-claims.ts'
import type { IssuerInput } from '../issuer-schema.ts'
import type { BackendConfig, GrantConfig, IssuerConfig } from '../model.ts'
import type { Report } from '../problems.ts'

const BROKEN = { isBroken: true } as const

const DISCOVERY_PATH = /\/\.well-known\/(openid-configuration|oauth-authorization-server)/

/** Other endpoints, and Google’s lists of certificates. */
const NO_KEYS =
  /\/(token|authorize|introspect|userinfo)\/?$|\/x509\/|\/\.well-known\/(openid-|oauth-)/

/** Other endpoints; `tokeninfo` is not RFC 7662. */
const NO_INTROSPECTION =
  /^\/$|\/(token|authorize|userinfo|tokeninfo|certs|keys|jwks(\.json)?)\/?$|\/\.well-known\//

/** `input` is the issuer as it was given. */
export function warnAboutSuspiciousIssuer(
  input: IssuerInput,
  issuer: IssuerConfig,
  warn: Report,
): void {
  warnAboutMistakes(input, issuer, warn)
  const { jwt, introspection, rules } = issuer
  if (rules.issuer !== undefined && DISCOVERY_PATH.test(rules.issuer)) {
    warn(
      fieldOf('issuer', input, rules.issuer),
      'is the address of the discovery document',
      'Give the `issuer` that the document names.',
      BROKEN,
    )
  }
  const keys = jwt?.keys.kind === 'remote' ? jwt.keys.uri : undefined
  if (NO_KEYS.test(urlOf(keys)?.pathname ?? '')) {
    warn(
      'jwks_uri',
      'does not have the path of a JWK Set',
      'Give the `jwks_uri` that the provider’s discovery document names.',
      BROKEN,
    )
  }
  warnAboutAudience(issuer, warn)
  if (NO_INTROSPECTION.test(urlOf(introspection?.endpoint)?.pathname ?? '')) {
    warn(
      'introspection_endpoint',
      'does not have the path of an introspection endpoint',
      `Give that one: ${addressAtDomain('introspection')} at an identity domain.`,
      BROKEN,
    )
  }
  const access = jwt?.keys.kind === 'remote' ? jwt.keys.access : undefined
  warnAboutClientId((introspection ?? access)?.client.clientId, warn)
}

/** Classic mistakes, by provider. A provider counts if the issuer, an endpoint or an audience is its own. */
function warnAboutMistakes(input: IssuerInput, issuer: IssuerConfig, warn: Report): void {
  const { provider, jwt, introspection, discovery, rules } = issuer
  const addresses = [
    ['introspection_endpoint', introspection?.endpoint],
    ['jwks_uri', jwt?.keys.kind === 'remote' ? jwt.keys.uri : undefined],
    ['provider.issuer', discovery?.url],
  ] as const
  const urls = addresses.flatMap(([field, address]) => {
    const url = urlOf(address)
    return url === undefined ? [] : [{ field: fieldOf(field, input, address ?? ''), url }]
  })
  const audience = rules.audience === 'any' ? [] : rules.audience
  const providers = new Set([
    providerNamed(provider),
    ...urls.map(({ url }) => findProvider(({ isEndpoint }) => isEndpoint?.(url))),
    ...audience.map((value) => findProvider(({ isAudience }) => isAudience?.(value))),
  ])
  const { issuer: configuredIssuer, requiredScopes } = rules
  const configured: ConfiguredIssuer = { issuer: configuredIssuer, audience, requiredScopes, urls }
  for (const each of providers) {
    for (const { find, problem, remedy, isBroken } of each?.configurationMistakes ?? []) {
      const field = find(configured)
      if (field !== undefined) warn(field, problem, remedy, isBroken && BROKEN)
    }
  }
}

/** The member of the document from which an address comes: its own, or the provider's URL. */
function fieldOf(own: string, { provider, ...input }: IssuerInput, address: string): string {
  if (Object.hasOwn(input, own)) return own
  const member = Object.entries(provider ?? {}).find(
    ([, value]) => typeof value === 'string' && address.startsWith(withoutTrailingSlashes(value)),
  )
  return member === undefined ? own : `provider.${member[0]}`
}

function urlOf(address: string | undefined): URL | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined
}

function warnAboutAudience({ rules: { audience } }: IssuerConfig, warn: Report): void {
  if (audience === 'any' || !audience.some((each) => /^(\*|any|all|none)$/i.test(each))) return
  warn(
    'audience',
    'is a word that no token has as its audience',
    'Give the audience of this API’s resource server. There are no wildcards.',
    BROKEN,
  )
}

function warnAboutClientId(clientId: string | undefined, warn: Report): void {
  if (clientId?.startsWith('ocid1.') !== true) return
  warn(
    'client.client_id',
    'is an OCID',
    'Give the client id, which the application’s page shows under its OAuth configuration.',
    BROKEN,
  )
}

export function warnAboutSuspiciousBackend(
  { condition, grant }: BackendConfig,
  issuers: readonly IssuerConfig[],
  warn: Report,
): void {
  if (grant.kind === 'basic') return
  const url = urlOf(grant.tokenEndpoint)
  if (url !== undefined && isConsole(url)) {
    warn('token_endpoint', CONSOLE_MISTAKE.problem, CONSOLE_MISTAKE.remedy, BROKEN)
  }
  if (/^\/$|\/(introspect|authorize)\/?$/.test(url?.pathname ?? '')) {
    warn(
      'token_endpoint',
      'does not have the path of a token endpoint',
      `Give that one: ${addressAtDomain('token')} at an identity domain.`,
      BROKEN,
    )
  }
  warnAboutClientId(grant.client.clientId, warn)
  warnAboutScope(grant.scope ?? '', warn)
  if (grant.kind === 'jwt_bearer') {
    warnAboutSubjectClaim(
      grant,
      issuers.filter(({ name }) => condition?.issuers?.includes(name) ?? true),
      warn,
    )
  }
}

function warnAboutScope(scope: string, warn: Report): void {
  const copy = 'Copy the integration’s scope from the application'
  if (/…|\.\.\./.test(scope)) {
    warn('scope', 'has a placeholder', `${copy}, to its last character.`, BROKEN)
  }
  if (/%[0-9a-f]{2}/i.test(scope)) {
    warn('scope', 'is URL-encoded', `${copy}: the function encodes it.`, BROKEN)
  }
  if (scope.startsWith('urn:opc:idm:')) {
    warn(
      'scope',
      'is one of the identity domain, whose tokens OIC does not accept',
      `${copy}.`,
      BROKEN,
    )
  }
  if (/^(:443urn:|urn:opc:resource:consumer::all)/.test(scope)) {
    warn('scope', 'has no host', `${copy}: it begins with https://.`, BROKEN)
  }
}

function warnAboutSubjectClaim(
  grant: Extract<GrantConfig, { readonly kind: 'jwt_bearer' }>,
  issuers: readonly IssuerConfig[],
  warn: Report,
): void {
  const { subjectClaim, acceptsUserControlledClaim } = grant
  const providers = issuers.map(({ provider }) => provider)
  if (acceptsUserControlledClaim || !isUserControlled(subjectClaim, providers)) return
  warn(
    'assertion.subject_claim',
    `is \`${subjectClaim}\`, which users can change at some providers: a user could take the name of another`,
    'Use a claim that only administrators set (`sub` at an identity domain, `upn` at Entra), or set `assertion.user_controlled_claim` to `accept`.',
  )
}
