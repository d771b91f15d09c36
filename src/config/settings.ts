/** Keys about the whole function, which are flat in either form of the configuration. */
import * as v from 'valibot'
import { seconds } from '../platform/clock.ts'
import { withoutPrototypes } from '../platform/json.ts'
import { LOG_LEVELS } from '../platform/log.ts'
import { strictObject, text, url, wholeSeconds } from '../platform/schema-fields.ts'
import { RATE_LIMIT_TIERS } from '../providers/oci-iam.ts'
import { DEFAULTS, LIMITS } from './defaults.ts'
import { settingsOf } from './flat-form.ts'
import { FLAT_KEYS, type FlatConfiguration } from './flat-keys.ts'
import type { Settings } from './model.ts'
import type { Report } from './problems.ts'
import { problemOfIssue } from './schema-messages.ts'
import { secretOcid } from './secret-ocid.ts'

const settingsSchema = strictObject({
  token_argument: v.optional(text(FLAT_KEYS.token_argument.meaning), DEFAULTS.token_argument),
  max_decision_seconds: wholeSeconds(LIMITS.max_decision, FLAT_KEYS.max_decision_seconds.meaning),
  secret_ttl_seconds: wholeSeconds(LIMITS.secret_ttl, FLAT_KEYS.secret_ttl_seconds.meaning),
  log_level: v.optional(v.picklist(LOG_LEVELS), DEFAULTS.log_level),
  rate_limit_tier: v.optional(v.picklist(RATE_LIMIT_TIERS)),
  vault_secrets_endpoint: v.optional(url(FLAT_KEYS.vault_secrets_endpoint.meaning)),
  authorizer_config: v.optional(v.string()),
  authorizer_config_secret_ocid: v.optional(
    secretOcid(FLAT_KEYS.authorizer_config_secret_ocid.meaning),
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
