/**
 * Classic mistakes: tokens that tenants of a provider often send, and that the rules refuse without
 * saying what they are. Each provider knows its own.
 */
import type { IssuerConfig } from '../config/model.ts'
import { claimedIssuer, type UnverifiedJwt } from '../oauth/unverified-jwt.ts'
import { member, stringOrStrings } from '../platform/json.ts'
import { providerNamed } from '../providers/index.ts'
import type { DenialReason } from '../reasons.ts'

/** Reasons that say only that a token does not fit; a better one may be known. */
const VAGUE: readonly DenialReason[] = [
  'issuer_mismatch',
  'audience_mismatch',
  'signature_invalid',
  'key_unknown',
  'token_opaque',
  'token_encrypted',
  'token_inactive',
]

/** A more precise reason where the token shows one, else `reason`. */
export function diagnose(
  reason: DenialReason,
  issuers: readonly IssuerConfig[],
  jwt: UnverifiedJwt | undefined,
): DenialReason {
  if (!VAGUE.includes(reason)) return reason
  const issuer = jwt && (claimedIssuer(jwt) ?? '')
  const audience = (jwt && stringOrStrings(member(jwt.payload, 'aud'))) ?? []
  const isOfUnknownIssuer = issuers.every(({ rules }) => rules.issuer !== issuer)
  const presets = new Set(issuers.map(({ preset }) => preset))
  const reasons = [...presets].map((preset) =>
    providerNamed(preset)?.explainRefusal?.({
      reason,
      issuer,
      audience,
      isOfUnknownIssuer,
      configuredIssuers: issuers
        .filter((each) => each.preset === preset)
        .map(({ rules }) => rules.issuer),
    }),
  )
  return reasons.find((each) => each !== undefined) ?? reason
}
