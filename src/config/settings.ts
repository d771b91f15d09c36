/** Keys about the whole function, which are flat in either form of the configuration. */
import * as v from 'valibot'
import { seconds } from '../platform/clock.ts'
import { withoutPrototypes } from '../platform/json.ts'
import { LOG_LEVELS } from '../platform/log.ts'
import {
  choice,
  strictObject,
  nonEmptyString,
  url,
  wholeSeconds,
} from '../platform/schema-fields.ts'
import { RATE_LIMIT_TIERS } from '../providers/oci-iam.ts'
import { DEFAULTS, LIMITS } from './defaults.ts'
import { settingsOf } from './flat-form.ts'
import type { FlatConfiguration } from './flat-keys.ts'
import type { Settings } from './model.ts'
import type { Report } from './problems.ts'
import { problemOfIssue } from './schema-messages.ts'
import { secretOcid } from './secret-ocid.ts'

export const settingsSchema = strictObject({
  token_argument: v.optional(
    nonEmptyString(
      'Name of the argument that holds the token, as in the deployment’s `parameters`.',
    ),
    DEFAULTS.token_argument,
  ),
  max_decision_seconds: wholeSeconds(
    LIMITS.max_decision,
    'Longest time that the gateway may cache a permit: how long a revoked token can still pass.',
  ),
  secret_ttl_seconds: wholeSeconds(
    LIMITS.secret_ttl,
    'How long a Vault secret is used before it is read again.',
  ),
  log_level: v.optional(
    choice(
      LOG_LEVELS,
      'What is logged: every decision with `debug` and `info`; of decisions only faults with `warn` and `error`.',
    ),
    DEFAULTS.log_level,
  ),
  rate_limit_tier: v.optional(
    choice(
      RATE_LIMIT_TIERS,
      'The identity domain’s tier, to log how much of its rate limit this instance uses.',
    ),
  ),
  vault_secrets_endpoint: v.optional(
    url(
      'Origin of Vault’s Secret Retrieval API, for private endpoints and local runs. Default: the region’s.',
    ),
  ),
  authorizer_config: v.optional(
    v.pipe(
      v.string(),
      v.description(
        'The configuration as one JSON document, for several issuers; see below. Replaces the flat keys of issuer and backend.',
      ),
    ),
  ),
  authorizer_config_secret_ocid: v.optional(
    secretOcid('OCID of a Vault secret with that document, if it does not fit into 4 KB.'),
  ),
})

/** With the default for each key that has a problem. */
export function readSettings(values: FlatConfiguration, report: Report): Settings {
  const given = settingsOf(values)
  const { issues = [] } = v.safeParse(settingsSchema, given, { abortPipeEarly: true })
  for (const issue of issues) {
    const { path, problem, remedy } = problemOfIssue(issue)
    report(path, problem, remedy)
  }
  const wrong = issues.map((issue) => v.getDotPath(issue))
  const rest = Object.entries(given).filter(([key]) => !wrong.includes(key))
  const read = v.parse(settingsSchema, withoutPrototypes(Object.fromEntries(rest)))
  return {
    tokenArgument: read.token_argument,
    maxDecision: seconds(read.max_decision_seconds),
    secretTimeToLive: seconds(read.secret_ttl_seconds),
    logLevel: read.log_level,
    vaultSecretsEndpoint: read.vault_secrets_endpoint,
    rateLimitTier: read.rate_limit_tier,
  }
}
