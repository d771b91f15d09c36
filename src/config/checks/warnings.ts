/** Warnings about a valid configuration. Each cold start logs them. */
import { providerNamed } from '../../providers/index.ts'
import type { DocumentInput } from '../document-schema.ts'
import type { IssuerInput } from '../issuer-schema.ts'
import type { BackendConfig, Config, IssuerConfig } from '../model.ts'
import { reportTo, type ConfigForm, type ConfigProblem, type Report } from '../problems.ts'
import { haveCommonAudience } from './overlapping-issuers.ts'
import { warnAboutSuspiciousBackend, warnAboutSuspiciousIssuer } from './suspicious-values.ts'

/** `input` is what the configuration was built from. */
export function warningsAbout(
  { issuers, backends }: DocumentInput,
  config: Config,
  form: ConfigForm,
): readonly ConfigProblem[] {
  const warnings: ConfigProblem[] = []
  const reporter = (entry: string, name: string): Report => {
    const report = reportTo(warnings, form, entry)
    return (field, problem, ...about) => {
      report(field, `${problem}${form.suffix(name)}`, ...about)
    }
  }
  issuers.forEach((input, index) => {
    const issuer = config.issuers[index]
    if (issuer === undefined) return
    const warn = reporter(`issuers.${index}`, `issuer ${issuer.name}`)
    warnAboutAnyAudience(issuer, warn)
    warnAboutIdleMembers(input, issuer, warn)
    warnAboutPastedKeys(config.issuers.slice(0, index), issuer, warn)
    warnAboutSharedOpaqueTokens(config.issuers.slice(0, index), issuer, warn)
    warnAboutSuspiciousIssuer(input, issuer, warn)
    warnAboutForeignOcid('client.client_secret_ocid', input.client?.client_secret_ocid, warn)
  })
  backends.forEach(({ client, assertion, secret_ocid }, index) => {
    const backend = config.backends[index]
    if (backend === undefined) return
    const warn = reporter(`backends.${index}`, `backend ${backend.name}`)
    warnAboutBasic(backend, warn)
    warnAboutSuspiciousBackend(backend, config.issuers, warn)
    warnAboutForeignOcid('client.client_secret_ocid', client?.client_secret_ocid, warn)
    warnAboutForeignOcid('assertion.key_ocid', assertion?.key_ocid, warn)
    warnAboutForeignOcid('secret_ocid', secret_ocid, warn)
  })
  return warnings
}

function warnAboutAnyAudience({ provider, rules }: IssuerConfig, warn: Report): void {
  if (rules.audience !== 'any') return
  const lacksAudience = providerNamed(provider)?.tokens?.haveNoAudience === true
  const hasClients = rules.allowedClients.length > 0
  // For tokens without an audience, the list of clients takes its place.
  if (lacksAudience && hasClients) return
  if (hasClients) {
    warn(
      'audience',
      'is `any`: tokens of `allowed_clients` that were issued for other APIs are accepted',
      'If this provider’s tokens have an `aud`, give the one of this API.',
      { isChoice: true },
    )
    return
  }
  warn(
    'audience',
    'is `any`: tokens that were issued for other APIs are accepted',
    lacksAudience
      ? 'Give the clients that may call in `allowed_clients`: tokens of this provider have no `aud`.'
      : 'Give the audience of this API’s resource server.',
  )
}

/**
 * Keys in the configuration do not say which identity domain published them: it may be the one of the
 * other issuer, and then the less strict of the two decides.
 */
function warnAboutPastedKeys(
  earlier: readonly IssuerConfig[],
  issuer: IssuerConfig,
  warn: Report,
): void {
  const hasPastedKeys = ({ jwt }: IssuerConfig) => jwt?.keys.kind === 'static'
  const other = earlier.find(
    (each) =>
      each.rules.issuer === issuer.rules.issuer &&
      haveCommonAudience(each.rules.audience, issuer.rules.audience) &&
      hasPastedKeys(each) !== hasPastedKeys(issuer),
  )
  if (other === undefined) return
  warn(
    'audience',
    `overlaps with that of issuer ${other.name}, and one of the two has keys in \`jwks\`: if both are of one identity domain, the less strict one decides`,
    'Give different audiences, merge the two issuers, or give `jwks_uri` for both.',
  )
}

const ONLY_FOR_JWTS = ['jwks_uri', 'jwks_access', 'jwks', 'algorithms', 'token_type'] as const

function warnAboutIdleMembers(input: IssuerInput, { jwt }: IssuerConfig, warn: Report): void {
  const idle = ONLY_FOR_JWTS.filter((name) => input[name] !== undefined)
  if (jwt !== undefined || idle.length === 0) return
  warn(
    'validation',
    `is \`introspection\`, which does not use ${idle.join(', ')}`,
    'Give `jwt` or `jwt_and_introspection`; or remove these keys.',
  )
}

/** An opaque token does not name its issuer. */
function warnAboutSharedOpaqueTokens(
  earlier: readonly IssuerConfig[],
  issuer: IssuerConfig,
  warn: Report,
): void {
  const url = urlForOpaqueTokens(issuer)
  const others = earlier.filter((each) => {
    const other = urlForOpaqueTokens(each)
    return other !== undefined && other !== url
  })
  if (url === undefined || others.length === 0) return
  warn(
    'opaque_tokens',
    `is missing here and for ${others.map(({ name }) => name).join(', ')}: each opaque token is sent to one after the other, also to those that did not issue it`,
    'Give `opaque_tokens` (prefixes or lengths) for all of them but one.',
  )
}

/** Where an issuer introspects tokens that may be anything; undefined if it does not. */
function urlForOpaqueTokens({ jwt, introspection, discovery }: IssuerConfig): string | undefined {
  const takesAny = jwt === undefined && introspection?.opaqueTokens === undefined
  return takesAny ? (introspection?.endpoint ?? discovery?.url) : undefined
}

function warnAboutBasic({ grant }: BackendConfig, warn: Report): void {
  if (grant.kind !== 'basic') return
  warn(
    'grant',
    'is `basic`: a legacy method, with a password that nobody rotates',
    'Move to `client_credentials` as soon as the integration accepts OAuth tokens.',
  )
}

export function warnAboutForeignOcid(field: string, ocid: string | undefined, warn: Report): void {
  if (!/^ocid1\.(?!vaultsecret\.)/.test(ocid ?? '')) return
  warn(
    field,
    'is an OCID, but not of a Vault secret',
    'Give the OCID of the secret, ocid1.vaultsecret.…, not of its vault or key.',
  )
}
