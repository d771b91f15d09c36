/** JWT assertions (RFC 7523 §3) that authenticate this function as a client, or represent a user. */
import { randomUUID } from 'node:crypto'
import { plus, type Clock, type Seconds } from '../platform/clock.ts'
import { Redacted } from '../platform/redacted.ts'
import type { PrivateKey } from './private-key.ts'

export interface AssertionClaims {
  /** Our client id. */
  readonly issuer: string
  /** Our client id, or the user's name. */
  readonly subject: string
  readonly audience: readonly string[]
  readonly lifetime: Seconds
}

/**
 * Signs a new assertion with its own `jti`, for a single use. `keyId` is the key's name at the
 * authorization server: at an identity domain, the alias of its certificate.
 */
export async function signAssertion(
  { issuer, subject, audience, lifetime }: AssertionClaims,
  { key, alg, kid, x5t }: PrivateKey,
  keyId: string | undefined,
  clock: Clock,
): Promise<Redacted> {
  const { SignJWT } = await import('jose/jwt/sign')
  const issuedAt = Math.floor(clock.now())
  const name = keyId ?? kid
  const [only, ...more] = audience
  const assertion = await new SignJWT()
    .setProtectedHeader({
      alg,
      typ: 'JWT',
      ...(name === undefined ? {} : { kid: name }),
      ...(x5t === undefined ? {} : { x5t }),
    })
    .setIssuer(issuer)
    .setSubject(subject)
    // A single audience as a string: client assertions require that (draft rfc7523bis §4).
    .setAudience(only !== undefined && more.length === 0 ? only : [...audience])
    .setIssuedAt(issuedAt)
    .setExpirationTime(Math.floor(plus(clock.now(), lifetime)))
    .setJti(randomUUID())
    .sign(key)
  return new Redacted(assertion)
}
