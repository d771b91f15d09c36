/** Whether a token for each backend can be obtained, and whether Oracle Integration accepts it. */
import { createBasicSource } from '../../src/backend/basic.ts'
import type {
  BackendCall,
  BackendCredential,
  CredentialSource,
} from '../../src/backend/credential.ts'
import { createTokenCheck } from '../../src/backend/token-check.ts'
import { livesLongEnough } from '../../src/backend/credential-cache.ts'
import { createProviderOf, withGrant } from '../../src/boot/compose-backends.ts'
import type { BackendConfig, GrantConfig } from '../../src/config/model.ts'
import type { Denial, Fault } from '../../src/decision.ts'
import { escaped } from '../../src/platform/printable.ts'
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { secondsUntil } from '../../src/platform/clock.ts'
import { member, stringOrStrings, type JsonObject } from '../../src/platform/json.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../src/platform/result.ts'
import { DENIAL_REASONS, type WarningReason } from '../../src/reasons.ts'
import { shown } from '../explain/shown.ts'
import { fingerprint } from '../explain/fingerprint.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'
import { LARGE_HEADER_BYTES, MAX_HEADER_BYTES } from './headers.ts'
import { remedyOfPath, remedyOfRefusedClient } from './refused-client.ts'
import { isNotGiven, meaningOf, newDeadline, remedyOf, warningText, type Setup } from './setup.ts'

export interface BackendsReview {
  readonly checks: readonly Check[]
  /** Of the longest `Authorization` header that a backend gets; undefined if none was obtained. */
  readonly authorizationBytes: number | undefined
}

/** A permitted caller, and the backend that is chosen for it. */
export interface CallerOfBackend {
  readonly call: BackendCall
  readonly backend: string
}

/**
 * `oic`: the origin of Oracle Integration; undefined: that of the backend's scope. `caller`: for grants
 * in the caller's name; undefined without a token that is permitted.
 */
export async function checkBackends(
  setup: Setup,
  oic: string | undefined,
  caller?: CallerOfBackend,
): Promise<BackendsReview> {
  const checks: Check[] = []
  let authorizationBytes: number | undefined
  for (const backend of setup.config.backends) {
    const about = ['backend token', backend.name] as const
    const isOfCaller = caller?.backend === backend.name
    if (isCallersGrant(backend.grant) && !isOfCaller) {
      const reason = `${backend.grant.kind} requests it in the caller’s name: give a token, for which this backend is chosen, on standard input`
      checks.push(skip(about, reason))
      continue
    }
    const obtained = await obtain(setup, backend, caller?.call)
    if (!obtained.ok) {
      checks.push(await failedToken(setup, backend, obtained.error))
      continue
    }
    const { authorization } = obtained.value
    const bytes = Buffer.byteLength(authorization.reveal())
    authorizationBytes = Math.max(bytes, authorizationBytes ?? 0)
    checks.push(judgeToken(backend, obtained.value, setup))
    checks.push(await callBackend(setup, backend, authorization, oic))
  }
  return { checks, authorizationBytes }
}

function isCallersGrant({ kind }: GrantConfig): boolean {
  return kind === 'jwt_bearer' || kind === 'token_exchange'
}

async function failedToken(
  setup: Setup,
  { name, grant }: BackendConfig,
  error: Denial | Fault,
): Promise<Check> {
  const about = ['backend token', name] as const
  if (error.outcome === 'deny') {
    const { meaning, remedy } = DENIAL_REASONS[error.reason]
    return fail(about, `${error.reason}: ${meaning}`, error.circumstances.hint ?? remedy)
  }
  return isNotGiven(error)
    ? skip(about, 'needs the client’s secret')
    : fail(about, meaningOf(error), await remedyOfFault(setup, grant, error))
}

function obtain(
  { config, ports }: Setup,
  { name, grant }: BackendConfig,
  call: BackendCall | undefined,
): Promise<Result<BackendCredential, Denial | Fault>> {
  if (grant.kind === 'basic') return obtainBasic(createBasicSource(name, grant, ports.secrets))
  const grantPorts = { ...ports, providerOf: createProviderOf(config.issuers) }
  return withGrant(
    grant,
    grantPorts,
    async (made): Promise<Result<BackendCredential, Denial | Fault>> => {
      const subject =
        made.application === undefined ? made.subjectOf(call ?? NO_CALL) : success(made.application)
      if (!subject.ok) return subject
      const issued = await made.request(subject.value, newDeadline())
      return issued.ok ? issued : failure(issued.error.fault)
    },
  )
}

