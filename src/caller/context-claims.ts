/** The claims that the gateway gets in its auth context. */
import { isHeaderText } from '../oauth/bearer-token.ts'
import { isRounded, member, stringOrStrings, type JsonObject } from '../platform/json.ts'

/** The gateway takes 8 KB of headers in all. */
const MAX_CONTEXT_VALUE_CHARACTERS = 1024

/**
 * The listed claims as strings that can be header values. Any other claim is left out, and its
 * `request.auth[…]` is empty.
 */
export function selectContextClaims(
  members: JsonObject,
  names: readonly string[],
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = contextText(member(members, name))
      return text === undefined ? [] : [[name, text]]
    }),
  )
}

function contextText(value: unknown): string | undefined {
  if (isRounded(value)) return undefined
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const text = stringOrStrings(value)?.join(' ')
  const fits = text !== undefined && text.length <= MAX_CONTEXT_VALUE_CHARACTERS
  return fits && isHeaderText(text) ? text : undefined
}
