/**
 * Owns the authorizer's coming into being from its configuration: at once where that is given, at
 * the first call where it lies in Vault, and anew when it has changed there.
 * I/O: the log that it is given; Vault through the secret store.
 */
import type { Authorize } from '../authorizer.ts'
import { compose } from './compose.ts'
import type { Ports } from './ports.ts'
import type { Config, Settings } from '../config/model.ts'
import type { ConfigProblem } from '../config/problems.ts'
import { warningsAbout, type ConfigReading } from '../config/read-config.ts'
import { readDocument } from '../config/read-document.ts'
import { fault, type Fault } from '../decision.ts'
import { deadlineWithin, isWithin, numericDate, seconds } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Redacted } from '../platform/redacted.ts'
import { WARNING_REASONS } from '../reasons.ts'

/** The keys are told with each call: who looks at the log later finds no line of the cold start. */
function configInvalid(problems: readonly ConfigProblem[]): Authorize {
  const detail = [...new Set(problems.map(({ key }) => key))].join(', ')
  return () => Promise.resolve(fault('config_invalid', { detail }))
}

/** With a broken configuration the function works all the same: its log is where to look. */
export function createConfiguredAuthorizer(
  { source, warnings, settings }: ConfigReading,
  ports: Ports,
  log: Log,
): Authorize {
  tellWarnings(warnings, log)
  if (!source.ok) {
    tellProblems(source.error, log)
    return configInvalid(source.error)
  }
  if (source.value.kind === 'secret') {
    return authorizerFromSecret(source.value.secretOcid, settings, ports, log)
  }
  tellConfig(source.value.config, log)
  return compose(source.value.config, settings, ports)
}

/** A call has no more time to spare for a document that it could do without. */
const PATIENCE = seconds(2)

/** After Vault has not given the document, it is not looked for again for this long. */
const PAUSE = seconds(30)

/** For how long a document serves that Vault gives no more: its successor may be stricter. */
const GRACE = seconds(3_600)

/**
 * The document is read as often as any other secret is. While Vault does not give it, the last one
 * serves on for a while.
 */
function authorizerFromSecret(
  secretOcid: string,
  settings: Settings,
  ports: Ports,
  log: Log,
): Authorize {
  const { clock, secrets } = ports
  let lookedInVainAt = numericDate(Number.NEGATIVE_INFINITY)
  let readAt = lookedInVainAt
  let isOutageTold = false
  let current: { readonly digest: string; readonly authorize: Authorize } | undefined

  const build = (text: string): Authorize => {
    const config = readDocument(text, 'authorizer_config_secret_ocid')
    if (!config.ok) {
      tellProblems(config.error, log)
      return configInvalid(config.error)
    }
    tellWarnings(warningsAbout(config.value), log)
    tellConfig(config.value, log)
    return compose(config.value, settings, ports)
  }

  const adopt = (secret: Redacted): Authorize => {
    readAt = clock.now()
    isOutageTold = false
    const digest = secret.digest()
    if (digest !== current?.digest) current = { digest, authorize: build(secret.reveal()) }
    return current.authorize
  }

  return async (payload, deadline) => {
    if (current === undefined || !isWithin(GRACE, readAt, clock.now())) {
      const secret = await secrets.read(secretOcid, deadline)
      return secret.ok ? adopt(secret.value)(payload, deadline) : secret.error
    }
    if (!isWithin(PAUSE, lookedInVainAt, clock.now())) {
      const secret = await secrets.read(secretOcid, deadlineWithin(PATIENCE, deadline, clock))
      if (secret.ok) return adopt(secret.value)(payload, deadline)
      lookedInVainAt = clock.now()
      if (!isOutageTold) tellOutage(secretOcid, secret.error, log)
      isOutageTold = true
    }
    return current.authorize(payload, deadline)
  }
}

function told({ key, problem, remedy }: ConfigProblem) {
  return { key, problem, remedy }
}

function tellProblems(problems: readonly ConfigProblem[], log: Log): void {
  log('error', 'config_invalid', { problems: problems.map(told) })
}

/** Once for each outage, as the hour of grace begins anew. */
function tellOutage(secret: string, { circumstances }: Fault, log: Log): void {
  const reason = 'document_not_read'
  const { detail = '' } = circumstances
  log('warn', 'warning', { reason, secret, detail, ...WARNING_REASONS[reason] })
}

/** What is in force, so that nobody has to guess it from what is not complained of. */
function tellConfig({ issuers, backends }: Config, log: Log): void {
  log('info', 'config_read', {
    issuers: issuers.map(({ name, jwt, introspection, rules }) => ({
      name,
      validation: [jwt && 'jwt', introspection && 'introspection'].filter(Boolean).join('_and_'),
      issuer: rules.issuer ?? null,
      audience: rules.audience,
    })),
    backends: backends.map(({ name, grant }) => ({ name, grant: grant.kind })),
  })
}

/** Told whatever the log level is: a check that is switched off has to show. */
function tellWarnings(warnings: readonly ConfigProblem[], log: Log): void {
  if (warnings.length > 0) log('error', 'config_warning', { warnings: warnings.map(told) })
}