/** Basic credentials and those of the application do not depend on the caller. */
const NO_CALL: BackendCall = {
  token: new Redacted(''),
  issuer: '',
  clientId: undefined,
  scope: [],
  claims: {} as unknown as JsonObject,
  arguments: undefined,
}

function obtainBasic(source: CredentialSource): Promise<Result<BackendCredential, Denial | Fault>> {
  return source.obtain(NO_CALL, newDeadline())
}

async function remedyOfFault(setup: Setup, grant: GrantConfig, fault: Fault): Promise<string> {
  if (grant.kind === 'basic') return remedyOf(fault)
  const { detail } = fault.circumstances
  if (detail === 'invalid_scope' || detail === 'several_tokens') {
    return scopeRemedy(grant.scope ?? '')
  }
  const { client, tokenEndpoint: endpoint } = grant
  const isClientRefused = detail === 'invalid_client' || detail === 'status_401'
  if (fault.reason === 'credential_refused' && isClientRefused) {
    return remedyOfRefusedClient(setup, { client, endpoint, use: 'token' })
  }
  if (detail === 'unauthorized_client' && grant.kind !== 'token_exchange') {
    return `${TICK_GRANT} ${GRANT_NAMES[grant.kind]}.`
  }
  if (detail === 'invalid_grant' && grant.kind === 'jwt_bearer') {
    return `In the domain of the token endpoint, the user in the claim ${grant.subjectClaim} must exist by this name and be active, and the application must have our certificate, by the alias in the assertion’s kid (OAuth configuration → Import certificate).`
  }
  return remedyOfPath(detail, endpoint, 'token') ?? remedyOf(fault)
}

const TICK_GRANT =
  'In our application, OAuth configuration → Client configuration → Allowed grant types, tick'

const GRANT_NAMES = {
  client_credentials: 'Client credentials',
  jwt_bearer: 'JWT assertion',
} as const

const COPY =
  'copy it whole from the instance’s application, OAuth configuration → Resources → Scopes: https://HOST:443urn:opc:resource:consumer::all'

/** Identity domains say only `invalid_scope`; the scope itself shows what is wrong with it. */
export function scopeRemedy(scope: string): string {
  const words = scope.split(/\s+/).filter((word) => word !== '')
  const resources = new Set(
    words.flatMap((word) => /^https?:\/\/[^/:]+(:\d+)?/.exec(word)?.[0] ?? []),
  )
  if (resources.size > 1) {
    return 'The scope names two resources, and a token is for one alone: keep the scope of the Oracle Integration instance and make the other one a backend of its own.'
  }
  if (words.every((word) => word.startsWith('urn:opc:'))) return `The scope has no host: ${COPY}.`
  if (words.some((word) => /^urn:opc:resource:(?!expiry)/.test(word))) {
    return `The scope has a blank between host and name: ${COPY}, without a blank.`
  }
  return `The domain issues no token for ${escaped(scope)} to our application. Compare the scope with the instance’s: ${COPY}. If it is the same, add it: our application, OAuth configuration → Resources → Add scope.`
}

function judgeToken(backend: BackendConfig, credential: BackendCredential, setup: Setup): Check {
  const about = ['backend token', backend.name] as const
  const { authorization } = credential
  const { grant, minTokenLifetime } = backend
  if (grant.kind === 'basic') return ok(about, 'Basic credentials')
  const warnings: WarningReason[] = []
  createTokenCheck(backend.name, { scope: grant.scope, audience: undefined }, (reason) =>
    warnings.push(reason),
  )(credential)
  const claims = claimsOf(authorization)
  const found = `fingerprint ${fingerprint(authorization)}${claims === undefined ? ', opaque' : describeClaims(claims)}`
  const [objection] = warnings
  if (objection !== undefined) {
    return fail(
      about,
      `${found}: ${warningText(objection).meaning}`,
      scopeRemedy(grant.scope ?? ''),
    )
  }
  const now = setup.clock.now()
  if (!livesLongEnough(credential, minTokenLifetime, now)) {
    const left = Math.round(secondsUntil(credential.expiresAt ?? now, now))
    return fail(
      about,
      `it lives for ${left} s, and ${minTokenLifetime} s are the minimum`,
      'Raise “Access token expiration” in the instance’s application, OAuth configuration; or lower min_back_end_token_seconds.',
    )
  }
  const size = Buffer.byteLength(authorization.reveal())
  if (size > LARGE_HEADER_BYTES) {
    const remedy = 'Have fewer claims and scopes put into it: the gateway takes 8 KB of headers.'
    return (size > MAX_HEADER_BYTES ? fail : warn)(about, `${found}, ${size} bytes`, remedy)
  }
  const audiences = audiencesOf(claims)
  const hosts = new Set(
    audiences.filter((text) => URL.canParse(text)).map((text) => new URL(text).host),
  )
  return hosts.size > 1
    ? warn(about, `${found}: audiences of several resources`, scopeRemedy(audiences.join(' ')))
    : ok(about, found)
}

