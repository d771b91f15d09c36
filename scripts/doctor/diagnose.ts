/** All checks of a set-up, in the order in which one failure can cause the next. */
import type { Clock } from '../../src/platform/clock.ts'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { Config, Settings } from '../../src/config/model.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { readDocument } from '../../src/config/read-document.ts'
import { member } from '../../src/platform/json.ts'
import { createHttp } from '../../src/platform/http.ts'
import type { SecretCache } from '../../src/vault/secret-cache.ts'
import { reviewConfig, sizeProblem } from '../check-config/check-config.ts'
import { functionsOf } from '../check-config/deployment-specification.ts'
import { checkDeployment } from '../check-config/deployment.ts'
import { givenPorts } from '../explain/given-ports.ts'
import { evaluate, type Explanation } from '../explain/evaluate.ts'
import type { Finding } from '../../src/checks.ts'
import { explainReason } from '../explain/reason.ts'
import type { GivenSecrets } from '../explain/secrets.ts'
import { shown } from '../explain/shown.ts'
import { regionOf, regionOfEndpoint } from '../oci/region.ts'
import { checkBackends, type CallerOfBackend } from './backends.ts'
import { checkCallers } from './callers.ts'
import { fail, ok, skip, warn, type Check, type CheckName } from './check.ts'
import { checkEndpoints, endpointsOf } from './endpoints.ts'
import { checkHeaderSizes } from './headers.ts'
import { checkRoute } from './route.ts'
import { reviewSecrets } from './secrets.ts'
import { meaningOf, newDeadline, type Setup } from './setup.ts'

export interface Examination {
  /** Of the function; undefined if it could not be read. */
  readonly configuration: FlatConfiguration | undefined
  /** Of its application; the function's keys override them. */
  readonly application?: FlatConfiguration | undefined
  readonly functionOcid?: string | undefined
  readonly secrets: GivenSecrets
  /** Reads the other secrets; undefined without an identity of OCI. */
  readonly vault: ((settings: Settings) => SecretCache) | undefined
  /** The API deployment specification, parsed. */
  readonly deployment?: unknown
  /** The origin of Oracle Integration, if the scope does not have it. */
  readonly oic?: string | undefined
  /** The address of a route that answers GET. */
  readonly route?: string | undefined
  /** A caller's token that should be permitted. */
  readonly token?: string | undefined
  readonly clock: Clock
}

export async function* diagnose(examination: Examination): AsyncGenerator<Check> {
  const { configuration: own, application, route, token } = examination
  if (own === undefined) {
    yield skip(['configuration'], 'it could not be read')
    yield* deploymentChecks(examination.deployment, { tokenArgument: 'token' }, undefined)
  } else {
    yield* [own, application ?? {}].flatMap(checkSize)
    yield* examineConfiguration(examination, { ...application, ...own })
  }
  if (route === undefined) yield skip(['route'], 'give --gateway and --route')
  else yield* await checkRoute(route, token)
}

async function* examineConfiguration(
  examination: Examination,
  configuration: FlatConfiguration,
): AsyncGenerator<Check> {
  const { settings, source, faults, broken, warnings } = reviewConfig(configuration)
  const vault = examination.vault?.(settings)
  yield* [...faults, ...broken].map(problemCheck('configuration'))
  for (const { key, problem, remedy } of warnings) {
    yield warn(['configuration', key], problem, remedy)
  }
  let config = source.ok && source.value.kind === 'given' ? source.value.config : undefined
  if (source.ok && source.value.kind === 'secret') {
    const read = await documentIn(source.value.secretOcid, vault)
    if ('config' in read) config = read.config
    else yield* read.checks
  }
  if (config !== undefined) {
    if (faults.length + broken.length === 0) {
      yield ok(
        ['configuration'],
        `issuers ${config.issuers.map(({ name }) => name).join(', ')}; backends ${config.backends.map(({ name }) => name).join(', ')}`,
      )
    }
    yield* examineParts(examination, configuration, config, settings, vault)
  }
  yield* deploymentChecks(examination.deployment, settings, config)
}

/** OCI rejects the update, so that the function keeps its old configuration. */
function checkSize(values: FlatConfiguration): readonly Check[] {
  const problem = sizeProblem(values)
  return problem === undefined ? [] : [problemCheck('configuration')(problem)]
}

function deploymentChecks(
  deployment: unknown,
  settings: Pick<Settings, 'tokenArgument'>,
  config: Config | undefined,
): readonly Check[] {
  if (deployment === undefined) return [skip(['deployment'], 'give it with --deployment')]
  const problems = checkDeployment(deployment, settings, config)
  if (problems.length > 0) return problems.map(problemCheck('deployment'))
  return functionsOf(deployment).length > 0
    ? [ok(['deployment'], 'arguments, cache key and header transformations fit')]
    : [
        fail(
          ['deployment'],
          'it does not call an authorizer function',
          'Give requestPolicies.authentication the type CUSTOM_AUTHENTICATION, as in deploy/api-deployment.json.',
        ),
      ]
}

