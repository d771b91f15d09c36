/**
 * Replaces a general denial reason by a provider's specific one, for tokens that callers of that
 * provider often send by mistake.
 */
import type { IssuerConfig } from '../config/model.ts'
import { claimedIssuer, type UnverifiedJwt } from '../oauth/unverified-jwt.ts'
import { member, stringOrStrings } from '../platform/json.ts'
import { providerNamed } from '../providers/index.ts'
import type { DenialReason } from '../reasons.ts'

/** General reasons, for which a provider may have a specific one. */
const GENERAL_REASONS: readonly DenialReason[] = [
  'issuer_mismatch',
  'audience_mismatch',
  'signature_invalid',
  'key_unknown',
  'token_opaque',
  'token_encrypted',
  'token_inactive',
]

/** The provider's specific reason for this token, else `reason`. */
export function diagnose(
  reason: DenialReason,
  issuers: readonly IssuerConfig[],
  jwt: UnverifiedJwt | undefined,
): DenialReason {
  if (!GENERAL_REASONS.includes(reason)) return reason
  const issuer = jwt && (claimedIssuer(jwt) ?? '')
  const audience = (jwt && stringOrStrings(member(jwt.payload, 'aud'))) ?? []
  const isOfUnknownIssuer = issuers.every(({ rules }) => rules.issuer !== issuer)
  const providers = new Set(issuers.map(({ provider }) => provider))
  const reasons = [...providers].map((provider) =>
    providerNamed(provider)?.explainRefusal?.({
      reason,
      issuer,
      audience,
      isOfUnknownIssuer,
      configuredIssuers: issuers
        .filter((each) => each.provider === provider)
        .map(({ rules }) => rules.issuer),
    }),
  )
  return reasons.find((each) => each !== undefined) ?? reason
}
