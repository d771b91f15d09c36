/** The `WWW-Authenticate` value of a denial (RFC 6750 §3). */
import { type Denial } from '../decision.ts'
import { DENIAL_REASONS } from '../reasons.ts'

/** Distinguishes our 401 from one of Oracle Integration, which the gateway passes through. */
export const REALM = 'oic-gateway-authorizer'

/** Fixed texts: the caller learns the kind of error and never which check failed. */
const DESCRIPTIONS = {
  invalid_request: 'The request is malformed',
  invalid_token: 'The access token is not accepted',
  insufficient_scope: 'The access token does not have the required scope',
} as const

/**
 * One Bearer challenge, without an error code if the request has no token (§3.1).
 * All its parts are fixed texts or configured scopes, whose characters need no escaping.
 */
export function bearerChallenge(refusal: Denial): string {
  const error = DENIAL_REASONS[refusal.reason].challenge
  const parameters = [`realm="${REALM}"`]
  if (error !== 'none') {
    parameters.push(`error="${error}"`, `error_description="${DESCRIPTIONS[error]}"`)
  }
  if (error === 'insufficient_scope' && refusal.requiredScopes !== undefined) {
    parameters.push(`scope="${refusal.requiredScopes.join(' ')}"`)
  }
  return `Bearer ${parameters.join(', ')}`
}
