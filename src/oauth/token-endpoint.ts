/** Requests tokens at a token endpoint (RFC 6749 §3.2), and reads its answers. */
import type { Fault } from '../decision.ts'
import {
  plus,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
  type Seconds,
} from '../platform/clock.ts'
import type { HttpAnswer } from '../platform/http.ts'
import { member, stringMember, type JsonObject } from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { isBearerToken, MAX_TOKEN_CHARACTERS } from './bearer-token.ts'
import type { ClientRegistration, ClientRequest, SendAsClient } from './send-as-client.ts'
import { clientRefusalIn, type ClientRefusal } from './client-refusal.ts'
import { problemOfJson, readErrorCode, readJsonAnswer } from './form-request.ts'
import { readUnverifiedJwt } from './unverified-jwt.ts'

/** Identifiers of token types (RFC 8693 §3). */
export const TOKEN_TYPES = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const

export interface TokenRequest {
  readonly tokenEndpoint: string
  readonly client: ClientRegistration
  /** `grant_type` and the parameters of the grant. */
  readonly form: ClientRequest['form']
}

export interface IssuedToken {
  readonly accessToken: Redacted
  /** By our clock, counted from before the request. */
  readonly expiresAt: NumericDate
  /** RFC 8693 §2.2.1; undefined where the answer has none. */
  readonly issuedTokenType: string | undefined
}

/** Why there is no token: the endpoint is unavailable, refuses, or sends an unusable answer. */
export interface TokenFailure {
  readonly kind: 'unavailable' | 'refused' | 'unusable'
  /** From fixed lists, or the error code of the answer. */
  readonly detail: string
  readonly clientRefusal?: ClientRefusal
  /** How long the endpoint asks to wait (RFC 9110 §10.2.3, RFC 6585 §4). */
  readonly retryAfter?: Seconds
}

/** Requests a token as a registered client. A `Fault`: the client's secret could not be read. */
export type RequestToken = (
  request: TokenRequest,
  deadline: Deadline,
) => Promise<Result<IssuedToken, TokenFailure | Fault>>

export function createRequestToken(sendAsClient: SendAsClient, clock: Clock): RequestToken {
  return async ({ tokenEndpoint: endpoint, client, form }, deadline) => {
    const requestedAt = clock.now()
    // Nothing in the answer says whose token it is. Tokens are fetched seldom enough for a connection
    // of their own.
    const request = { endpoint, client, form, connection: 'own' } as const
    const answer = await sendAsClient(request, deadline)
    if (answer.ok) return readTokenAnswer(answer.value, requestedAt, clock.now())
    const { error } = answer
    return failure(typeof error === 'string' ? { kind: 'unavailable', detail: error } : error)
  }
}

/**
 * The assumed lifetime if the answer has none (RFC 6749 §5.1 allows that); less if the token's `exp` is
 * earlier and not past.
 */
const DEFAULT_LIFETIME = seconds(300)

const MAX_LIFETIME = seconds(86_400)

const MAX_RETRY_AFTER = seconds(300)

/** The token in the answer. Its lifetime counts from `requestedAt`: it was not issued earlier. */
export function readTokenAnswer(
  answer: HttpAnswer,
  requestedAt: NumericDate,
  now: NumericDate,
): Result<IssuedToken, TokenFailure> {
  const detail = `status_${answer.status}`
  const code = readErrorCode(answer)
  const clientRefusal = clientRefusalIn(answer)
  const refusal = clientRefusal === undefined ? {} : { clientRefusal }
  // An OAuth error or any 401 is a refusal; other answers may come from a proxy.
  if (answer.status === 401 || ([400, 403].includes(answer.status) && code !== undefined)) {
    return failure({ kind: 'refused', detail: code ?? detail, ...refusal })
  }
  if (answer.status !== 200) {
    const retryAfter = readRetryAfter(answer, now)
    return failure({ kind: 'unavailable', detail, ...refusal, ...(retryAfter && { retryAfter }) })
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
  if (token.length > MAX_TOKEN_CHARACTERS) return unusable('access_token_too_long')
  if (!isBearerToken(token)) return unusable('access_token_malformed')

  const type = member(members, 'token_type')
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') return unusable('not_bearer')

  const lifetime = readLifetime(
    member(members, 'expires_in') ?? defaultLifetime(token, requestedAt),
  )
  if (lifetime === undefined) return unusable('expires_in_malformed')
  return success({
    accessToken: new Redacted(token),
    expiresAt: plus(requestedAt, lifetime),
    issuedTokenType: stringMember(members, 'issued_token_type'),
  })
}

/** Seconds or a date; only with a status about load. */
function readRetryAfter(answer: HttpAnswer, now: NumericDate): Seconds | undefined {
  const value = answer.header('retry-after')
  if (value === undefined || ![429, 503].includes(answer.status)) return undefined
  const span = /^\d{1,9}$/.test(value) ? Number(value) : Date.parse(value) / 1000 - now
  return span > 0 ? seconds(Math.min(span, MAX_RETRY_AFTER)) : undefined
}

function unusable(detail: string): Result<never, TokenFailure> {
  return failure({ kind: 'unusable', detail })
}

/** A number, or digits in a string, as Entra's v1 endpoint and AD FS send it. */
function readLifetime(value: unknown): Seconds | undefined {
  const span = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  return typeof span === 'number' && span > 0 ? seconds(Math.min(span, MAX_LIFETIME)) : undefined
}

function defaultLifetime(token: string, requestedAt: NumericDate): Seconds {
  const payload = readUnverifiedJwt(token)?.payload
  const end = payload && member(payload, 'exp')
  return typeof end === 'number' && end > requestedAt
    ? seconds(Math.min(end - requestedAt, DEFAULT_LIFETIME))
    : DEFAULT_LIFETIME
}