async function* examineParts(
  examination: Examination,
  configuration: FlatConfiguration,
  config: Config,
  settings: Settings,
  vault: SecretCache | undefined,
): AsyncGenerator<Check> {
  const { secrets: given, clock, oic, route, token } = examination
  const http = createHttp()
  const { checks, secrets } = await reviewSecrets(
    config,
    given,
    vault,
    regionOfVault(examination, settings),
  )
  yield* checks
  const urls = [...endpointsOf(config), ...[oic, route].filter((url) => url !== undefined)]
  yield* await checkEndpoints(urls, http, clock)
  const ports = givenPorts(config, secrets, clock, http)
  const setup: Setup = { config, secrets, ports, clock, http }
  yield* await checkCallers(setup)
  const permit = token === undefined ? undefined : await checkToken(configuration, token, setup)
  const caller = permit?.caller
  const { checks: backendChecks, authorizationBytes } = await checkBackends(setup, oic, caller)
  // The backend is first: its failures do not depend on the caller.
  yield* backendChecks
  yield permit?.check ?? skip(['caller’s token'], 'give one on standard input')
  yield* checkHeaderSizes(examination.deployment, authorizationBytes, permit?.context)
}

/** The region where the function reads secrets; undefined if unknown. */
function regionOfVault(
  { functionOcid, deployment }: Examination,
  { vaultSecretsEndpoint }: Settings,
): string | undefined {
  const own =
    vaultSecretsEndpoint === undefined ? undefined : regionOfEndpoint(vaultSecretsEndpoint)
  if (own !== undefined) return own
  const [ocid = functionOcid] = functionOcid === undefined ? functionsOf(deployment) : []
  return ocid === undefined ? undefined : regionOf(ocid)
}

interface TokenReview {
  readonly check: Check
  /** Of a permitted token. */
  readonly caller?: CallerOfBackend
  /** The function's `context` for the gateway. */
  readonly context?: Readonly<Record<string, string>>
}

async function checkToken(
  configuration: FlatConfiguration,
  token: string,
  { secrets, clock }: Setup,
): Promise<TokenReview> {
  const explanation = await evaluate({ configuration, token, secrets, clock })
  const { decision, findings, call } = explanation
  const { reason, logContext } = decision
  const { issuer = '', backend, detail, hint } = logContext
  const about = ['caller’s token', issuer] as const
  if (decision.outcome === 'permit') {
    return {
      check: ok(about, `permitted${backend === undefined ? '' : `, backend ${backend}`}`),
      ...(call === undefined || backend === undefined ? {} : { caller: { call, backend } }),
      context: decision.contextValues,
    }
  }
  if (detail === 'not_given') return { check: skip(about, 'needs the client’s secret') }
  const failed =
    findings.find((finding) => !finding.ok && finding.reason === reason) ??
    findings.find((finding) => !finding.ok && finding.name === 'issuer_choice')
  const comparison =
    failed === undefined
      ? ''
      : `: expected ${shown(failed.expected)}, found ${shown(failed.actual)}`
  const remedy = remedyOfInactive(explanation, clock.now()) ?? hint ?? explainReason(reason)?.remedy
  return { check: fail(about, `${reason}${comparison}`, remedy ?? '') }
}

function isEncrypted({ name, actual }: Finding): boolean {
  return name === 'token_form' && actual === 'an encrypted JWT'
}

/** The provider that issued a token rarely reports it as inactive before its `exp`. */
function remedyOfInactive(
  { decision, jwt, findings }: Explanation,
  now: number,
): string | undefined {
  if (decision.reason !== 'token_inactive') return undefined
  if (findings.some(isEncrypted)) {
    return 'The token is encrypted (JWE): configure the identity provider to issue signed access tokens for this API.'
  }
  const exp = jwt === undefined ? undefined : member(jwt.payload, 'exp')
  return typeof exp === 'number' && exp > now
    ? 'The token has not expired by its own exp: it comes from another identity provider or domain than the introspection endpoint’s, or it was revoked. Compare the host at which it was requested with that of the endpoint.'
    : undefined
}

function problemCheck(name: CheckName): (problem: ConfigProblem) => Check {
  return ({ key, problem, remedy }) =>
    fail(key === name ? [name] : [name, key.replace(/^deployment: /, '')], problem, remedy)
}

async function documentIn(
  secretOcid: string,
  vault: SecretCache | undefined,
): Promise<{ readonly config: Config } | { readonly checks: readonly Check[] }> {
  const about = ['configuration', secretOcid] as const
  if (vault === undefined) {
    const reason = 'the document is in Vault: save it to a file and give that file'
    return { checks: [skip(about, reason)] }
  }
  const secret = await vault.read(secretOcid, newDeadline())
  if (!secret.ok) {
    return {
      checks: [fail(about, meaningOf(secret.error), 'Compare the OCID, and the policy of Vault.')],
    }
  }
  const config = readDocument(secret.value.reveal(), 'authorizer_config_secret_ocid')
  return config.ok
    ? { config: config.value.config }
    : { checks: config.error.map(problemCheck('configuration')) }
}
