/**
 * Owns the judgement of a token's claims, wherever they come from: an introspection answer
 * (RFC 7662 §2.2) or a JWT (RFC 9068 §2.2).
 * Pure.
 */
import type { ClaimNames, RequiredClaim, TokenRules } from '../config/model.ts'
import { denial, type Denial } from '../decision.ts'
import { DENIAL_REASONS, type DenialReason } from '../reasons.ts'
import { earlier, later, type NumericDate } from '../platform/clock.ts'
import { member, stringOrStrings, type JsonObject } from '../platform/json.ts'

/** The claims that decide, typed. Absent ones are undefined. */
export interface TokenClaims {
  readonly issuer: string | undefined
  readonly principal: string | undefined
  readonly audience: readonly string[] | undefined
  readonly clientId: string | undefined
  readonly scope: readonly string[]
  readonly expiresAt: NumericDate | undefined
  readonly notBefore: NumericDate | undefined
  readonly issuedAt: NumericDate | undefined
  /** All claims, as they came. */
  readonly members: JsonObject
}

/** 9999-12-31T23:59:59Z. An instant beyond it is milliseconds mistaken for seconds, or worse. */
const LATEST_INSTANT = 253_402_300_799

/**
 * Reads the claims, or undefined where one has a type or a value that it cannot have. `aud` and
 * the scopes may be a string or an array of strings: identity providers do either.
 */
export function readTokenClaims(members: JsonObject, names: ClaimNames): TokenClaims | undefined {
  const texts = [['iss'], names.principal, names.clientId].map((group) => told(members, group))
  const instants = ['exp', 'nbf', 'iat'].map((name) => claim(members, name))
  const lists = ['aud', ...names.scope].map((name) => claim(members, name))
  const sound =
    texts.every((value) => value === undefined || typeof value === 'string') &&
    instants.every((value) => value === undefined || isInstant(value)) &&
    lists.every((value) => value === undefined || stringOrStrings(value) !== undefined)
  if (!sound) return undefined

  const [issuer, principal, clientId] = texts
  const [expiresAt, notBefore, issuedAt] = instants
  return {
    issuer,
    principal,
    audience: stringOrStrings(claim(members, 'aud')),
    clientId,
    scope: readScope(members, names.scope),
    expiresAt,
    notBefore,
    issuedAt,
    members,
  }
}

/** Some servers write null for a member that they do not have. */
function claim(members: JsonObject, name: string): unknown {
  return member(members, name) ?? undefined
}

/** What the first of the names has that stands for something; the others are not looked at. */
function told(members: JsonObject, names: readonly string[]): unknown {
  return names
    .map((name) => claim(members, name))
    .find((value) => value !== undefined && value !== '')
}

/**
 * Claims that a text fills with several scopes, separated by blanks (RFC 6749 §3.3). Elsewhere, and
 * in arrays, a text is one: names of roles and groups may have blanks in them, and the words of
 * such a name are no scopes.
 */
const SCOPE_TEXTS: readonly string[] = ['scope', 'scp']

function readScope(members: JsonObject, names: readonly string[]): readonly string[] {
  const scopes = names.flatMap((name) => {
    const value = claim(members, name)
    return typeof value === 'string' && SCOPE_TEXTS.includes(name)
      ? value.split(' ')
      : (stringOrStrings(value) ?? [])
  })
  return [...new Set(scopes.filter((scope) => scope !== '' && !scope.includes(' ')))]
}

function isInstant(value: unknown): value is NumericDate {
  return typeof value === 'number' && value >= 0 && value <= LATEST_INSTANT
}

/** Holds the claims against the configured rules; the order decides which reason is told. */
export function objectionTo(
  claims: TokenClaims,
  rules: TokenRules,
  now: NumericDate,
): Denial | undefined {
  const reason = firstObjection(claims, rules, now)
  if (reason === undefined) return undefined
  const refusal = denial(reason, claims.clientId === undefined ? {} : { clientId: claims.clientId })
  const { requiredScopes } = rules
  return lacksScopeAlone(refusal) && requiredScopes.length > 0
    ? { ...refusal, requiredScopes }
    : refusal
}

/** Whether the token would be good if it carried more. */
export function lacksScopeAlone({ reason }: Denial): boolean {
  return DENIAL_REASONS[reason].challenge === 'insufficient_scope'
}

