/**
 * Owns the judgement of a token's claims, wherever they come from: an introspection answer
 * (RFC 7662 §2.2) or a JWT (RFC 9068 §2.2).
 * Pure.
 */
import type { TokenRules } from '../config/model.ts'
import { denial, type Denial, type DenialReason } from '../decision.ts'
import { earlier, later, type NumericDate } from '../platform/clock.ts'
import { member, parseJsonObject, stringOrStrings, type JsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'

/** The claims that decide, typed. Absent ones are undefined. */
export interface TokenClaims {
  readonly issuer: string | undefined
  readonly subject: string | undefined
  readonly audience: readonly string[] | undefined
  readonly clientId: string | undefined
  readonly scope: readonly string[]
  readonly expiresAt: NumericDate | undefined
  readonly notBefore: NumericDate | undefined
  readonly issuedAt: NumericDate | undefined
  /** `tok_type` of identity domains: `AT` for access tokens. */
  readonly identityDomainTokenType: string | undefined
  /** `cnf` (RFC 7800): the token is bound to a key. */
  readonly senderConstrained: boolean
}

/** 9999-12-31T23:59:59Z. An instant beyond it is milliseconds mistaken for seconds, or worse. */
const LATEST_INSTANT = 253_402_300_799

/**
 * Reads the claims, or undefined where one has a type or a value that it cannot have. `aud` and
 * `scope` may be a string or an array of strings: identity providers do either.
 */
export const readTokenClaims = (claims: JsonObject): TokenClaims | undefined => {
  const texts = ['iss', 'sub', 'client_id', 'tok_type'].map((name) => claim(claims, name))
  const instants = ['exp', 'nbf', 'iat'].map((name) => claim(claims, name))
  const aud = claim(claims, 'aud')
  const scope = claim(claims, 'scope')
  const audience = stringOrStrings(aud)
  const scopes = stringOrStrings(scope)
  const sound =
    texts.every((value) => value === undefined || typeof value === 'string') &&
    instants.every((value) => value === undefined || isInstant(value)) &&
    (aud === undefined || audience !== undefined) &&
    (scope === undefined || scopes !== undefined)
  if (!sound) return undefined

  const [issuer, subject, clientId, identityDomainTokenType] = texts
  const [expiresAt, notBefore, issuedAt] = instants
  return {
    issuer,
    subject: subject === '' ? undefined : subject,
    audience,
    clientId: clientId === '' ? undefined : clientId,
    scope: (scopes ?? []).flatMap((text) => text.split(' ')).filter((text) => text !== ''),
    expiresAt,
    notBefore,
    issuedAt,
    identityDomainTokenType,
    senderConstrained: claim(claims, 'cnf') !== undefined,
  }
}

/** Some servers write null for a member that they do not have. */
const claim = (claims: JsonObject, name: string): unknown => member(claims, name) ?? undefined

const isInstant = (value: unknown): value is NumericDate =>
  typeof value === 'number' && value >= 0 && value <= LATEST_INSTANT

/** Holds the claims against the configured rules; the order decides which reason is told. */
export const judgeTokenClaims = (
  claims: TokenClaims,
  rules: TokenRules,
  now: NumericDate,
): Result<TokenClaims, Denial> => {
  const reason = firstObjection(claims, rules, now)
  if (reason === undefined) return success(claims)
  const about = claims.clientId === undefined ? {} : { clientId: claims.clientId }
  const refusal = denial(reason, about)
  return failure(
    reason === 'scope_insufficient'
      ? { ...refusal, requiredScopes: rules.requiredScopes }
      : refusal,
  )
}

const firstObjection = (
  claims: TokenClaims,
  rules: TokenRules,
  now: NumericDate,
): DenialReason | undefined => {
  const { audience, issuer, clockTolerance } = rules
  if (issuer !== undefined && claims.issuer !== issuer) return 'issuer_mismatch'
  if (audience !== 'any' && !audience.some((value) => claims.audience?.includes(value) === true)) {
    return 'audience_mismatch'
  }
  if (claims.identityDomainTokenType !== undefined && claims.identityDomainTokenType !== 'AT') {
    return 'token_type_wrong'
  }
  if (claims.senderConstrained) return 'token_sender_constrained'
  if (claims.expiresAt !== undefined && earlier(now, clockTolerance) >= claims.expiresAt) {
    return 'token_expired'
  }
  const latestStart = later(now, clockTolerance)
  if ([claims.notBefore, claims.issuedAt].some((start) => (start ?? 0) > latestStart)) {
    return 'token_not_yet_valid'
  }
  if (rules.allowedClients.length > 0 && !rules.allowedClients.includes(claims.clientId ?? '')) {
    return 'client_not_allowed'
  }
  if (!rules.requiredScopes.every((scope) => claims.scope.includes(scope))) {
    return 'scope_insufficient'
  }
  return undefined
}

/** Longest claim that is handed to the gateway, which takes 8 KB of headers in all. */
const LONGEST_CONTEXT_VALUE = 1024

/**
 * The listed claims as the gateway's context takes them: texts that can stand in a header. A claim
 * that cannot be one is left out, and its `request.auth[…]` is empty.
 */
export const selectContextClaims = (
  claims: JsonObject,
  names: readonly string[],
): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const text = contextText(member(claims, name))
      return text === undefined ? [] : [[name, text]]
    }),
  )

const contextText = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = stringOrStrings(value)?.join(' ')
  const fits = text !== undefined && text.length <= LONGEST_CONTEXT_VALUE
  return fits && !/\p{Cc}/u.test(text) ? text : undefined
}

/**
 * The payload of a JWT, not verified (RFC 7519 §7.2 without its signature), or undefined where the
 * token is none. To be asked only of a token that its issuer has just vouched for.
 */
export const readUnverifiedPayload = (token: string): JsonObject | undefined => {
  const parts = token.split('.', 4)
  return parts.length === 3 ? parseJsonObject(Buffer.from(parts[1] ?? '', 'base64url')) : undefined
}
