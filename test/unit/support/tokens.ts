import { parseJsonObject, type JsonObject } from '../../../src/platform/json.ts'

/** The value as the function parses it from JSON. */
export function jsonObject(value: unknown): JsonObject {
  const object = parseJsonObject(Buffer.from(JSON.stringify(value)))
  if (object === undefined) throw new Error('not a JSON object')
  return object
}

/** A JWT with an invalid signature. */
export function unsignedJwt(payload: unknown): string {
  const parts = [{ alg: 'none' }, payload].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, 'bm9uZQ'].join('.')
}
