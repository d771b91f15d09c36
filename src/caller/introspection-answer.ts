/** Reads an introspection answer (RFC 7662 §2.2 and §2.3). */
import type { ClaimNames, IssuerConfig } from '../config/model.ts'
import { denial, fault, firstDenial, type Denial, type Fault } from '../decision.ts'
import type { Observe } from '../checks.ts'
import { problemOfJson, readErrorCode, readJsonAnswer } from '../oauth/form-request.ts'
import { clientRefusalIn } from '../oauth/client-refusal.ts'
import type { UnverifiedJwt } from '../oauth/unverified-jwt.ts'
import type { HttpAnswer, Identification } from '../platform/http.ts'
import { hasValue, member, nonEmpty, stringMember, type JsonObject } from '../platform/json.ts'
import type { LogValue } from '../platform/log.ts'
import { failure, type Result } from '../platform/result.ts'
import { APPLICATION_MARKS } from '../providers/user-claims.ts'
import { INTROSPECTION_CHECKS } from './introspection-checks.ts'
import { readAnswerClaims, type TokenClaims } from './claims.ts'
import { TOKEN_KIND_CLAIMS } from './token-kind.ts'

/**
 * Only status 200 with a JSON object is an answer. If our own client was refused, that says nothing
 * about the caller's token. `jwt`: the token, if it is one.
 */
export function readIntrospectionAnswer(
  answer: HttpAnswer,
  jwt: UnverifiedJwt | undefined,
  issuer: IssuerConfig,
  observe?: Observe,
): Result<TokenClaims, Denial | Fault> {
  const detail = `status_${answer.status}`
  if ([400, 401, 403].includes(answer.status)) {
    const code = readErrorCode(answer)
    const hint = code === 'invalid_token' ? INVALID_TOKEN_HINT : hintOnClient(answer)
    return failure(
      fault('introspection_refused', { detail: code ?? detail, ...(hint && { hint }) }),
    )
  }
  if (answer.status !== 200) return failure(fault('introspection_unavailable', { detail }))

  const members = readJsonAnswer(answer)
  if (members === undefined) return unusable(problemOfJson(answer))
  const refusal = firstDenial(INTROSPECTION_CHECKS, members, observe)
  if (refusal !== undefined) return failure(refusal)
  const answered = readAnswerClaims(members, issuer.claimNames)
  if (!answered.ok) {
    const { name, expected } = answered.error
    return unusable(`member_malformed: ${name}`, `\`${name}\` as ${expected}`)
  }

  const payload = jwt?.payload
  const contradiction = payload && contradictionOf(members, payload, issuer)
  if (contradiction !== undefined) return unusable(`contradicts_token: ${contradiction}`)
  // The endpoint has just confirmed this token, and so the claims in its payload.
  const names = namesIn(members, issuer.claimNames)
  const merged = payload === undefined ? members : withPayload(members, payload, issuer)
  const claims = readAnswerClaims(merged, names)
  if (claims.ok) return claims
  const { name, expected, actual } = claims.error
  const comparison = { expected: `\`${name}\` as ${expected}`, actual: actual as LogValue }
  observe?.({ name: 'claim_types', ok: false, reason: 'claims_malformed', ...comparison })
  return failure(denial('claims_malformed', comparison))
}

/** No `jti` in use is longer; each is remembered for some time. */
const MAX_JTI_CHARACTERS = 256

/** How to recognize the answer about a JWT that has a `jti`; undefined for any other token. */
export function identificationOf(
  jwt: UnverifiedJwt | undefined,
  issuer: IssuerConfig,
): Identification | undefined {
  const jti = jwt && nonEmpty(stringMember(jwt.payload, 'jti'))
  if (jwt === undefined || jti === undefined || jti.length > MAX_JTI_CHARACTERS) return undefined
  return {
    id: jti,
    isIn: (answer) => {
      const members = answer.status === 200 ? readJsonAnswer(answer) : undefined
      return (
        members !== undefined &&
        member(members, 'jti') === jti &&
        contradictionOf(members, jwt.payload, issuer) === undefined
      )
    },
  }
}

const INVALID_TOKEN_HINT =
  'The endpoint answers a bad token with an error instead of `active: false` (RFC 7662 §2.2), or requires an access token in place of client id and secret.'

const CLIENT_OF_INTROSPECTION_REFUSED_HINT =
  'Compare client id and secret with the application; is it activated, and does it accept HTTP Basic (`client.client_auth`)?'

function hintOnClient(answer: HttpAnswer): string | undefined {
  return clientRefusalIn(answer) === undefined ? undefined : CLIENT_OF_INTROSPECTION_REFUSED_HINT
}

function unusable(detail: string, expected?: string): Result<never, Fault> {
  const logContext = expected === undefined ? { detail } : { detail, expected }
  return failure(fault('introspection_unusable', logContext))
}

/** Some servers calculate `exp` from the seconds that are left, so it may differ from the token's. */
const ROUNDING_SECONDS = 5

/**
 * The member that contradicts the token, if any. Proxies and servers have been seen to mix answers up;
 * this can only be detected for a JWT.
 */
function contradictionOf(
  answer: JsonObject,
  payload: JsonObject,
  { introspection }: IssuerConfig,
): string | undefined {
  const names = introspection?.subject === 'may_differ' ? [] : ['sub']
  return ['jti', 'iat', 'exp', ...names].find((name) => {
    if (!hasValue(answer, name) || !hasValue(payload, name)) return false
    const [answered, claimed] = [member(answer, name), member(payload, name)]
    return typeof answered === 'number' && typeof claimed === 'number'
      ? Math.abs(answered - claimed) > ROUNDING_SECONDS
      : answered !== claimed
  })
}

/** The claim names to read. Where the answer has some of the names for a claim, the others are ignored. */
function namesIn(answer: JsonObject, claimNames: ClaimNames): ClaimNames {
  const inAnswer = (names: readonly string[]) => {
    const some = names.filter((name) => hasValue(answer, name))
    return some.length > 0 ? some : names
  }
  return {
    principal: inAnswer(claimNames.principal),
    clientId: inAnswer(claimNames.clientId),
    scope: inAnswer(claimNames.scope),
  }
}

/**
 * The answer, with claims of the token's payload that it lacks. Scopes are added only if the signature
 * has been verified and the answer has none: an endpoint may withhold scopes from the requesting client
 * (RFC 7662 §2.2).
 */
function withPayload(answer: JsonObject, payload: JsonObject, issuer: IssuerConfig): JsonObject {
  const { scope } = issuer.claimNames
  const isSignatureVerified = issuer.jwt !== undefined
  const addsScopes = isSignatureVerified && !scope.some((name) => hasValue(answer, name))
  const names = isSignatureVerified ? Object.keys(payload) : neededClaims(payload, issuer)
  const added = names
    .filter((name) => !hasValue(answer, name) && (addsScopes || !scope.includes(name)))
    .map((name) => [name, member(payload, name)] as const)
  return { ...answer, ...Object.fromEntries(added) }
}

/** Claims that are taken from a payload that only the answer confirms. */
function neededClaims(
  payload: JsonObject,
  { claimNames, contextClaims, rules }: IssuerConfig,
): readonly string[] {
  return [
    ...['iss', 'aud', 'exp'],
    ...Object.keys(APPLICATION_MARKS),
    ...Object.keys(payload).filter((name) => name.endsWith('_verified')),
    ...(rules.maxTokenLifetime === undefined ? [] : ['iat']),
    ...claimNames.clientId,
    ...TOKEN_KIND_CLAIMS,
    ...rules.requiredClaims.map(({ name }) => name),
    ...contextClaims,
  ]
}
