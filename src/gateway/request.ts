/**
 * Owns what API Gateway sends to an authorizer function, and the bearer token in it.
 * Pure.
 */
import { denial, type Denial } from '../decision.ts'
import { isBearerToken } from '../oauth/bearer-token.ts'
import { isJsonObject, member, parseJsonObject, type JsonObject } from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'

/** Longest token that is looked at, in characters, which are bytes in the token's grammar. */
const LONGEST_TOKEN = 16 * 1024

/** RFC 9110 §11.4: the scheme, whose case does not matter, then blanks. */
const BEARER_SCHEME = /^bearer(?: +|$)/i

/** A call of the gateway: what it passed on from the caller's request, by argument name. */
export interface AuthorizerRequest {
  /** Any JSON value; undefined where the caller's request had none. */
  readonly token: unknown
  /** All arguments of the multi-argument flavour, the token among them; undefined without any. */
  readonly arguments: JsonObject | undefined
}

/**
 * Reads the payload of either flavour of authorizer function (Oracle, “Creating an Authorizer
 * Function”): multi-argument `USER_DEFINED`, whose token stands under the name that the
 * configuration gives it, or single-argument `TOKEN`.
 */
export function readAuthorizerRequest(
  body: Uint8Array,
  tokenArgument: string,
): Result<AuthorizerRequest, Denial> {
  const payload = parseJsonObject(body)
  if (payload === undefined) return failure(denial('request_malformed'))

  switch (member(payload, 'type')) {
    case 'TOKEN':
      return success({ token: member(payload, 'token'), arguments: undefined })
    case 'USER_DEFINED': {
      // Whether the gateway sends an empty `data` or none when no argument has a value is not documented.
      const data = member(payload, 'data')
      if (data === undefined) return success({ token: undefined, arguments: undefined })
      if (!isJsonObject(data)) return failure(denial('request_malformed'))
      return success({ token: member(data, tokenArgument), arguments: data })
    }
    default:
      return failure(denial('request_malformed'))
  }
}

/** The one bearer token of the request (RFC 6750 §2.1), without its scheme. */
export function readBearerToken(
  request: Pick<AuthorizerRequest, 'token'>,
): Result<Redacted, Denial> {
  const values: readonly unknown[] = Array.isArray(request.token) ? request.token : [request.token]
  if (values.length > 1) return failure(denial('token_repeated'))

  const [value] = values
  if (typeof value !== 'string' || value === '') return failure(denial('token_missing'))

  const scheme = BEARER_SCHEME.exec(value)
  if (scheme === null) return failure(denial('scheme_unsupported'))

  const token = value.slice(scheme[0].length)
  if (token === '') return failure(denial('token_missing'))
  if (token.length > LONGEST_TOKEN) return failure(denial('token_too_long'))
  if (!isBearerToken(token)) return failure(denial('token_malformed'))
  return success(new Redacted(token))
}
