/** The tokens of callers in the end-to-end tests, and the payloads that contain them. */
import { randomBytes } from 'node:crypto'

export function opaqueToken(): string {
  return `opaque-${randomBytes(24).toString('base64url')}`
}

/** A JWT with this payload and a random signature, for introspection. */
export function jwtToken(payload: unknown): string {
  return [JSON.stringify({ alg: 'RS256' }), JSON.stringify(payload), randomBytes(64)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
}

/** The multi-argument payload with these arguments. */
export function payloadOf(data: unknown): string {
  return JSON.stringify({ type: 'USER_DEFINED', data })
}
