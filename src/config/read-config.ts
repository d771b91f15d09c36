/**
 * Owns the way from the function's environment to the configuration: which form it has, and that
 * everything is judged and told at once.
 * Pure.
 */
import { LOG_LEVELS } from '../platform/log.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { DOCUMENT_KEYS, FLAT_KEYS, SETTING_KEYS } from './flat-keys.ts'
import { FlatReader, type FlatConfiguration } from './flat-reader.ts'
import {
  findSuspiciousValues,
  findSuspiciousFlatValues,
  type ConfigForm,
} from './checks/suspicious-values.ts'
import { providerNamed } from '../providers/index.ts'
import {
  RATE_LIMITS_PER_MINUTE,
  type Config,
  type IssuerConfig,
  type RateLimitTier,
  type Settings,
} from './model.ts'
import {
  validateEndpoint,
  validateSecretOcid,
  catchingDefects,
  type ConfigProblem,
} from './problems.ts'
import { readDocument } from './read-document.ts'
import { readFlatConfig } from './read-flat.ts'
import { environmentWarnings } from './checks/environment-warnings.ts'
import { misspeltRules, warnOfUnknownKeys } from './checks/unknown-keys.ts'

/** The configuration, or where in Vault it lies. */
export type ConfigSource =
  | { readonly kind: 'given'; readonly config: Config }
  | { readonly kind: 'secret'; readonly secretOcid: string }

export interface ConfigReading {
  /** Usable even where there are problems: with defaults for what is wrong. */
  readonly settings: Settings
  readonly source: Result<ConfigSource, readonly ConfigProblem[]>
  /** What does not keep the function from working, but ought to be looked at. */
  readonly warnings: readonly ConfigProblem[]
}

export function readConfig(values: FlatConfiguration): ConfigReading {
  const reader = new FlatReader(values)
  const settings = readSettings(reader)
  const source = readSource(reader)
  const isEmpty = values['authorizer_config'] !== undefined && isFlat(values)
  const blank = isFlat(values) ? blankKeys(values) : []
  const problems = [
    ...blank,
    ...reader.problems,
    ...(source.ok ? [] : source.error),
    ...(isFlat(values) ? misspeltRules(values) : []),
  ]
  // Flat keys that are missing would hide that a document was meant.
  if (problems.length > 0 && isEmpty) problems.unshift(EMPTY_DOCUMENT)
  return {
    settings,
    source: problems.length > 0 ? failure(problems) : source,
    warnings: [
      ...(source.ok && source.value.kind === 'given'
        ? warningsAbout(source.value.config, isFlat(values) ? 'flat' : 'document')
        : []),
      ...(source.ok && isEmpty && problems.length === 0 ? [EMPTY_DOCUMENT] : []),
      ...warnOfIdleKeys(values),
      ...warnOfUnknownKeys(values).filter(({ key }) => !problems.some((each) => each.key === key)),
      ...findSuspiciousFlatValues(values),
      ...environmentWarnings(values),
    ],
  }
}

const EMPTY_DOCUMENT: ConfigProblem = {
  key: 'authorizer_config',
  problem: 'is empty',
  remedy: 'Give the document; or remove the key, and the flat keys alone count.',
}

function isFlat(values: FlatConfiguration): boolean {
  return DOCUMENT_KEYS.every((key) => (values[key] ?? '').trim() === '')
}

function readSettings(reader: FlatReader): Settings {
  const vaultSecretsEndpoint = reader.optional('vault_secrets_endpoint')
  validateEndpoint('vault_secrets_endpoint', vaultSecretsEndpoint, reader.report.bind(reader))
  return {
    tokenArgument: reader.optional('token_argument') ?? 'token',
    maxDecision: reader.wholeSeconds('max_decision_seconds'),
    secretTimeToLive: reader.wholeSeconds('secret_ttl_seconds'),
    logLevel: reader.choice('log_level', LOG_LEVELS) ?? 'info',
    vaultSecretsEndpoint,
    rateLimitTier: reader.choice('rate_limit_tier', RATE_LIMIT_TIERS),
  }
}

const RATE_LIMIT_TIERS = Object.keys(RATE_LIMITS_PER_MINUTE) as RateLimitTier[]

