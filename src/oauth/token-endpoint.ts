/**
 * Owns the token endpoint's answer (RFC 6749 §5): what makes it a usable Bearer token.
 * Pure.
 */
import { later, seconds, type NumericDate, type Seconds } from '../platform/clock.ts'
import type { HttpAnswer } from '../platform/http.ts'
import { member, type JsonObject } from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { isBearerToken } from './bearer-token.ts'
import { problemOfJson, readErrorCode, readJsonAnswer } from './form-request.ts'
import { readUnverifiedJwt } from './unverified-jwt.ts'

export interface IssuedToken {
  readonly accessToken: Redacted
  /** Its end by our clock, reckoned from before it was asked for. */
  readonly expiresAt: NumericDate
  /** RFC 8693 §2.2.1; undefined where the answer has none. */
  readonly issuedTokenType: string | undefined
}

/** Why there is no token: the endpoint is out of reach, says no, or says something else. */
export interface TokenFailure {
  readonly kind: 'unavailable' | 'refused' | 'unusable'
  /** From fixed lists, or the registered error code of the answer. */
  readonly detail: string
  /** How long the endpoint wants to be left alone (RFC 9110 §10.2.3, RFC 6585 §4). */
  readonly retryAfter?: Seconds
}

/** A longer one cannot be passed on: the gateway takes 8 KB of headers in all. */
const LONGEST_TOKEN = 16 * 1024

/**
 * A lifetime that is not told (RFC 6749 §5.1 allows that) is taken to be this, or less where the
 * token itself says so.
 */
const UNTOLD_LIFETIME = seconds(300)

/** A longer lifetime is taken to be this: a new token a day costs nothing. */
const LONGEST_LIFETIME = seconds(86_400)

/** Who asks for a longer pause is asked again after this one. */
const LONGEST_RETRY_AFTER = seconds(300)

/** Codes by which a server has nothing against our client's authentication (RFC 6749 §5.2, RFC 8693). */
const OTHER_ERRORS = [
  'invalid_request',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]

/**
 * Whether the answer says that our client's authentication was refused (RFC 6749 §5.2): by its code,
 * or by a 401 that names no other.
 */
export function isInvalidClient(answer: HttpAnswer): boolean {
  const code = readErrorCode(answer)
  return answer.status === 401
    ? code === undefined || !OTHER_ERRORS.includes(code)
    : answer.status === 400 && code === 'invalid_client'
}

/** What to look at then; for the log. */
export const INVALID_CLIENT_HINT =
  'Compare client id and secret with the application; is it activated?'

/**
 * The token in the answer. Its end is reckoned from `requestedAt`, when the request left: it
 * cannot have been issued earlier than that.
 */
export function readTokenAnswer(
  answer: HttpAnswer,
  requestedAt: NumericDate,
  now: NumericDate,
): Result<IssuedToken, TokenFailure> {
  const detail = `status_${answer.status}`
  const code = readErrorCode(answer)
  // A refusal is what OAuth says in its own words; other answers come from something before it.
  if (answer.status === 401 || ([400, 403].includes(answer.status) && code !== undefined)) {
    return failure({ kind: 'refused', detail: code ?? detail })
  }
  if (answer.status !== 200) {
    const retryAfter = readRetryAfter(answer, now)
    return failure({ kind: 'unavailable', detail, ...(retryAfter && { retryAfter }) })
  }

  const members = readJsonAnswer(answer)
  return members === undefined ? unusable(problemOfJson(answer)) : readToken(members, requestedAt)
}

function readToken(
  members: JsonObject,
  requestedAt: NumericDate,
): Result<IssuedToken, TokenFailure> {
  const token = member(members, 'access_token')
  if (token === undefined && member(members, 'tokenResponses') !== undefined) {
    // Identity domains answer a scope over several resources with several tokens.
    return unusable('several_tokens')
  }
  if (typeof token !== 'string' || token === '') return unusable('access_token_missing')
  if (token.length > LONGEST_TOKEN) return unusable('access_token_too_long')
  if (!isBearerToken(token)) return unusable('access_token_malformed')

  const type = member(members, 'token_type')
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return unusable('not_bearer')

  const lifetime = readLifetime(member(members, 'expires_in') ?? untoldLifetime(token, requestedAt))
  if (lifetime === undefined) return unusable('expires_in_malformed')
  const issuedTokenType = member(members, 'issued_token_type')
  return success({
    accessToken: new Redacted(token),
    expiresAt: later(requestedAt, lifetime),
    issuedTokenType: typeof issuedTokenType === 'string' ? issuedTokenType : undefined,
  })
}

/** A number of seconds or a date; only with a status that is about being asked too much. */
function readRetryAfter(answer: HttpAnswer, now: NumericDate): Seconds | undefined {
  const value = answer.header('retry-after')
  if (value === undefined || ![429, 503].includes(answer.status)) return undefined
  const span = /^\d{1,9}$/.test(value) ? Number(value) : Date.parse(value) / 1000 - now
  return span > 0 ? seconds(Math.min(span, LONGEST_RETRY_AFTER)) : undefined
}

function unusable(detail: string): Result<never, TokenFailure> {
  return failure({ kind: 'unusable', detail })
}

function readLifetime(value: unknown): Seconds | undefined {
  return typeof value === 'number' && value > 0
    ? seconds(Math.min(value, LONGEST_LIFETIME))
    : undefined
}

function untoldLifetime(token: string, requestedAt: NumericDate): Seconds {
  const payload = readUnverifiedJwt(token)?.payload
  const end = payload && member(payload, 'exp')
  return typeof end === 'number' && end > requestedAt
    ? seconds(Math.min(end - requestedAt, UNTOLD_LIFETIME))
    : UNTOLD_LIFETIME
}
