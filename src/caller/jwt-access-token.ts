/** Verifies JWT access tokens (RFC 9068 §4, RFC 8725) with the issuer's keys. */
import type { IssuerConfig, JwtConfig } from '../config/model.ts'
import { denial, firstDenial, withLogContext, type Denial, type Fault } from '../decision.ts'
import type { Check } from '../checks.ts'
import type { Clock } from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { readJwtClaims, type MalformedClaim, type TokenClaims } from './claims.ts'
import { HEADER_CHECKS, readSignatureHeader } from './jwt-header.ts'
import { createVerifySignature } from './jwt-signature.ts'
import type { SigningKeys } from './signing-keys.ts'
import { firstBrokenRule, lacksOnlyPermission } from './token-rules.ts'
import type { Verify } from './verified-caller.ts'

/** The claims of a JWT whose signature is good and that breaks none of the issuer's rules. */
export type VerifyJwt = Verify<TokenClaims>

/**
 * The token's own content is checked before its signature, so that a bad token causes no request for
 * keys. A missing scope is reported only after the signature has been verified, because the caller learns
 * its name.
 */
export function createJwtVerifier(
  issuer: IssuerConfig,
  jwt: JwtConfig,
  keys: SigningKeys,
  clock: Clock,
): VerifyJwt {
  const refuse = (reason: Denial | Fault) =>
    failure(withLogContext(reason, { issuer: issuer.name }))
  const verifySignature = createVerifySignature(keys, clock)

  return async ({ token, jwt: unverified, deadline, beforeRequest, observe }) => {
    if (unverified === undefined) return refuse(denial('token_opaque'))

    const text = token.reveal()
    const header = readSignatureHeader(unverified.header)
    const read = readJwtClaims(unverified.payload, issuer.claimNames)
    const claims = read.ok ? read.value : undefined
    // All of them, so that an observer receives each check.
    const refusal = [
      firstDenial(HEADER_CHECKS, { header: unverified.header, jwt }, observe),
      firstDenial(CLAIM_CHECKS, read, observe),
      claims && firstBrokenRule(claims, issuer.rules, clock.now(), observe),
    ].find((each) => each !== undefined)
    const isBad = refusal !== undefined && !lacksOnlyPermission(refusal)

    if (isBad || header === undefined || claims?.expiresAt === undefined) {
      // Only an observer needs the result of the signature check as well.
      if (observe !== undefined && header !== undefined) {
        await verifySignature({ text, header, expiresAt: clock.now() }, deadline, observe)
      }
      return refuse(asClaimed(refusal ?? denial('expiry_missing')))
    }
    if (!keys.areCached()) beforeRequest()
    const { expiresAt } = claims
    const signed = await verifySignature({ text, header, expiresAt }, deadline, observe)
    if (!signed.ok) return refuse(signed.error)
    return refusal === undefined ? success(claims) : refuse(refusal)
  }
}

const CLAIM_CHECKS: readonly Check<Result<TokenClaims, MalformedClaim>>[] = [
  {
    name: 'claim_types',
    reason: 'claims_malformed',
    passes: (read) => read.ok,
    expected: (read) =>
      read.ok ? 'claims of the right types' : `\`${read.error.name}\` as ${read.error.expected}`,
    actual: (read) => (read.ok ? 'claims of the right types' : read.error.actual),
  },
  {
    name: 'exp_present',
    reason: 'expiry_missing',
    passes: (read) => !read.ok || read.value.expiresAt !== undefined,
    expected: () => '`exp`',
    actual: (read) => (read.ok ? read.value.expiresAt : undefined),
  },
]

/** Before the signature is verified, the client ID is only a claim. */
function asClaimed({ logContext: { clientId, ...known }, ...refusal }: Denial): Denial {
  const claimed = clientId === undefined ? {} : { claimedClientId: clientId }
  return { ...refusal, logContext: { ...known, ...claimed } }
}
