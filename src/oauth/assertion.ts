/**
 * Owns the assertions that we sign (RFC 7523 §3): as a client, or on behalf of a user.
 * I/O: the randomness of `jti`.
 */
import { randomUUID } from 'node:crypto'
import { later, type Clock, type Seconds } from '../platform/clock.ts'
import { Redacted } from '../platform/redacted.ts'
import type { PrivateKey } from './private-key.ts'

export interface AssertionClaims {
  /** Our client id. */
  readonly issuer: string
  /** Our client id again, or the user's name. */
  readonly subject: string
  readonly audience: readonly string[]
  readonly lifetime: Seconds
}

/**
 * A new assertion with a `jti` of its own, for a single use. `keyId` names the key as the
 * authorization server knows it: the alias of its certificate at an identity domain.
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
    // One audience as a text: a client assertion has to have a single one (draft rfc7523bis §4).
    .setAudience(only !== undefined && more.length === 0 ? only : [...audience])
    .setIssuedAt(issuedAt)
    .setExpirationTime(Math.floor(later(clock.now(), lifetime)))
    .setJti(randomUUID())
    .sign(key)
  return new Redacted(assertion)
}