function firstObjection(
  claims: TokenClaims,
  rules: TokenRules,
  now: NumericDate,
): DenialReason | undefined {
  const { audience, issuer } = rules
  if (issuer !== undefined && claims.issuer !== issuer) return 'issuer_mismatch'
  if (audience !== 'any' && !audience.some((value) => claims.audience?.includes(value) === true)) {
    return 'audience_mismatch'
  }
  const namesNoClient = rules.clientIdRequired && claims.clientId === undefined
  if (namesNoClient || !isAccessToken(claims.members)) return 'token_type_wrong'
  if (claim(claims.members, 'cnf') !== undefined) return 'token_sender_constrained'
  const untimely = objectionToTime(claims, rules, now)
  if (untimely !== undefined) return untimely
  if (rules.allowedClients.length > 0 && !rules.allowedClients.includes(claims.clientId ?? '')) {
    return 'client_not_allowed'
  }
  if (!rules.requiredClaims.every((required) => holds(claims.members, required))) {
    return 'claim_mismatch'
  }
  if (rules.anyScopeRequired && claims.scope.length === 0) return 'permission_missing'
  const hasAllScopes = rules.requiredScopes.every((scope) => claims.scope.includes(scope))
  return hasAllScopes ? undefined : 'scope_insufficient'
}

function objectionToTime(
  { expiresAt, notBefore, issuedAt }: TokenClaims,
  { clockTolerance, maxTokenLifetime }: TokenRules,
  now: NumericDate,
): DenialReason | undefined {
  if (expiresAt !== undefined && earlier(now, clockTolerance) >= expiresAt) return 'token_expired'
  const latestStart = later(now, clockTolerance)
  if ([notBefore, issuedAt].some((start) => start !== undefined && start > latestStart)) {
    return 'token_not_yet_valid'
  }
  if (maxTokenLifetime === undefined) return undefined
  const isTooLong =
    expiresAt === undefined ||
    issuedAt === undefined ||
    later(issuedAt, maxTokenLifetime) < expiresAt
  return isTooLong ? 'lifetime_too_long' : undefined
}

/**
 * Claims by which providers tell other tokens from access tokens: identity domains (`tok_type`),
 * Keycloak (`typ`), Cognito, Hydra and Dex (`token_use`). What they say has to be this where they
 * say anything.
 */
const ACCESS_TOKEN_MARKS: readonly (readonly [name: string, ...values: string[]])[] = [
  ['tok_type', 'AT'],
  ['typ', 'Bearer'],
  ['token_use', 'access', 'access_token'],
]

/**
 * Claims that only tokens of another kind have: hashes in ID tokens (OpenID Connect Core §3.1.3.6),
 * events in logout and other security event tokens (RFC 8417 §2.2), the request in DPoP proofs
 * (RFC 9449 §4.2), the answer in introspection JWTs (RFC 9701 §5).
 */
const MARKS_OF_OTHER_TOKENS = ['at_hash', 'c_hash', 'events', 'htm', 'htu', 'token_introspection']

/** The claims that tell what kind of token it is. */
export const TOKEN_KIND_CLAIMS: readonly string[] = [
  ...ACCESS_TOKEN_MARKS.map(([name]) => name),
  ...MARKS_OF_OTHER_TOKENS,
  'cnf',
]

function isAccessToken(members: JsonObject): boolean {
  return (
    ACCESS_TOKEN_MARKS.every(([name, ...values]) => {
      const value = claim(members, name)
      return value === undefined || values.some((each) => each === value)
    }) && MARKS_OF_OTHER_TOKENS.every((name) => claim(members, name) === undefined)
  )
}

function holds(members: JsonObject, { name, values }: RequiredClaim): boolean {
  const value = claim(members, name)
  const held: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.some((wanted) => held.includes(wanted) && !isRounded(wanted))
}

/** A whole number so large that it may have been another one in the token's text. */
function isRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}

/** Longest claim that is handed to the gateway, which takes 8 KB of headers in all. */
const LONGEST_CONTEXT_VALUE = 1024

/**
 * The listed claims as the gateway's context takes them: texts that can stand in a header. A claim
 * that cannot be one is left out, and its `request.auth[…]` is empty.
 */
export function selectContextClaims(
  members: JsonObject,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = contextText(claim(members, name))
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function contextText(value: unknown): string | undefined {
  if (isRounded(value)) return undefined
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = stringOrStrings(value)?.join(' ')
  const fits = text !== undefined && text.length <= LONGEST_CONTEXT_VALUE
  return fits && !/\p{Cc}/u.test(text) ? text : undefined
}
