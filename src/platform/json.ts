/**
 * Owns the reading of JSON that others wrote: own members only, types checked at the point of use.
 * Pure.
 */

declare const parsed: unique symbol

/** A JSON object from outside. Its members are read with `member`, never with a dot. */
export interface JsonObject {
  readonly [parsed]: never
}

/** Narrows to a JSON object; arrays and null are none. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * A member that the object itself has, else undefined. What a polluted `Object.prototype` offers
 * is no member: an identity provider's silence must not turn into its consent.
 */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name)
    ? (object as unknown as Record<string, unknown>)[name]
    : undefined
}

/** Made once: making one costs more than what it decodes here. */
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** The object that the bytes hold in UTF-8 (RFC 8259 §8.1), or undefined when they hold none. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytes))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * The same value with objects that inherit nothing, for readers that use a dot: what the text does
 * not say is not there, whatever `Object.prototype` offers.
 */
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
