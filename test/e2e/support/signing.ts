/** Issuers of JWTs in the end-to-end tests: their keys, made at run time, and their tokens. */
import { createHmac, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { secondsFromNow } from './callers-tokens.ts'
import { CALLER, type Members } from './world.ts'

export interface Signer {
  readonly publicKey: KeyObject
  /** The public key as its issuer publishes it. */
  readonly jwk: Members
  /** A token with these members over the usual ones; undefined takes one out. */
  token(claims?: Members, header?: Members): string
  /** A token with this very text as its payload. */
  tokenOf(payload: string): string
}

/** An issuer with one RSA key. Identity domains of OCI all call theirs `SIGNING_KEY`. */
export function createSigner(kid = 'SIGNING_KEY', more: Members = {}): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', ...more }
  const signed = (header: Members, payload: unknown): string => {
    const input = signingInput({ alg: 'RS256', kid, ...header }, payload)
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  }
  return {
    publicKey,
    jwk,
    token: (claims = {}, header = {}) => signed(header, usualClaims(claims)),
    tokenOf: (payload) => signed({}, payload),
  }
}

export function usualClaims(claims: Members = {}): Members {
  return {
    ...CALLER,
    iat: secondsFromNow(0),
    exp: secondsFromNow(1800),
    jti: randomUUID(),
    ...claims,
  }
}

/** RFC 7515 §5.1: header and payload as they are signed. The payload may be any text. */
export function signingInput(header: unknown, payload: unknown): string {
  return [JSON.stringify(header), typeof payload === 'string' ? payload : JSON.stringify(payload)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
}

/** A token that is “signed” with a shared secret, such as an encoding of a public key. */
export function hmacToken(secret: string | Buffer, alg = 'HS256'): string {
  const input = signingInput({ alg, kid: 'SIGNING_KEY' }, usualClaims())
  const digest = createHmac(`sha${alg.slice(2)}`, secret)
    .update(input)
    .digest('base64url')
  return `${input}.${digest}`
}
