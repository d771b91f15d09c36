/** What API Gateway sends to an authorizer function, and the bearer token in it. */
import { denial, type Denial } from '../decision.ts'
import { firstFailed, type Check, type Observe } from '../checks.ts'
import { isBearerToken, MAX_TOKEN_CHARACTERS } from '../oauth/bearer-token.ts'
import { isJsonObject, member, parseJsonObject, type JsonObject } from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'

/** RFC 9110 §11.4: the scheme, whose case does not matter, then spaces. */
const BEARER_SCHEME = /^bearer(?: +|$)/i

/** A call of the gateway: what it passed on from the caller's request, by argument name. */
export interface AuthorizerRequest {
  /** Any JSON value; undefined where the caller's request had none. */
  readonly token: unknown
  /** The other arguments of a multi-argument function, by name; undefined without any. */
  readonly arguments: JsonObject | undefined
}

/**
 * Reads the payload of either kind of authorizer function (Oracle, “Creating an Authorizer
 * Function”): multi-argument `USER_DEFINED`, whose token is the argument with the configured name, or
 * single-argument `TOKEN`.
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
      return success({
        token: member(data, tokenArgument),
        arguments: without(data, tokenArgument),
      })
    }
    default:
      return failure(denial('request_malformed'))
  }
}

/** The token is left out of the arguments, which a log or a condition may use. */
function without(data: JsonObject, name: string): JsonObject {
  const others = Object.entries(data).filter(([each]) => each !== name)
  return Object.fromEntries(others) as unknown as JsonObject
}

/** The argument that deployments map to `request.headers[opc-request-id]`, only for the log. */
export const REQUEST_ID_ARGUMENT = 'opc_request_id'

/** The gateway's identifier of the caller's request, which the caller sees as well. */
export function readRequestId({ arguments: given }: AuthorizerRequest): string | undefined {
  const argument = given && member(given, REQUEST_ID_ARGUMENT)
  const value: unknown = Array.isArray(argument) ? argument[0] : argument
  return typeof value === 'string' ? value : undefined
}

/** The one bearer token of the request (RFC 6750 §2.1), without its scheme. */
export function readBearerToken(
  { token: argument }: Pick<AuthorizerRequest, 'token'>,
  observe?: Observe,
): Result<Redacted, Denial> {
  const values: readonly unknown[] = Array.isArray(argument) ? argument : [argument]
  const [value] = values
  const text = typeof value === 'string' ? value : ''
  const scheme = BEARER_SCHEME.exec(text)?.[0]
  const token = scheme === undefined ? '' : text.slice(scheme.length)
  for (const check of TOKEN_CHECKS) {
    // Each check assumes that those before it passed: none runs after a failure, even if observed.
    const failed = firstFailed([check], { count: values.length, text, scheme, token }, observe)
    if (failed !== undefined) return failure(denial(failed.reason))
  }
  return success(new Redacted(token))
}

interface Credentials {
  readonly count: number
  /** The header; empty if there is none. */
  readonly text: string
  readonly scheme: string | undefined
  /** What follows the scheme; empty if nothing does. */
  readonly token: string
}

/** None of them reports any part of the credentials. */
const TOKEN_CHECKS: readonly Check<Credentials>[] = [
  {
    name: 'one_token',
    reason: 'token_repeated',
    passes: ({ count }) => count <= 1,
    expected: () => 1,
    actual: ({ count }) => count,
  },
  {
    name: 'token_present',
    reason: 'token_missing',
    passes: ({ text }) => text !== '',
    expected: () => 'Bearer and a token',
    actual: ({ text }) => (text === '' ? undefined : 'credentials'),
  },
  {
    name: 'scheme',
    reason: 'scheme_unsupported',
    passes: ({ scheme }) => scheme !== undefined,
    expected: () => 'Bearer',
    actual: ({ scheme }) => (scheme === undefined ? 'another scheme, or none' : 'Bearer'),
  },
  {
    name: 'token_present',
    reason: 'token_missing',
    passes: ({ token }) => token !== '',
    expected: () => 'a token after Bearer',
    actual: ({ token }) => (token === '' ? undefined : 'a token'),
  },
  {
    name: 'token_length',
    reason: 'token_too_long',
    passes: ({ token }) => token.length <= MAX_TOKEN_CHARACTERS,
    expected: () => `at most ${MAX_TOKEN_CHARACTERS} characters`,
    actual: ({ token }) => token.length,
  },
  {
    name: 'token_syntax',
    reason: 'token_malformed',
    passes: ({ token }) => isBearerToken(token),
    expected: () => 'letters, digits, - . _ ~ + / and = at the end (RFC 6750 §2.1)',
    actual: ({ token }) => (isBearerToken(token) ? 'only these' : 'other characters'),
  },
]
