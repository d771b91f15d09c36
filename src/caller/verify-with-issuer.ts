/** Verifies the tokens of one issuer: as JWTs, by introspection, or both. */
import type { IssuerConfig } from '../config/model.ts'
import { success } from '../platform/result.ts'
import { earliestOf } from '../platform/clock.ts'
import type { Introspect } from './introspection.ts'
import type { VerifyJwt } from './jwt-access-token.ts'
import { toVerifiedCaller, type VerifiedCaller, type Verify } from './verified-caller.ts'

/** How an issuer's tokens are validated, as in the configuration document. */
export function validationOf({ jwt, introspection }: IssuerConfig) {
  if (introspection === undefined) return 'jwt'
  return jwt === undefined ? 'introspection' : 'jwt_and_introspection'
}

/** The signature is verified first, so that no forged token is sent to the identity provider. */
export function createVerifyWithIssuer(
  issuer: IssuerConfig,
  verifyJwt: VerifyJwt | undefined,
  introspect: Introspect | undefined,
): Verify<VerifiedCaller> {
  return async (verification) => {
    const signed = await verifyJwt?.(verification)
    if (signed?.ok === false) return signed

    const introspected = await introspect?.(verification)
    if (introspected?.ok === false) return introspected

    const claims = introspected?.value.claims ?? signed?.value
    if (claims === undefined) throw new TypeError(`issuer ${issuer.name} has no validation`)
    const caller = toVerifiedCaller(claims, issuer, introspected?.value.cache ?? 'off')
    const expiries = [claims.expiresAt, signed?.value.expiresAt].filter((at) => at !== undefined)
    return success(
      expiries.length === 0 ? caller : { ...caller, expiresAt: earliestOf(...expiries) },
    )
  }
}
