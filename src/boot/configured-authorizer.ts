/**
 * Creates the authorizer from its configuration: at the start from flat keys or a document; at the
 * first call from a document in Vault, and again after the document has changed.
 */
import type { Authorize } from '../authorizer.ts'
import { compose } from './compose.ts'
import type { Ports } from './ports.ts'
import { validationOf } from '../caller/verify-with-issuer.ts'
import type { Config, Settings } from '../config/model.ts'
import type { ConfigProblem } from '../config/problems.ts'
import type { ConfigReading } from '../config/read-config.ts'
import { readDocument } from '../config/read-document.ts'
import { fault, type Fault } from '../decision.ts'
import { deadlineWithin, seconds, type Deadline } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { Refreshed } from '../platform/refreshed.ts'
import { success, type Result } from '../platform/result.ts'
import { WARNING_REASONS } from '../reasons.ts'

/** Each call logs the keys: the cold start's lines may be far away when somebody reads the log. */
function configInvalid(problems: readonly ConfigProblem[]): Authorize {
  const detail = [...new Set(problems.map(({ key }) => key))].join(', ')
  return () => Promise.resolve(fault('config_invalid', { detail }))
}

/** With a broken configuration the function starts, and each call is a fault. */
export function createConfiguredAuthorizer(
  { source, warnings, settings }: ConfigReading,
  ports: Ports,
  log: Log,
): Authorize {
  logWarnings(warnings, settings, log)
  if (!source.ok) {
    logProblems(source.error, log)
    return configInvalid(source.error)
  }
  if (source.value.kind === 'secret') {
    return authorizerFromSecret(source.value.secretOcid, settings, ports, log)
  }
  logConfig(source.value.config, log)
  return compose(source.value.config, settings, ports)
}

/** How long a call waits for Vault if it can use the last document. */
const PATIENCE = seconds(2)

/**
 * The document is read for each call; the cache of secrets decides how often Vault is asked. While Vault
 * fails, the last document is used, but only for an hour: a newer one may be stricter. It is not used if
 * Vault has a newer one that is empty or not UTF-8.
 */
const POLICY = {
  maxAge: seconds(0),
  grace: seconds(3_600),
  endsGrace: ({ reason }: Fault) => reason === 'secret_unusable',
  retryWithValue: seconds(30),
  retryWithoutValue: seconds(0),
}

function authorizerFromSecret(
  secretOcid: string,
  settings: Settings,
  ports: Ports,
  log: Log,
): Authorize {
  const { clock, secrets } = ports
  let isOutageLogged = false
  let built: { readonly digest: string; readonly authorize: Authorize } | undefined

  const build = (text: string): Authorize => {
    const document = readDocument(text, 'authorizer_config_secret_ocid')
    if (!document.ok) {
      logProblems(document.error, log)
      return configInvalid(document.error)
    }
    const { config, warnings } = document.value
    logWarnings(warnings, settings, log)
    logConfig(config, log)
    return compose(config, settings, ports)
  }

  const read = async (
    deadline: Deadline,
    hasFallback: boolean,
  ): Promise<Result<Authorize, Fault>> => {
    const patience = hasFallback ? deadlineWithin(PATIENCE, deadline, clock) : deadline
    const secret = await secrets.read(secretOcid, patience)
    if (!secret.ok) return secret
    const digest = secret.value.digest()
    if (digest !== built?.digest) built = { digest, authorize: build(secret.value.reveal()) }
    return success(built.authorize)
  }
  const document = new Refreshed(POLICY, read, clock)

  return async (...call) => {
    const [, deadline] = call
    const current = await document.current(deadline)
    if (!current.ok) return current.error
    const { value: authorize, outage } = current.value
    if (outage !== undefined && !isOutageLogged) logOutage(secretOcid, outage, log)
    isOutageLogged = outage !== undefined
    return authorize(...call)
  }
}

function toRecord({ key, problem, remedy }: ConfigProblem) {
  return { key, problem, remedy }
}

function logProblems(problems: readonly ConfigProblem[], log: Log): void {
  log('error', 'config_invalid', { problems: problems.map(toRecord) })
}

/** Once per outage. */
function logOutage(secret: string, { logContext }: Fault, log: Log): void {
  const reason = 'document_not_read'
  const { detail = '' } = logContext
  log('warn', 'warning', { reason, secret, detail, ...WARNING_REASONS[reason] })
}

/** Logs the configuration in use. */
function logConfig({ issuers, backends }: Config, log: Log): void {
  log('info', 'config_read', {
    issuers: issuers.map((issuer) => ({
      name: issuer.name,
      validation: validationOf(issuer),
      issuer: issuer.rules.issuer ?? null,
      audience: issuer.rules.audience,
    })),
    backends: backends.map(({ name, grant }) => ({ name, grant: grant.kind })),
  })
}

/**
 * Logged at every log level: a check that is switched off must be visible. Deliberate choices are logged
 * as warnings, or as errors if only errors are logged.
 */
function logWarnings(warnings: readonly ConfigProblem[], { logLevel }: Settings, log: Log): void {
  const choiceLevel = logLevel === 'error' ? 'error' : 'warn'
  const choices = warnings.filter(({ isChoice }) => isChoice === true)
  const mistakes = warnings.filter((warning) => !choices.includes(warning))
  for (const [level, list] of [
    ['error', mistakes],
    [choiceLevel, choices],
  ] as const) {
    if (list.length > 0) log(level, 'config_warning', { warnings: list.map(toRecord) })
  }
}