function claimsOf(authorization: Redacted): JsonObject | undefined {
  return readUnverifiedJwt(authorization.reveal().replace(/^Bearer /, ''))?.payload
}

function audiencesOf(claims: JsonObject | undefined): readonly string[] {
  return claims === undefined ? [] : (stringOrStrings(member(claims, 'aud')) ?? [])
}

function describeClaims(claims: JsonObject): string {
  const value = (name: string): string => `${name} ${escaped(shown(member(claims, name)))}`
  return `, ${value('aud')}, ${value('scope')}`
}

/** No integration has this name: nothing runs, and only the credentials are judged. */
const NO_INTEGRATION = '/ic/api/integration/v1/flows/rest/DOCTOR_CHECK_ONLY/1.0/'

async function callBackend(
  { http }: Setup,
  { name, grant }: BackendConfig,
  authorization: Redacted,
  oic: string | undefined,
): Promise<Check> {
  const about = ['backend', name] as const
  const origin = oic ?? originOfScope(grant)
  if (origin === undefined) return skip(about, 'give Oracle Integration’s address with --oic')
  const answer = await http(
    {
      method: 'GET',
      url: `${origin}${NO_INTEGRATION}`,
      headers: { Authorization: authorization.reveal(), Accept: 'application/json' },
      connection: 'own',
    },
    newDeadline(),
  )
  if (!answer.ok) {
    return fail(
      about,
      `Oracle Integration does not answer (${answer.error})`,
      'Compare its address with the instance’s page, and check the network’s route to it.',
    )
  }
  const { status } = answer.value
  const detail = `Oracle Integration answers with status ${status}`
  if (status === 401 && grant.kind === 'basic') return fail(about, detail, BASIC_REMEDY)
  if (status === 401 || status === 403) {
    const audiences = audiencesOf(claimsOf(authorization))
    const to = audiences.length === 0 ? '' : ` to a token for ${audiences.join(', ')}`
    return fail(about, `${detail}${to}`, remedyOfRefusedToken(audiences, origin))
  }
  if (status >= 500 || status === 429) {
    return warn(about, detail, 'Try again; look at the instance’s state in the console.')
  }
  return ok(about, `${detail}: the credentials are accepted`)
}

const BASIC_REMEDY =
  'Compare user name and password in the secret; the user needs the role ServiceInvoker and must not need MFA.'

/** The permanent host of an instance; others are names for it. */
const INSTANCE = /^(https:\/\/[0-9a-f]{32}\.[^/:]+)/i

/** Oracle Integration's answer does not tell wrong audience, missing role and foreign domain apart. */
function remedyOfRefusedToken(audiences: readonly string[], origin: string): string {
  const instances = audiences.flatMap((text) => INSTANCE.exec(text)?.[1]?.toLowerCase() ?? [])
  const [called] = INSTANCE.exec(origin) ?? []
  if (called !== undefined && instances.length > 0 && !instances.includes(called.toLowerCase())) {
    return `The token is for another instance than ${origin}: ${COPY}.`
  }
  return 'Compare that audience with the instance’s own application (OAuth configuration → Resources → Primary audience): if it is another one, the scope is another instance’s. If it is the same, give our application the role ServiceInvoker: in the domain of the instance, Oracle Cloud Services → the instance’s application → Application roles → ServiceInvoker → Assigned applications → Manage. If it has the role, the token comes from another domain than the instance’s.'
}

function originOfScope(grant: GrantConfig): string | undefined {
  const scope = 'scope' in grant ? grant.scope : undefined
  const [url] = /^https:\/\/[^/:\s]+\.oraclecloud\.com(:443)?/.exec(scope ?? '') ?? []
  return url === undefined ? undefined : new URL(url).origin
}
