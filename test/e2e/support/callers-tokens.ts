/** The tokens that callers bring in the end-to-end tests, and the payloads that they come in. */
import { randomBytes } from 'node:crypto'

/** A token that tells nothing and that no two tests share. */
export function opaqueToken(): string {
  return `opaque-${randomBytes(24).toString('base64url')}`
}

/** A JWT with this payload. Its signature is random: only introspection decides about it. */
export function jwtToken(payload: unknown): string {
  return [JSON.stringify({ alg: 'RS256' }), JSON.stringify(payload), randomBytes(64)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
}

/** Seconds since the epoch, as claims tell time (RFC 7519 §2). */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}

/** The multi-argument payload with these arguments. */
export function payloadOf(data: unknown): string {
  return JSON.stringify({ type: 'USER_DEFINED', data })
}
