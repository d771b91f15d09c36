/** Checks a backend's token, and finds the remedy if it cannot be obtained. */
import type { ObtainedCredential } from '../../src/backend/credential.ts'
import { livesLongEnough } from '../../src/backend/credential-cache.ts'
import { createIssuedTokenCheck } from '../../src/backend/issued-token-check.ts'
import type { BackendConfig, GrantConfig } from '../../src/config/model.ts'
import type { Denial, Fault } from '../../src/decision.ts'
import { escaped } from '../../src/platform/printable.ts'
import { readUnverifiedJwt } from '../../src/oauth/unverified-jwt.ts'
import { secondsBetween } from '../../src/platform/clock.ts'
import { member, stringOrStrings, type JsonObject } from '../../src/platform/json.ts'
import type { Redacted } from '../../src/platform/redacted.ts'
import { DENIAL_REASONS, WARNING_REASONS, type WarningReason } from '../../src/reasons.ts'
import { fingerprint } from '../explain/fingerprint.ts'
import { shown } from '../explain/shown.ts'
import { fail, ok, skip, warn, type Check } from './check.ts'
import { LARGE_HEADER_BYTES, MAX_HEADER_BYTES } from './headers.ts'
import { remedyOfPath, remedyOfRefusedClient } from './refused-client.ts'
import { isNotGiven, meaningOf, remedyOf, type Setup } from './setup.ts'

export function checkToken(
  backend: BackendConfig,
  { authorization, expiresAt }: Pick<ObtainedCredential, 'authorization' | 'expiresAt'>,
  setup: Setup,
): Check {
  const about = ['backend token', backend.name] as const
  const { grant, minTokenLifetime } = backend
  if (grant.kind === 'basic' || expiresAt === undefined) return ok(about, 'Basic credentials')
  const credential = { authorization, expiresAt }
  const warnings: WarningReason[] = []
  createIssuedTokenCheck(backend.name, { scope: grant.scope, audience: undefined }, (reason) =>
    warnings.push(reason),
  )(credential)
  const claims = claimsOf(authorization)
  const found = `fingerprint ${fingerprint(authorization)}${claims === undefined ? ', opaque' : describeClaims(claims)}`
  const [warning] = warnings
  if (warning !== undefined) {
    const { meaning } = WARNING_REASONS[warning]
    return fail(about, `${found}: ${meaning}`, scopeRemedy(grant.scope ?? ''))
  }
  const now = setup.clock.now()
  if (!livesLongEnough(credential, minTokenLifetime, now)) {
    const left = Math.round(secondsBetween(now, expiresAt))
    return fail(
      about,
      `it expires in ${left} s, and the minimum is ${minTokenLifetime} s`,
      'Raise “Access token expiration” in the instance’s application, OAuth configuration; or lower min_back_end_token_seconds.',
    )
  }
  const size = Buffer.byteLength(authorization.reveal())
  if (size > LARGE_HEADER_BYTES) {
    const remedy = 'Issue it with fewer claims and scopes: the gateway accepts 8 KB of headers.'
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

export async function failedToken(
  setup: Setup,
  { name, grant }: BackendConfig,
  error: Denial | Fault,
): Promise<Check> {
  const about = ['backend token', name] as const
  if (error.outcome === 'deny') {
    const { meaning, remedy } = DENIAL_REASONS[error.reason]
    return fail(about, `${error.reason}: ${meaning}`, error.logContext.hint ?? remedy)
  }
  return isNotGiven(error)
    ? skip(about, 'needs the client’s secret')
    : fail(about, meaningOf(error), await remedyOfFault(setup, grant, error))
}

async function remedyOfFault(setup: Setup, grant: GrantConfig, fault: Fault): Promise<string> {
  if (grant.kind === 'basic') return remedyOf(fault)
  const { detail } = fault.logContext
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

export const COPY_SCOPE =
  'copy it whole from the instance’s application, OAuth configuration → Resources → Scopes: https://HOST:443urn:opc:resource:consumer::all'

/** Identity domains answer only `invalid_scope`; the scope itself shows the mistake. */
function scopeRemedy(scope: string): string {
  const words = scope.split(/\s+/).filter((word) => word !== '')
  const resources = new Set(
    words.flatMap((word) => /^https?:\/\/[^/:]+(:\d+)?/.exec(word)?.[0] ?? []),
  )
  if (resources.size > 1) {
    return 'The scope names two resources, and a token is for only one: keep the scope of the Oracle Integration instance, and configure another backend for the other one.'
  }
  if (words.every((word) => word.startsWith('urn:opc:')))
    return `The scope has no host: ${COPY_SCOPE}.`
  if (words.some((word) => /^urn:opc:resource:(?!expiry)/.test(word))) {
    return `The scope has a space between host and name: ${COPY_SCOPE}, without a space.`
  }
  return `The domain issues no token for ${escaped(scope)} to our application. Compare the scope with the instance’s: ${COPY_SCOPE}. If it is the same, add it: our application, OAuth configuration → Resources → Add scope.`
}

export function claimsOf(authorization: Redacted): JsonObject | undefined {
  return readUnverifiedJwt(authorization.reveal().replace(/^Bearer /, ''))?.payload
}

export function audiencesOf(claims: JsonObject | undefined): readonly string[] {
  return claims === undefined ? [] : (stringOrStrings(member(claims, 'aud')) ?? [])
}

function describeClaims(claims: JsonObject): string {
  const value = (name: string): string => `${name} ${escaped(shown(member(claims, name)))}`
  return `, ${value('aud')}, ${value('scope')}`
}
