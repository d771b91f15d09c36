/** Tells access tokens from ID tokens, refresh tokens and other JWTs by their claims (RFC 8725 §3.12). */
import { member, type JsonObject } from '../platform/json.ts'

/**
 * Claims in which providers name the kind of token: identity domains (`tok_type`), Keycloak (`typ`),
 * Cognito, Hydra and Dex (`token_use`). A token that has one must have one of these values.
 */
const ACCESS_TOKEN_MARKS: readonly (readonly [name: string, ...values: string[]])[] = [
  ['tok_type', 'AT'],
  ['typ', 'Bearer'],
  ['token_use', 'access', 'access_token'],
]

/**
 * Claims that only other kinds of token have: hashes in ID tokens (OpenID Connect Core §3.1.3.6),
 * events in logout and other security event tokens (RFC 8417 §2.2), the request in DPoP proofs
 * (RFC 9449 §4.2), the answer in introspection JWTs (RFC 9701 §5).
 */
const MARKS_OF_OTHER_TOKENS = ['at_hash', 'c_hash', 'events', 'htm', 'htu', 'token_introspection']

/** The claims that show what kind of token it is. */
export const TOKEN_KIND_CLAIMS: readonly string[] = [
  ...ACCESS_TOKEN_MARKS.map(([name]) => name),
  ...MARKS_OF_OTHER_TOKENS,
  'cnf',
]

/** The claims that only a token of another kind has; none for an access token. */
export function marksOfAnotherKind(members: JsonObject): readonly string[] {
  return [
    ...ACCESS_TOKEN_MARKS.filter(([name, ...values]) => {
      const value = member(members, name) ?? undefined
      return value !== undefined && !values.some((each) => each === value)
    }).map(([name]) => name),
    ...MARKS_OF_OTHER_TOKENS.filter((name) => (member(members, name) ?? undefined) !== undefined),
  ]
}