function readSource(reader: FlatReader): Result<ConfigSource, readonly ConfigProblem[]> {
  const document = reader.optional('authorizer_config')
  const secretOcid = reader.optional('authorizer_config_secret_ocid')
  if (document === undefined && secretOcid === undefined) {
    return catchingDefects('configuration', () =>
      success({ kind: 'given', config: readFlatConfig(reader) }),
    )
  }
  if (document === undefined) {
    validateSecretOcid(
      'authorizer_config_secret_ocid',
      secretOcid ?? '',
      reader.report.bind(reader),
    )
    return success({ kind: 'secret', secretOcid: secretOcid ?? '' })
  }
  if (secretOcid !== undefined) {
    reader.report(
      'authorizer_config_secret_ocid',
      'stands beside `authorizer_config`',
      'Give the document or its secret, not both.',
    )
  }
  const config = readDocument(document, 'authorizer_config')
  return config.ok ? success({ kind: 'given', config: config.value }) : config
}

/** Rules whose absence lets more tokens in. */
const RULES_NOT_BLANK = ['issuer', 'algorithms', 'required_scopes', 'allowed_clients'] as const

/** Blanks look like a rule and would be none. */
function blankKeys(values: FlatConfiguration): readonly ConfigProblem[] {
  return RULES_NOT_BLANK.filter((key) => /^\s+$/.test(values[key] ?? '')).map((key) => ({
    key,
    problem: 'has only blanks',
    remedy: 'Give a value, or remove the key.',
  }))
}

/** A document takes the place of the flat keys for an issuer and a backend, rules among them. */
function warnOfIdleKeys(values: FlatConfiguration): readonly ConfigProblem[] {
  if (isFlat(values)) return []
  const apart: readonly string[] = [...SETTING_KEYS, ...DOCUMENT_KEYS]
  return Object.keys(FLAT_KEYS)
    .filter((key) => !apart.includes(key) && Object.hasOwn(values, key))
    .map((key) => ({
      key,
      problem: 'has no effect beside a document',
      remedy: 'Move it into the document if it is still needed, and remove the key.',
    }))
}

/** An opaque token does not say who issued it. */
function warnOfSharedOpaqueTokens({ issuers }: Config): readonly ConfigProblem[] {
  const introspecting = issuers.flatMap(({ name, jwt, introspection, discovery }) =>
    jwt === undefined && introspection !== undefined && introspection.opaqueTokens === undefined
      ? [{ name, address: introspection.endpoint ?? discovery?.url }]
      : [],
  )
  if (new Set(introspecting.map(({ address }) => address)).size < 2) return []
  const names = introspecting.map(({ name }) => name).join(', ')
  return [
    {
      key: 'opaque_tokens',
      problem: `is missing for issuers ${names}: each opaque token is shown to one after the other, also to those that did not issue it`,
      remedy: 'Give `opaque_tokens` (prefixes or lengths) for all of them but one.',
    },
  ]
}

function lacksAudience({ preset }: IssuerConfig): boolean {
  return providerNamed(preset)?.tokens?.lackAudience === true
}

/** The warnings of each cold start about a valid configuration. */
export function warningsAbout(
  config: Config,
  form: ConfigForm = 'document',
): readonly ConfigProblem[] {
  return [
    ...config.issuers
      .filter(({ rules }) => rules.audience === 'any')
      // Where tokens have no audience by design, the client stands in for it.
      .filter((issuer) => !(lacksAudience(issuer) && issuer.rules.allowedClients.length > 0))
      .map((issuer) => ({
        key: 'audience',
        problem: `is \`any\` for issuer ${issuer.name}: tokens that were issued for other APIs pass here`,
        remedy: lacksAudience(issuer)
          ? 'Give the clients that may call in `allowed_clients`: tokens of this provider have no `aud`.'
          : 'Give the audience of this API’s resource server.',
      })),
    ...config.issuers
      .filter(({ idleKeys }) => idleKeys.length > 0)
      .map(({ name, idleKeys }) => ({
        key: 'validation',
        problem: `is \`introspection\` for issuer ${name}: it does not use ${idleKeys.join(', ')}`,
        remedy: 'Give `jwt` or `jwt_and_introspection`; or remove these keys.',
      })),
    ...config.backends
      .filter(({ grant }) => grant.kind === 'basic')
      .map(({ name }) => ({
        key: form === 'flat' ? 'back_end_grant' : 'grant',
        problem: `is \`basic\` for backend ${name}: a legacy way, a password that nobody renews`,
        remedy: 'Move to client_credentials as soon as the integration takes OAuth tokens.',
      })),
    ...warnOfSharedOpaqueTokens(config),
    ...findSuspiciousValues(config, form),
  ]
}
