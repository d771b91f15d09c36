/** The JSON response of an authorizer function. */
import { type Denial, type Permit } from '../decision.ts'
import { DENIAL_REASONS } from '../reasons.ts'
import { isHeaderText } from '../oauth/bearer-token.ts'
import type { NumericDate } from '../platform/clock.ts'
import { bearerChallenge } from './challenge.ts'

/**
 * See Oracle, “Creating an Authorizer Function”. Older versions of that page have `principal` and
 * `clientId`, as strings. Context values that are not strings are not documented, so there are none.
 */
export type AuthorizerResponse =
  | {
      readonly active: true
      readonly principal: string
      readonly clientId: string
      readonly scope: readonly string[]
      readonly expiresAt: string
      readonly context: Readonly<Record<string, string>>
    }
  | {
      readonly active: false
      readonly wwwAuthenticate: string
      readonly context: { readonly responseCode: '401' | '403' }
    }

/**
 * Names that `context_claims` must not have: ours, and the members of the response itself, because it is
 * not documented which of two values the gateway would use.
 */
export const RESERVED_CONTEXT_NAMES = [
  'back_end_token',
  'responseCode',
  'active',
  'principal',
  'clientId',
  'scope',
  'expiresAt',
  'wwwAuthenticate',
] as const

const UNKNOWN = 'unknown'

export function toAuthorizerResponse(decision: Permit | Denial): AuthorizerResponse {
  if (decision.outcome === 'permit') {
    return {
      active: true,
      principal: headerText(decision.principal ?? decision.clientId),
      clientId: headerText(decision.clientId),
      scope: decision.scope.filter(isHeaderText),
      expiresAt: formatExpiry(decision.expiresAt),
      context: { ...decision.contextValues, back_end_token: decision.authorization.reveal() },
    }
  }
  return {
    active: false,
    wwwAuthenticate: bearerChallenge(decision),
    context: { responseCode: responseCode(decision) },
  }
}

/** `unknown` for a name that cannot be a header value: routes may copy it into a header. */
function headerText(name: string | undefined): string {
  return name !== undefined && isHeaderText(name) ? name : UNKNOWN
}

/** 403 for a missing scope, else 401 (RFC 6750 §3.1); routes use it through `request.auth[responseCode]`. */
export function responseCode(refusal: Denial): '401' | '403' {
  return DENIAL_REASONS[refusal.reason].challenge === 'insufficient_scope' ? '403' : '401'
}

/** `YYYY-MM-DDTHH:mm:ssZ`, rounded down: whether the gateway reads fractions is not documented. */
function formatExpiry(instant: NumericDate): string {
  return `${new Date(Math.floor(instant) * 1000).toISOString().slice(0, 19)}Z`
}
