/** Issuers of one document that accept the same tokens: the less strict one would decide. */
import { IDENTITY_DOMAIN_ISSUER, identityDomainName } from '../../providers/oci-iam.ts'
import type { IssuerConfig } from '../model.ts'
import type { Report } from '../problems.ts'

/** `reporter` returns the report of the entry at a path. */
export function validateIssuers(
  issuers: readonly IssuerConfig[],
  reporter: (path: string) => Report,
): void {
  issuers.forEach((issuer, index) => {
    const report = reporter(`issuers.${index}`)
    for (const earlier of issuers.slice(0, index)) {
      if (earlier.name === issuer.name) report('name', 'is taken', 'Give each issuer its own name.')
      if (sharesTokens(earlier, issuer)) {
        report(
          'audience',
          `overlaps with that of issuer ${earlier.name}, which accepts the same tokens: the less strict one would decide`,
          'Give different audiences, or merge the two issuers.',
        )
      }
    }
  })
}

/**
 * Whether a token may be accepted for both issuers. Without a common audience, none is. Else it depends on
 * the `iss` that they check:
 * - Both check the same one: they share tokens if a key, URL or host is the same, or if their kinds of
 *   sources differ (such as `jwks` and introspection), because both may be of one provider.
 * - Both check that of identity domains: they share tokens if a key, URL or host is the same.
 * - Neither checks one: they share tokens if a URL is the same.
 * - Only one of them checks one: they share tokens if both only introspect, at the same URL, or at the same
 *   host if one endpoint is discovered.
 * - They check different ones: they share no token.
 */
export function sharesTokens(one: IssuerConfig, other: IssuerConfig): boolean {
  if (!haveCommonAudience(one.rules.audience, other.rules.audience)) return false
  const [sources, others] = [sourcesOf(one), sourcesOf(other)]
  const isSameSource = sources.some(({ id }) => others.some((each) => each.id === id))
  const isSameHost = sources.some(
    ({ host }) => host !== undefined && others.some((each) => each.host === host),
  )
  const [issuer, otherIssuer] = [one.rules.issuer, other.rules.issuer]
  if (issuer === otherIssuer) {
    if (issuer === undefined) return isSameSource
    // Identity domains have one issuer in common. Elsewhere, sources of one kind at different hosts
    // are taken for different providers.
    const mayDifferInKind = issuer !== IDENTITY_DOMAIN_ISSUER
    return isSameSource || isSameHost || (mayDifferInKind && kindsOf(sources) !== kindsOf(others))
  }
  const isUncheckedInOne = issuer === undefined || otherIssuer === undefined
  if (!isUncheckedInOne || one.jwt !== undefined || other.jwt !== undefined) return false
  // A discovered endpoint may be the one that the other names.
  const isDiscovered = [one, other].some(
    ({ introspection }) => introspection?.endpoint === undefined,
  )
  return isSameSource || (isDiscovered && isSameHost)
}

type Audience = IssuerConfig['rules']['audience']

export function haveCommonAudience(one: Audience, other: Audience): boolean {
  return one === 'any' || other === 'any' || one.some((audience) => other.includes(audience))
}

/** What decides whether a token is accepted. */
interface Source {
  readonly kind: 'key' | 'keys' | 'endpoint' | 'discovery'
  /** The same for the same source. */
  readonly id: string
  /** Undefined for a key in the configuration. */
  readonly host: string | undefined
}

function sourcesOf({ jwt, introspection, discovery }: IssuerConfig): readonly Source[] {
  return [
    ...(jwt?.keys.kind === 'static'
      ? jwt.keys.keys.map(({ key }): Source => {
          const id = JSON.stringify(key.export({ format: 'jwk' }))
          return { kind: 'key', id, host: undefined }
        })
      : sourceAt('keys', jwt?.keys.uri)),
    ...sourceAt('endpoint', introspection?.endpoint),
    ...sourceAt('discovery', discovery?.url),
  ]
}

function kindsOf(sources: readonly Source[]): string {
  return [...new Set(sources.map(({ kind }) => kind))].sort().join(' ')
}

/** An invalid URL is reported elsewhere. */
function sourceAt(kind: Source['kind'], address: string | undefined): readonly Source[] {
  if (address === undefined || !URL.canParse(address)) return []
  const url = new URL(address)
  const host = identityDomainName(url) ?? url.origin
  return [{ kind, host, id: `${kind} ${host}${url.pathname}${url.search}` }]
}
