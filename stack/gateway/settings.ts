/** Settings for behaviour that Oracle's documentation of API Gateway does not specify. */

export interface GatewaySettings {
  /**
   * Whether `active: false` is kept, be it a function's or an introspection endpoint's. The page on caching speaks of "the response"
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
  /** Whether a caller is authenticated on `ANONYMOUS` routes too, denials being ignored there. */
  readonly authorizerOnAnonymousRoutes: boolean
  /** Status when the caller's scopes hold none of the route's `allowedScope`. */
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
  /** `WWW-Authenticate` when the gateway itself finds a token missing or bad. */
  readonly ownChallenge: string
  /** Whether the scheme before a token has to have the very case of `tokenAuthScheme`. */
  readonly authSchemeIsCaseSensitive: boolean
  /**
   * Whether a public key has to say by `use` or `key_ops` that it verifies. The page on key parameters
   * says so; yet identity domains, whose key sets another page recommends, have been seen to publish
   * keys without `use` and with `key_ops` of `encrypt` and `sign`. If not, `key_ops` is not looked at.
   */
  readonly keysMustSayVerify: boolean
  /** Whether a `kid` that a kept JWK Set lacks has the set fetched again before its time. */
  readonly refetchOnUnknownKid: boolean
  /** Whether `ANY_OF` looks into a `scope` claim that is a list, besides one with spaces. */
  readonly scopeClaimMayBeList: boolean
  /** How the gateway authenticates at an introspection endpoint. */
  readonly introspectionClientAuthentication: 'client_secret_basic' | 'client_secret_post'
  /** Whether an introspection answer may have `active` as text, as identity domains document it. */
  readonly introspectionActiveMayBeText: boolean
  /** Whether a token passes whose introspection answer has no `exp`, which RFC 7662 allows. */
  readonly introspectionMayLackExpiry: boolean
  /** For one whole exchange with an identity provider. */
  readonly identityProviderTimeoutSeconds: number
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
  ownChallenge: 'Bearer',
  authSchemeIsCaseSensitive: true,
  keysMustSayVerify: true,
  refetchOnUnknownKid: false,
  scopeClaimMayBeList: false,
  introspectionClientAuthentication: 'client_secret_basic',
  introspectionActiveMayBeText: false,
  introspectionMayLackExpiry: false,
  identityProviderTimeoutSeconds: 10,
}
