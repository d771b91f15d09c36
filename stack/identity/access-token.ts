/** Checks for the introspection endpoint whether one of the domain's JWT access tokens is active. */
import { createLocalJWKSet, errors, jwtVerify, type JWTPayload } from 'jose'
import type { Domain } from './domain.ts'
import { publicKeySet } from './signing-key.ts'

/** The claims of a JWT that this domain issued and that is neither expired nor revoked. */
export async function readActiveToken(
  domain: Domain,
  token: string,
): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(
      token,
      createLocalJWKSet(publicKeySet(domain.signingKeys)),
      { issuer: domain.issuer, algorithms: ['RS256'] },
    )
    const revoked = payload.jti !== undefined && domain.revokedTokenIds.has(payload.jti)
    return revoked ? undefined : payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
