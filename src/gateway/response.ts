/**
 * Owns what API Gateway hears: the JSON answer of an authorizer function.
 * Pure.
 */
import { type Denial, type Permit } from '../decision.ts'
import { DENIAL_REASONS } from '../reasons.ts'
import type { NumericDate } from '../platform/clock.ts'
import { bearerChallenge } from './challenge.ts'

/**
 * The answer (Oracle, “Creating an Authorizer Function”). `principal` and `clientId` stand in older
 * versions of that page and have to be texts there; context values of other types than text are
 * not documented, so that there are none.
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
 * Names of the context that the configuration cannot give to claims: ours, and those of the answer
 * itself, as it is not documented which of two the gateway would take.
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
      principal: decision.principal ?? decision.clientId ?? UNKNOWN,
      clientId: decision.clientId ?? UNKNOWN,
      scope: decision.scope,
      expiresAt: formatExpiry(decision.expiresAt),
      context: { ...decision.contextClaims, back_end_token: decision.authorization.reveal() },
    }
  }
  return {
    active: false,
    wwwAuthenticate: bearerChallenge(decision),
    context: { responseCode: responseCode(decision) },
  }
}

/** The HTTP status that RFC 6750 §3.1 wants; routes use it through `request.auth[responseCode]`. */
export function responseCode(refusal: Denial): '401' | '403' {
  return DENIAL_REASONS[refusal.reason].challenge === 'insufficient_scope' ? '403' : '401'
}

/** `YYYY-MM-DDTHH:mm:ssZ`, rounded down: whether the gateway reads fractions is not documented. */
function formatExpiry(instant: NumericDate): string {
  return `${new Date(Math.floor(instant) * 1000).toISOString().slice(0, 19)}Z`
}
