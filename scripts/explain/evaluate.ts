/** Runs the function's authorizer for a token and collects the findings of its checks. */
import { createAuthorizer } from '../../src/authorizer.ts'
import { chooseBackend } from '../../src/backend/backends.ts'
import type { BackendCall, CredentialSource } from '../../src/backend/credential.ts'
import { composeCallers } from '../../src/boot/compose-callers.ts'
import { createGrant, createProviderOf } from '../../src/boot/compose-backends.ts'
import type { CountedPorts } from '../../src/boot/ports.ts'
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { BackendConfig, Config } from '../../src/config/model.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { fault, type Decision, type Denial } from '../../src/decision.ts'
import type { Finding, Observe } from '../../src/checks.ts'
import { readUnverifiedJwt, type UnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { deadlineAt, plus, seconds, systemClock, type Clock } from '../../src/platform/clock.ts'
import { createHttp, type Http } from '../../src/platform/http.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { success, type Result } from '../../src/platform/result.ts'
import { fingerprint } from './fingerprint.ts'
import { givenPorts } from './given-ports.ts'
import type { GivenSecrets } from './secrets.ts'

export interface Evaluation {
  readonly configuration: FlatConfiguration
  readonly token: string
  /** The gateway's request, if known: it may repeat the token, or have another scheme. */
  readonly payload?: Uint8Array | undefined
  /** Default: the function's. */
  readonly http?: Http
  /** The gateway's other arguments, by which a backend may be chosen. */
  readonly arguments?: Readonly<Record<string, string>>
  readonly secrets: GivenSecrets
  readonly clock: Clock
}

export interface Explanation {
  readonly decision: Decision
  readonly findings: readonly Finding[]
  /** Of the configuration, if it cannot be used. */
  readonly problems: readonly ConfigProblem[]
  /** The decoded token, unless it is opaque or malformed. */
  readonly jwt: UnverifiedJwt | undefined
  /** Of a permitted caller: the values with which a token for the backend is requested. */
  readonly call?: BackendCall | undefined
  readonly fingerprint: string
}

/** The default timeout of a function on OCI. */
const TIME = seconds(30)

export async function evaluate({
  configuration,
  token,
  payload,
  arguments: other,
  secrets,
  clock,
  http = createHttp(),
}: Evaluation): Promise<Explanation> {
  const { settings, source } = readConfig(configuration)
  const about = {
    jwt: readUnverifiedJwt(token),
    fingerprint: fingerprint(new Redacted(token)),
  }
  if (!source.ok || source.value.kind === 'secret') {
    const problems = source.ok ? [DOCUMENT_IN_VAULT] : source.error
    return { decision: fault('config_invalid'), findings: [], problems, ...about }
  }
  const { config } = source.value
  const { tokenArgument, maxDecision } = settings
  const findings: Finding[] = []
  const calls: BackendCall[] = []
  const observe: Observe = (finding) => {
    findings.push(finding)
  }
  const ports = givenPorts(config, secrets, clock, http)
  const authorize = createAuthorizer({
    verifyCaller: composeCallers(config, ports),
    credentials: backendsWithoutRequests(config, ports, observe, calls),
    fingerprint: () => '',
    clock,
    tokenArgument,
    maxDecision,
  })
  const data = { ...other, [tokenArgument]: `Bearer ${token}` }
  const decision = await authorize(
    payload ?? Buffer.from(JSON.stringify({ type: 'USER_DEFINED', data })),
    // The deadline of requests uses the real clock, not the time for which the token is checked.
    deadlineAt(plus(systemClock.now(), TIME), systemClock),
    observe,
  )
  return { decision, findings, problems: [], call: calls[0], ...about }
}

const DOCUMENT_IN_VAULT: ConfigProblem = {
  key: 'authorizer_config_secret_ocid',
  problem: 'names a document in Vault, which this command does not read',
  remedy: 'Save the document to a file and give that file.',
}

/** Chooses the backend and the user like the function, but requests no token. */
function backendsWithoutRequests(
  { backends, issuers }: Config,
  ports: CountedPorts,
  observe: Observe,
  calls: BackendCall[],
): CredentialSource {
  const grantPorts = { ...ports, providerOf: createProviderOf(issuers) }
  return {
    prepare: () => undefined,
    obtain: (call) => {
      calls.push(call)
      const chosen = chooseBackend(backends, call)
      const checked = chosen.ok ? subjectOf(chosen.value, call, grantPorts) : chosen
      observe(findingOf(chosen, checked))
      return Promise.resolve(
        checked.ok
          ? success({
              authorization: new Redacted(''),
              expiresAt: undefined,
              backend: checked.value,
              cache: 'off',
            })
          : checked,
      )
    },
  }
}

function findingOf(
  chosen: Result<BackendConfig, Denial>,
  checked: Result<string, Denial>,
): Finding {
  const user =
    chosen.ok && chosen.value.grant.kind === 'jwt_bearer'
      ? `, and a user in the claim ${chosen.value.grant.subjectClaim}`
      : ''
  return {
    name: 'backend',
    expected: `a backend whose conditions the call meets${user}`,
    actual: chosen.ok ? chosen.value.name : null,
    ok: checked.ok,
    ...(checked.ok ? {} : { reason: checked.error.reason }),
  }
}

/** The backend's name, or the denial of a caller for which no token can be requested. */
function subjectOf(
  { name, grant }: BackendConfig,
  call: BackendCall,
  ports: Parameters<typeof createGrant>[1],
): Result<string, Denial> {
  if (grant.kind === 'basic') return success(name)
  const request = createGrant(grant, ports).requestFor(call)
  return request.ok ? success(name) : request
}
