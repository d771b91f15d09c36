/** Summarizes a valid configuration: names, URLs and OCIDs, no secrets. */
import type {
  BackendCondition,
  BackendConfig,
  IssuerConfig,
  JwtBearerGrantConfig,
  JwtConfig,
  Settings,
  TokenRules,
} from '../../src/config/model.ts'
import type { ConfigSource } from '../../src/config/read-config.ts'

type Row = readonly [what: string, value: string]

export function summaryOf(source: ConfigSource, settings: Settings): readonly string[] {
  return [
    ...(source.kind === 'given'
      ? [
          ...source.config.issuers.flatMap((each) =>
            block(`issuer ${each.name}`, issuerRows(each)),
          ),
          ...source.config.backends.flatMap((each) =>
            block(`backend ${each.name}`, backendRows(each)),
          ),
        ]
      : [
          `The document is in Vault (${source.secretOcid}) and was not checked: check it as a separate file.`,
        ]),
    ...block('function', settingRows(settings)),
  ]
}

function block(title: string, rows: readonly Row[]): readonly string[] {
  return [title, ...rows.map(([what, value]) => `  ${what.padEnd(16)} ${value}`)]
}

function issuerRows(issuer: IssuerConfig): readonly Row[] {
  const { jwt, introspection, discovery, rules } = issuer
  const keyAccess = jwt?.keys.kind === 'remote' ? jwt.keys.access : undefined
  const client = introspection?.client ?? keyAccess?.client
  return [
    [
      'tokens',
      [...(jwt ? [jwtText(jwt)] : []), ...(introspection ? ['introspection'] : [])].join(', then '),
    ],
    ...row('keys', jwt && keysText(jwt)),
    ...row('introspection', introspection && (introspection.endpoint ?? 'as discovered')),
    ...row('discovery', discovery?.url),
    ...row('client', client && clientText(client)),
    ['audience', rules.audience === 'any' ? 'any (not checked)' : rules.audience.join(' ')],
    ['issuer', rules.issuer ?? 'any (not checked)'],
    ...scopeRows(rules),
    ['clients allowed', rules.allowedClients.join(' ') || 'every client'],
    ...rules.requiredClaims.map(({ name, values }): Row => {
      const allowed = values.map((value) => JSON.stringify(value)).join(' or ')
      return ['claim needed', `${name} = ${allowed}`]
    }),
    ...row(
      'token lifetime',
      rules.maxTokenLifetime === undefined ? undefined : `${rules.maxTokenLifetime} s at most`,
    ),
    ...list('context claims', issuer.contextClaims),
  ]
}

/** A missing rule is shown, too: its key may be misspelt. */
function scopeRows({ requiredScopes, anyScopeRequired }: TokenRules): readonly Row[] {
  const rows = [
    ...list('scopes needed', requiredScopes),
    ...row('scopes needed', anyScopeRequired ? 'any one, or a role' : undefined),
  ]
  return rows.length === 0 ? [['scopes needed', 'none']] : rows
}

function jwtText({ algorithms, type }: JwtConfig): string {
  return `JWT (${algorithms.join(' ')}${type === 'any' ? '' : `, typ ${type}`})`
}

function keysText({ keys }: JwtConfig): string {
  if (keys.kind === 'static') return `${keys.keys.length} in the configuration`
  const access = keys.access === undefined ? '' : ', with a token of our own'
  return `${keys.uri ?? 'as discovered'}${access}`
}

function backendRows({ grant, condition }: BackendConfig): readonly Row[] {
  const common: readonly Row[] = [
    ['for', condition === undefined ? 'every call' : conditionText(condition)],
    ['grant', grant.kind],
  ]
  if (grant.kind === 'basic') return [...common, ['user:password', `secret ${grant.secretOcid}`]]
  return [
    ...common,
    ['token endpoint', new URL(grant.tokenEndpoint).host],
    ['client', `${clientText(grant.client)}, ${grant.client.method}`],
    ...row('scope', grant.scope),
    ...(grant.kind === 'jwt_bearer' ? assertionRows(grant) : []),
  ]
}

function assertionRows(grant: JwtBearerGrantConfig): readonly Row[] {
  return [
    ['user', `claim ${grant.subjectClaim}`],
    ['assertion key', `secret ${grant.assertionKeyOcid ?? grant.client.secretOcid}`],
    ['key id', grant.client.assertion.keyId ?? 'that of the key, if it is a JWK'],
  ]
}

function conditionText(condition: BackendCondition): string {
  return [
    ...list('issuers', condition.issuers ?? []),
    ...list('clients', condition.clients ?? []),
    ...list('scopes', condition.scopes ?? []),
    ...condition.arguments.map(({ name, values }) => [name, values.join(' ')] as const),
  ]
    .map(([what, values]) => `${what}: ${values}`)
    .join('; ')
}

function clientText(client: { readonly clientId: string; readonly secretOcid: string }): string {
  return `${client.clientId}, secret ${client.secretOcid}`
}

function settingRows({ tokenArgument, maxDecision, logLevel }: Settings): readonly Row[] {
  return [
    ['token argument', tokenArgument],
    ['longest permit', `${maxDecision} s`],
    ['log level', logLevel],
  ]
}

function row(what: string, value: string | undefined): readonly Row[] {
  return value === undefined ? [] : [[what, value]]
}

function list(what: string, values: readonly string[]): readonly Row[] {
  return values.length === 0 ? [] : [[what, values.join(' ')]]
}
