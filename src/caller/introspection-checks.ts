/** Checks whether an introspection answer is about an active access token (RFC 7662 §2.2). */
import type { Check } from '../checks.ts'
import { member, type JsonObject } from '../platform/json.ts'

/** Names that servers give an access token: RFC 6749 §7.1, identity domains, RFC 9068. */
const TOKEN_TYPES = ['bearer', 'jwt', 'access_token', 'at+jwt']

export const INTROSPECTION_CHECKS: readonly Check<JsonObject>[] = [
  {
    name: 'active',
    reason: 'token_inactive',
    passes: isActive,
    expected: () => true,
    // No other value of an answer is shown, because it could be anything.
    actual: (members) => isActive(members),
  },
  {
    name: 'introspected_type',
    reason: 'token_type_wrong',
    passes: isBearerAccessToken,
    expected: () => TOKEN_TYPES,
    actual: (members) => member(members, 'token_type'),
  },
]

/** Identity domains document `active` as a string, and answer with a boolean. */
function isActive(members: JsonObject): boolean {
  const active = member(members, 'active')
  return active === true || active === 'true'
}

function isBearerAccessToken(members: JsonObject): boolean {
  const type = member(members, 'token_type') ?? 'Bearer'
  return typeof type === 'string' && TOKEN_TYPES.includes(type.toLowerCase())
}
