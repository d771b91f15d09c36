/**
 * Owns what Oracle's documentation of API Gateway leaves open: each gap is a setting with a name.
 * No I/O. The defaults are the readings that demand most of an authorizer and grant least to callers.
 */

export interface GatewaySettings {
  /**
   * Whether `active: false` is kept in the result cache. The page on caching speaks of "the response"
   * without limiting it to successes. True is the harder test: an authorizer that passes its own
   * trouble off as a denial then locks the caller out for a minute.
   */
  readonly cacheDenials: boolean
  /** What a single-argument deployment does when the request has no token at all. */
  readonly missingToken: 'invoke without token' | 'invoke with empty token' | 'answer 401'
  /** What a multi-argument deployment sends when the request has none of the arguments. */
  readonly noArguments: 'empty data' | 'no data'
  /** Whether the key of `request.headers[...]` must have the very case that the caller used. */
  readonly headerKeysAreCaseSensitive: boolean
  /** Whether an `expiresAt` with fractional seconds is valid. If not, it counts as missing: 60 s. */
  readonly fractionalExpiresAt: boolean
  /** Status when the function answers neither 200 nor 5xx, or 200 with something unreadable. */
  readonly unexpectedAnswerStatus: 401 | 500 | 502
  /** What `request.auth[...]` gives for a context value that is no string. */
  readonly nonStringContextValue: 'empty' | 'json'
  /** Whether the authorizer is called on `ANONYMOUS` routes, its denials being ignored there. */
  readonly authorizerOnAnonymousRoutes: boolean
  /** Status when the scopes that the function returned hold none of the route's `allowedScope`. */
  readonly scopeMismatchStatus: number
  /** Whether `responseCode` takes `${request.auth[...]}` too, besides the bare form of the page. */
  readonly bracedResponseCode: boolean
  /** Status when `responseCode` comes out as no HTTP status, e.g. for want of the context value. */
  readonly unreadableResponseCodeStatus: number
  /** Whether the function's `WWW-Authenticate` survives a `MODIFY_RESPONSE` policy. */
  readonly modifyResponseKeepsChallenge: boolean
  /** Status for a request header over 8 KB; beyond 16 KB the HTTP server itself answers 431. */
  readonly headerTooLargeStatus: number
  /** Whether the 8 KB hold for the request to the back end too, with the new token in it. */
  readonly headerLimitAtBackend: boolean
  /** Whether `.` and `..` in a request's path reach the back end; if not, the answer is 400. */
  readonly forwardDotSegments: boolean
}

export const defaultSettings: GatewaySettings = {
  cacheDenials: true,
  missingToken: 'invoke without token',
  noArguments: 'empty data',
  headerKeysAreCaseSensitive: false,
  fractionalExpiresAt: false,
  unexpectedAnswerStatus: 502,
  nonStringContextValue: 'empty',
  authorizerOnAnonymousRoutes: false,
  scopeMismatchStatus: 403,
  bracedResponseCode: false,
  unreadableResponseCodeStatus: 401,
  modifyResponseKeepsChallenge: false,
  headerTooLargeStatus: 431,
  headerLimitAtBackend: true,
  forwardDotSegments: true,
}
