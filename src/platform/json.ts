/** Reads JSON from other servers: own members only, types checked at the point of use. */

declare const parsed: unique symbol

/** A JSON object from outside. Its members are read with `member`, never with a dot. */
export interface JsonObject {
  readonly [parsed]: never
}

/** Whether it is a JSON object, and not an array or null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An own member of the object, else undefined. Members inherited from a polluted `Object.prototype`
 * are ignored: otherwise a missing member could turn a denial into a permit.
 */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name)
    ? (object as unknown as Record<string, unknown>)[name]
    : undefined
}

/** An own member that is a string, else undefined. */
export function stringMember(object: JsonObject, name: string): string | undefined {
  const value = member(object, name)
  return typeof value === 'string' ? value : undefined
}

/** An own member; undefined also for null, which some servers write for what they do not have. */
export function nonNullMember(object: JsonObject, name: string): unknown {
  return member(object, name) ?? undefined
}

export function hasValue(object: JsonObject, name: string): boolean {
  return nonNullMember(object, name) !== undefined
}

/** The text, with the empty one as undefined. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text
}

export function isStringOrUndefined(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** Created once: creating a decoder costs more than decoding these texts. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** Parses a JSON object in UTF-8 (RFC 8259 §8.1); undefined for anything else. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytes))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A copy whose objects have no prototype, for code that reads members with a dot. */
export function withoutPrototypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPrototypes)
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([name, each]) => [name, withoutPrototypes(each)])
  return Object.assign(Object.create(null) as object, Object.fromEntries(members))
}

/** A string or an array of strings as an array; undefined for anything else. */
export function stringOrStrings(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  return undefined
}

/** Whether it is an integer too large to be exact: the JSON text may have had another one. */
export function isRounded(value: unknown): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}
