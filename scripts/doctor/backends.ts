/** Whether a token for each backend can be obtained, and whether Oracle Integration accepts it. */
import { createBasicSource } from '../../src/backend/basic.ts'
import type { BackendCredential, CredentialSource } from '../../src/backend/credential.ts'
import { createTokenCheck } from '../../src/backend/token-check.ts'
import { livesLongEnough } from '../../src/backend/credential-lifetime.ts'
import { createProviderOf, withGrant } from '../../src/boot/compose-backends.ts'
import type { BackendConfig, GrantConfig } from '../../src/config/model.ts'
import type { Fault } from '../../src/decision.ts'
import { escaped } from '../../src/findings.ts'
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { secondsUntil } from '../../src/platform/clock.ts'
import { member, stringOrStrings, type JsonObject } from '../../src/platform/json.ts'
import { Redacted } from '../../src/platform/redacted.ts'
import { failure, type Result } from '../../src/platform/result.ts'
import type { WarningReason } from '../../src/reasons.ts'
import { shown } from '../explain/shown.ts'
import { fingerprint } from '../explain/fingerprint.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'
import { refusedClientRemedy, swapRemedy } from './callers.ts'
import { callersTokenEndpoints, otherDomainOf } from './identity-domains.ts'
import { isNotGiven, meaningOf, newDeadline, remedyOf, warningText, type Setup } from './setup.ts'

/** `oic`: the origin of Oracle Integration; undefined: that of the backend's scope. */
export async function checkBackends(
  setup: Setup,
  oic: string | undefined,
): Promise<readonly Check[]> {
  const checks: Check[] = []
  for (const backend of setup.config.backends) {
    const about = ['backend token', backend.name] as const
    const { grant } = backend
    if (grant.kind === 'jwt_bearer' || grant.kind === 'token_exchange') {
      checks.push(skip(about, `grant ${grant.kind} needs a caller: the route’s check shows it`))
      continue
    }
    const obtained = await obtain(setup, backend)
    if (!obtained.ok) {
      checks.push(
        isNotGiven(obtained.error)
          ? skip(about, 'needs the client’s secret')
          : fail(
              about,
              meaningOf(obtained.error),
              await remedyOfFault(setup, grant, obtained.error),
            ),
      )
      continue
    }
    const judged = judgeToken(backend, obtained.value, setup)
    checks.push(judged, await callBackend(setup, backend, obtained.value.authorization, oic))
  }
  return checks
}

function obtain(
  { config, ports }: Setup,
  { name, grant }: BackendConfig,
): Promise<Result<BackendCredential, Fault>> {
  if (grant.kind === 'basic') return obtainBasic(createBasicSource(name, grant, ports.secrets))
  const grantPorts = { ...ports, providerOf: createProviderOf(config.issuers) }
  return withGrant(grant, grantPorts, async (made) => {
    const subject = made.application
    if (subject === undefined) throw new Error(`grant ${grant.kind} has no application’s token`)
    const issued = await made.request(subject, newDeadline())
    return issued.ok ? issued : failure(issued.error.fault)
  })
}

async function obtainBasic(source: CredentialSource): Promise<Result<BackendCredential, Fault>> {
  const call = {
    token: new Redacted(''),
    issuer: '',
    clientId: undefined,
    scope: [],
    claims: NO_CLAIMS,
    arguments: undefined,
  }
  const obtained = await source.obtain(call, newDeadline())
  if (obtained.ok) return obtained
  const { error } = obtained
  // Basic credentials do not depend on the caller.
  if (error.outcome === 'deny') throw new Error(error.reason)
  return failure(error)
}

const NO_CLAIMS = {} as unknown as JsonObject

async function remedyOfFault(setup: Setup, grant: GrantConfig, fault: Fault): Promise<string> {
  if (grant.kind === 'basic') return remedyOf(fault)
  const { detail } = fault.circumstances
  if (detail === 'invalid_scope' || detail === 'several_tokens') {
    return scopeRemedy(grant.scope ?? '')
  }
  if (fault.reason !== 'credential_refused') return remedyOf(fault)
  const other = await otherDomainOf(setup, grant.client, grant.tokenEndpoint)
  if (other !== undefined) return swapRemedy(grant.client.clientId, other)
  if (detail !== 'invalid_client' && detail !== 'status_401') return remedyOf(fault)
  const { host } = new URL(grant.tokenEndpoint)
  const isCallers = callersTokenEndpoints(setup.config).some((url) => new URL(url).host === host)
  return `${refusedClientRemedy(grant.client.clientId)}${isCallers ? SAME_DOMAIN : ''}`
}

const SAME_DOMAIN =
  ' The token endpoint is in the callers’ domain: if Oracle Integration is in another one, give that one’s.'

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
  return `In our application, OAuth configuration → Resources → Add scope: add that of the Oracle Integration instance. Then compare the configured scope: ${COPY}.`
}

/** Of the gateway's 8 KB for all headers, the caller needs some. */
const LARGE_HEADER_BYTES = 6 * 1024
const MAX_HEADER_BYTES = 8 * 1024

function judgeToken(backend: BackendConfig, credential: BackendCredential, setup: Setup): Check {
  const about = ['backend token', backend.name] as const
  const { authorization } = credential
  const { grant, minTokenLifetime } = backend
  if (grant.kind === 'basic') return ok(about, 'Basic credentials')
  const warnings: WarningReason[] = []
  createTokenCheck(backend.name, { scope: grant.scope, audience: undefined }, (reason) =>
    warnings.push(reason),
  )(credential)
  const claims = readUnverifiedJwt(authorization.reveal().replace(/^Bearer /, ''))?.payload
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
      'Raise “Access token expiration” in the instance’s application, OAuth configuration.',
    )
  }
  const size = Buffer.byteLength(authorization.reveal())
  if (size > LARGE_HEADER_BYTES) {
    const remedy = 'Have fewer claims and scopes put into it: the gateway takes 8 KB of headers.'
    return (size > MAX_HEADER_BYTES ? fail : warn)(about, `${found}, ${size} bytes`, remedy)
  }
  const audiences = claims === undefined ? [] : (stringOrStrings(member(claims, 'aud')) ?? [])
  const hosts = new Set(
    audiences.filter((text) => URL.canParse(text)).map((text) => new URL(text).host),
  )
  return hosts.size > 1
    ? warn(about, `${found}: audiences of several resources`, scopeRemedy(audiences.join(' ')))
    : ok(about, found)
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
  if (status === 401) {
    return fail(about, detail, grant.kind === 'basic' ? BASIC_REMEDY : SERVICE_INVOKER)
  }
  if (status === 403) return fail(about, detail, SERVICE_INVOKER)
  if (status >= 500 || status === 429) {
    return warn(about, detail, 'Try again; look at the instance’s state in the console.')
  }
  return ok(about, `${detail}: the credentials are accepted`)
}

const BASIC_REMEDY =
  'Compare user name and password in the secret; the user needs the role ServiceInvoker and must not need MFA.'

const SERVICE_INVOKER =
  'Give our application the role ServiceInvoker: in the domain of the instance, Oracle Cloud Services → the instance’s application → Application roles → ServiceInvoker → Assigned applications → Manage. If it has the role, the instance is in another domain, or the scope is another instance’s.'

function originOfScope(grant: GrantConfig): string | undefined {
  const scope = 'scope' in grant ? grant.scope : undefined
  const [url] = /^https:\/\/[^/:\s]+\.oraclecloud\.com(:443)?/.exec(scope ?? '') ?? []
  return url === undefined ? undefined : new URL(url).origin
}
