/**
 * Owns JSON objects as they come from outside, for the unit tests.
 * Pure.
 */
import { parseJsonObject, type JsonObject } from '../../../src/platform/json.ts'

export const jsonObject = (members: Readonly<Record<string, unknown>>): JsonObject => {
  const object = parseJsonObject(Buffer.from(JSON.stringify(members)))
  if (object === undefined) throw new TypeError('no JSON object')
  return object
}
