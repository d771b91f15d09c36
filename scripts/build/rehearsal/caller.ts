import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { AUDIENCE, ISSUER } from './dependencies.ts'

/** A caller with JWTs like those of an identity domain. */
export interface Caller {
  readonly jwks: unknown
  /** A new JWT each time. */
  token(): Promise<string>
}

export function createCaller(): Caller {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const kid = 'SIGNING_KEY'
  const now = Math.floor(Date.now() / 1000)
  return {
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256' }] },
    token: () =>
      new SignJWT({ client_id: 'partner-a', scope: 'echo:invoke', tok_type: 'AT' })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject('partner-a')
        .setJti(randomUUID())
        .setIssuedAt(now)
        .setExpirationTime(now + 36_000)
        .sign(privateKey),
  }
}
