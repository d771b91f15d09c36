/**
 * Owns the recognition of the classic mistakes: tokens that a provider's tenants often send, and
 * that the rules refuse without saying what they are.
 * Pure.
 */
import type { IssuerConfig } from '../config/model.ts'
import type { DenialReason } from '../reasons.ts'
import { member, stringOrStrings } from '../platform/json.ts'
import { claimedIssuer, type UnverifiedJwt } from '../oauth/unverified-jwt.ts'

/** Microsoft Graph, as an application id and as an address. */
const GRAPH_AUDIENCES = ['00000003-0000-0000-c000-000000000000', 'https://graph.microsoft.com']

const ENTRA_V1 = 'https://sts.windows.net/'
const ENTRA_V2 = /^https:\/\/login\.microsoftonline\.com\/.*\/v2\.0$/

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

/** A reason that tells more than `reason` does, where the token shows one; else the same. */
export function diagnose(
  reason: DenialReason,
  issuers: readonly IssuerConfig[],
  jwt: UnverifiedJwt | undefined,
): DenialReason {
  if (!VAGUE.includes(reason)) return reason
  const has = (preset: IssuerConfig['preset']) =>
    issuers.filter((issuer) => issuer.preset === preset)
  if (jwt === undefined) {
    return has('auth0').length > 0 && reason !== 'token_inactive' ? 'auth0_opaque_token' : reason
  }

  const claimed = claimedIssuer(jwt) ?? ''
  const audience = stringOrStrings(member(jwt.payload, 'aud')) ?? []
  const isOfNobody = issuers.every(({ rules }) => rules.issuer !== claimed)
  if (has('entra').length > 0) {
    const isGraph = audience.some((value) => GRAPH_AUDIENCES.includes(value.replace(/\/$/, '')))
    if (isGraph) return 'entra_graph_token'
    if (isOfNobody && claimed.startsWith(ENTRA_V1)) return 'entra_v1_token'
    if (isOfNobody && ENTRA_V2.test(claimed)) return 'entra_v2_token'
  }
  // The org authorization server's issuer is the bare address of the organisation.
  const isOktaOrg = has('okta').some(({ rules }) => rules.issuer?.startsWith(`${claimed}/oauth2/`))
  if (claimed !== '' && isOktaOrg) return 'okta_org_token'

  // Keycloak itself calls a token inactive that does not name the client which introspects it.
  const isKeycloak = has('keycloak').some(({ rules }) => rules.issuer === claimed)
  const isForAccountAlone = audience.length > 0 && audience.every((value) => value === 'account')
  if (isKeycloak && isForAccountAlone && ['audience_mismatch', 'token_inactive'].includes(reason)) {
    return 'keycloak_account_audience'
  }
  return reason
}
