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
export const readUnverifiedJwt = (token: string): UnverifiedJwt | undefined => {
  const parts = token.split('.', 4)
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return undefined
  const [header, payload] = parts.map((part) => parseJsonObject(Buffer.from(part, 'base64url')))
  return header === undefined || payload === undefined ? undefined : { header, payload }
}

/** Whether the token has the five parts of an encrypted JWT (RFC 7516 §7.1). */
export const looksEncrypted = (token: string): boolean => token.split('.', 6).length === 5

/** The `iss` that the token claims, for choosing among configured issuers and nothing else. */
export const claimedIssuer = ({ payload }: UnverifiedJwt): string | undefined => {
  const issuer = member(payload, 'iss')
  return typeof issuer === 'string' ? issuer : undefined
}
