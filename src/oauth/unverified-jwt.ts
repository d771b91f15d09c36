/** Decodes a JWT (RFC 7515 §7.1) without verifying its signature. */
import { parseJsonObject, stringMember, type JsonObject } from '../platform/json.ts'

export interface UnverifiedJwt {
  readonly header: JsonObject
  readonly payload: JsonObject
}

const BASE64URL = /^[A-Za-z0-9_-]+$/

/** Header and payload of a signed JWT in compact form; undefined for anything else. */
export function readUnverifiedJwt(token: string): UnverifiedJwt | undefined {
  const parts = token.split('.', 4)
  return parts.length === 3 && parts.every((part) => BASE64URL.test(part))
    ? decodeHeaderAndPayload(parts)
    : undefined
}

function decodeHeaderAndPayload(parts: readonly string[]): UnverifiedJwt | undefined {
  const [header, payload] = parts
    .slice(0, 2)
    .map((part) => parseJsonObject(Buffer.from(part, 'base64url')))
  return header === undefined || payload === undefined ? undefined : { header, payload }
}

/** More parts than any JWT has. */
const MAX_INSPECTED_PARTS = 8

/**
 * Whether a token that is not a valid JWT has a JSON header followed by a JSON payload, wherever the dots
 * are. Decoders that forgive padding, another alphabet, empty or further parts would accept it, with claims
 * that were never checked here. The second part of an encrypted JWT is a key and not a JSON object.
 */
export function isMalformedJwt(token: string): boolean {
  const parts = token
    .replace(/^[.~+/]+/, '')
    .split('.')
    .filter((part) => part !== '')
    .slice(0, MAX_INSPECTED_PARTS)
  return parts.some(
    (_part, index) => decodeHeaderAndPayload(parts.slice(index, index + 2)) !== undefined,
  )
}

/** Whether the token has the five parts of an encrypted JWT (RFC 7516 §7.1). The key may be empty. */
export function looksEncrypted(token: string): boolean {
  const parts = token.split('.', 6)
  return parts.length === 5 && parts.every((part, index) => part !== '' || index === 1)
}

/** The `iss` of the unverified token: only for the choice of an issuer. */
export function claimedIssuer({ payload }: UnverifiedJwt): string | undefined {
  return stringMember(payload, 'iss')
}
