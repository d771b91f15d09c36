/** Tells access tokens from ID tokens, refresh tokens and other JWTs by their claims (RFC 8725 §3.12). */
import {
  hasValue,
  member,
  stringMember,
  stringOrStrings,
  type JsonObject,
} from '../platform/json.ts'

/**
 * Claims in which providers name the kind of token: identity domains (`tok_type`), Keycloak (`typ`),
 * Cognito, Hydra and Dex (`token_use`). A token that has one must have one of these values.
 */
const ACCESS_TOKEN_MARKS: readonly (readonly [name: string, ...values: string[]])[] = [
  ['tok_type', 'AT'],
  ['typ', 'Bearer', 'access', 'access_token'],
  ['token_use', 'access', 'access_token'],
]

/**
 * Claims that only other kinds of token have: hashes in ID tokens (OpenID Connect Core §3.1.3.6),
 * events in logout and other security event tokens (RFC 8417 §2.2), the request in DPoP proofs
 * (RFC 9449 §4.2), the answer in introspection JWTs (RFC 9701 §5).
 */
const MARKS_OF_OTHER_TOKENS = ['at_hash', 'c_hash', 'events', 'htm', 'htu', 'token_introspection']

/**
 * Claims in which other servers name the kind of token: PingAM (`tokenName`), Curity (`purpose`),
 * Casdoor (`tokenType`), FusionAuth (`tty`), issuers of one's own (`type`, `token_type`). In other
 * tokens they may mean anything, so only a value that names another kind counts.
 */
const NAMES_OF_KIND = [
  ...['token_type', 'tokenType', 'token_name', 'tokenName', 'token_usage', 'tokenUse'],
  ...['token_kind', 'tokenKind', 'type', 'kind', 'purpose', 'use', 'tty'],
]

/** In lower case and without separators. */
const OTHER_KINDS = /^(refresh|offline|id|identity|logout)token$|^(refresh|id|authorizationcode)$/

/**
 * Claims that access tokens have and ID tokens do not. `azp` and `roles` are not among them: ID tokens
 * have them as well (OpenID Connect Core §2, Microsoft Entra).
 */
const CLAIMS_OF_ACCESS_TOKENS = ['scope', 'scp', 'permissions', 'client_id', 'cid', 'appid']

/** Claims of Microsoft Entra's tokens, whatever the host of the issuer is called. */
const ENTRA_CLAIMS = ['ver', 'tid', 'tfp', 'azp', 'roles']

/** Claims that bind a token to a key (RFC 7800 §3.1): it is not a Bearer token then. */
export const SENDER_CONSTRAINT_CLAIMS: readonly string[] = ['cnf']

/** The claims that show what kind of token it is. */
export const TOKEN_KIND_CLAIMS: readonly string[] = [
  ...ACCESS_TOKEN_MARKS.map(([name]) => name),
  ...MARKS_OF_OTHER_TOKENS,
  ...CLAIMS_OF_ACCESS_TOKENS,
  ...ENTRA_CLAIMS,
  ...NAMES_OF_KIND,
  ...['jti', 'rev_sig', 'apptype'],
  'nonce',
  ...SENDER_CONSTRAINT_CLAIMS,
]

/** The claims that only a token of another kind has; none for an access token. */
export function marksOfAnotherKind(members: JsonObject): readonly string[] {
  return [
    ...ACCESS_TOKEN_MARKS.filter(([name, ...values]) => {
      return hasValue(members, name) && !values.some((each) => each === member(members, name))
    }).map(([name]) => name),
    ...MARKS_OF_OTHER_TOKENS.filter((name) => hasValue(members, name)),
    ...NAMES_OF_KIND.filter((name) => namesOtherKind(stringMember(members, name) ?? '')),
    ...(isRefreshTokenOfUaa(members) ? ['jti'] : []),
    ...(isIdTokenByNonce(members) ? ['nonce'] : []),
    ...(isEntraToken(members) && !hasValue(members, 'azp') && !hasValue(members, 'appid')
      ? ['ver']
      : []),
  ]
}

function namesOtherKind(value: string): boolean {
  return OTHER_KINDS.test(value.toLowerCase().replaceAll(/[^a-z]/g, ''))
}

/**
 * Cloud Foundry UAA and SAP XSUAA: all their tokens have a `rev_sig`, and the `jti` of a refresh token
 * ends in `-r`. Both kinds have the same audience (CVE-2018-11047).
 */
function isRefreshTokenOfUaa(members: JsonObject): boolean {
  return hasValue(members, 'rev_sig') && stringMember(members, 'jti')?.endsWith('-r') === true
}

/**
 * The client sends a `nonce` to get it back in the ID token (OpenID Connect Core §3.1.2.1). Access
 * tokens of Keycloak before 24 and of B2C have it too; another claim shows what they are.
 */
function isIdTokenByNonce(members: JsonObject): boolean {
  if (!hasValue(members, 'nonce')) return false
  // ID tokens of AD FS name their client, as access tokens do.
  return (
    hasValue(members, 'apptype') ||
    ![...CLAIMS_OF_ACCESS_TOKENS, ...ACCESS_TOKEN_MARKS.map(([name]) => name)].some((name) =>
      hasValue(members, name),
    )
  )
}

/**
 * Whether Microsoft Entra, External ID or B2C issued the token. Their access tokens name the client
 * (`azp`, or `appid` in version 1) and their ID tokens do not. `ver` is a number at Okta.
 */
function isEntraToken(members: JsonObject): boolean {
  const ver = member(members, 'ver')
  return (
    (ver === '1.0' || ver === '2.0') &&
    (hasValue(members, 'tid') || hasValue(members, 'tfp') || isB2cPolicy(member(members, 'acr')))
  )
}

/** Tenants of B2C may have the policy in `acr`. */
function isB2cPolicy(acr: unknown): boolean {
  return typeof acr === 'string' && /^b2c_1/i.test(acr)
}

/**
 * Whether the token is one that Microsoft Entra issues to every application of the tenant, for any
 * API, without anything granted: it has neither scope nor role.
 */
export function hasNoPermissions(members: JsonObject): boolean {
  return isEntraToken(members) && !isGiven(members, 'scp') && !isGiven(members, 'roles')
}

function isGiven(members: JsonObject, name: string): boolean {
  return stringOrStrings(member(members, name))?.some((value) => value.trim() !== '') === true
}
