/** The tokens of callers, their issuers, and the payloads that contain them. */
import { createHmac, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto'

export const AUDIENCE = 'https://api.example.com/'
export const ISSUER = 'https://identity.example.com/'
export const CALLER_CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'alice',
  client_id: 'partner-a',
  scope: 'echo orders',
}

/** Members of a response or a token. Undefined removes a default one. */
export type Members = Readonly<Record<string, unknown>>

/** Seconds since the epoch, as in claims (RFC 7519 §2). */
export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}

/**
 * The number of whole intervals since `start` (of `performance.now()`). Limits on requests grow by
 * it, so that they also hold on a slow machine.
 */
export function intervalsSince(start: number, intervalSeconds: number): number {
  return Math.floor((performance.now() - start) / (intervalSeconds * 1000))
}

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

export type Signer = ReturnType<typeof createSigner>

/** An issuer with one RSA key. All OCI identity domains use the same `kid`, `SIGNING_KEY`. */
export function createSigner(kid = 'SIGNING_KEY') {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk: Members = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256' }
  const signed = (header: Members, payload: unknown): string => {
    const input = signingInput({ alg: 'RS256', kid, ...header }, payload)
    return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
  }
  return {
    publicKey,
    /** The public key as its issuer publishes it. */
    jwk,
    /** A token with the default claims and these members. Undefined removes one. */
    token: (claims: Members = {}, header: Members = {}) => signed(header, defaultClaims(claims)),
    /** A token with exactly this text as its payload. */
    tokenOf: (payload: string) => signed({}, payload),
  }
}

export function defaultClaims(claims: Members = {}): Members {
  return {
    ...CALLER_CLAIMS,
    iat: secondsFromNow(0),
    exp: secondsFromNow(1800),
    jti: randomUUID(),
    ...claims,
  }
}

/** The signing input of RFC 7515 §5.1. The payload may be any text. */
export function signingInput(header: unknown, payload: unknown): string {
  return [JSON.stringify(header), typeof payload === 'string' ? payload : JSON.stringify(payload)]
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.')
}

/** A token with an HMAC, for example with an encoding of a public key as the secret. */
export function hmacToken(secret: string | Buffer, alg = 'HS256'): string {
  const input = signingInput({ alg, kid: 'SIGNING_KEY' }, defaultClaims())
  const hmac = createHmac(`sha${alg.slice(2)}`, secret)
  return `${input}.${hmac.update(input).digest('base64url')}`
}
