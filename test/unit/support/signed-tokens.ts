/** Signed JWTs and their keys. */
import { sign, type KeyObject } from 'node:crypto'
import { readTrustedKey, type TrustedKey } from '../../../src/caller/json-web-key.ts'
import { jsonObject } from './tokens.ts'

/** A JWT with this header and payload, signed by SHA-256 and the key's own algorithm. */
export function signedJwt(key: KeyObject, header: object, payload: object): string {
  const input = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** The key as an issuer would publish it, with these members beside its own. */
export function trustedKey(publicKey: KeyObject, members: object = {}): TrustedKey {
  const read = readTrustedKey(jsonObject({ ...publicKey.export({ format: 'jwk' }), ...members }))
  if (!read.ok) throw new Error(read.error)
  return read.value
}
