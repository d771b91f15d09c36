/** JSON objects from outside, and tokens whose signature is not checked. */
import { parseJsonObject, type JsonObject } from '../../../src/platform/json.ts'

/** The value as it would come from outside: written down as JSON and read again. */
export function jsonObject(value: unknown): JsonObject {
  const object = parseJsonObject(Buffer.from(JSON.stringify(value)))
  if (object === undefined) throw new Error('the test gave no JSON object')
  return object
}

/** A JWT with this payload, and a signature that is none. */
export function unsignedJwt(payload: unknown): string {
  return [
    ...[{ alg: 'none' }, payload].map((part) => encoded(JSON.stringify(part))),
    'bm9uZQ',
  ].join('.')
}

function encoded(text: string): string {
  return Buffer.from(text).toString('base64url')
}
