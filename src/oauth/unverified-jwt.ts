/**
 * Owns the taking apart of a JWT (RFC 7515 §7.1) whose signature nobody has looked at yet.
 * Pure.
 */
import { member, parseJsonObject, type JsonObject } from '../platform/json.ts'

export interface UnverifiedJwt {
  readonly header: JsonObject
  readonly payload: JsonObject
}

const BASE64URL = /^[A-Za-z0-9_-]+$/

/** Header and payload of a signed JWT in compact form; undefined for anything else. */
export function readUnverifiedJwt(token: string): UnverifiedJwt | undefined {
  const parts = token.split('.', 4)
  return parts.length === 3 && parts.every((part) => BASE64URL.test(part))
    ? readBeginning(parts)
    : undefined
}

function readBeginning(parts: readonly string[]): UnverifiedJwt | undefined {
  const [header, payload] = parts
    .slice(0, 2)
    .map((part) => parseJsonObject(Buffer.from(part, 'base64url')))
  return header === undefined || payload === undefined ? undefined : { header, payload }
}

/**
 * Whether a token that is no JWT begins like one. Decoders that forgive padding, another alphabet
 * or further parts would take it for one, with claims that were never looked at here. The second
 * part of an encrypted JWT is a key, and no JSON object.
 */
export function isMalformedJwt(token: string): boolean {
  return readBeginning(token.split('.', 2)) !== undefined
}

/** Whether the token has the five parts of an encrypted JWT (RFC 7516 §7.1). */
export function looksEncrypted(token: string): boolean {
  return token.split('.', 6).length === 5
}

/** The `iss` that the token claims, for choosing among configured issuers and nothing else. */
export function claimedIssuer({ payload }: UnverifiedJwt): string | undefined {
  const issuer = member(payload, 'iss')
  return typeof issuer === 'string' ? issuer : undefined
}
