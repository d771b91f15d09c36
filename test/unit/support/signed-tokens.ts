import { sign, type KeyObject } from 'node:crypto'
import { readTrustedKey, type TrustedKey } from '../../../src/caller/json-web-key.ts'
import { jsonObject } from './tokens.ts'

/** A JWT that is signed with SHA-256 and the algorithm of the key. */
export function signedJwt(key: KeyObject, header: object, payload: object): string {
  const input = [header, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** The key as its issuer publishes it, with additional members. */
export function trustedKey(publicKey: KeyObject, members: object = {}): TrustedKey {
  const read = readTrustedKey(jsonObject({ ...publicKey.export({ format: 'jwk' }), ...members }))
  if (!read.ok) throw new Error(read.error)
  return read.value
}
