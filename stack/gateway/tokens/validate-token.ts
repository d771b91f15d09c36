/**
 * Validates a token in the gateway itself, for both of its policies. Sources: Oracle,
 * "Validating Tokens to Add Authentication and Authorization to API Deployments" and
 * "Authentication provider call failures surface as HTTP 500".
 */
import type { Clock } from '../../clock.ts'
import type { ContextTables } from '../context-variables.ts'
import type { Log } from '../execution-log.ts'
import type { GatewaySettings } from '../settings.ts'
import { claimProblem, type ClaimRules, type Claims } from './claims.ts'
import { introspect, type Introspector } from './introspection.ts'
import { keysOf, type KeySource } from './key-source.ts'
import type {
  AdditionalValidation,
  JwtAuthentication,
  TokenAuthentication,
  TokenSource,
} from './policy.ts'
import { findToken } from './token-source.ts'
import { verifyJwt } from './verify-jwt.ts'

export type Validation =
  | { readonly kind: 'valid'; readonly claims: Claims }
  | { readonly kind: 'invalid' }
  /** The identity provider or Vault let the gateway down: 500, and never a denial. */
  | { readonly kind: 'undecided' }

export interface TokenValidator extends KeySource, Introspector {
  readonly clock: Clock
  readonly settings: GatewaySettings
}

export async function validateToken(
  validator: TokenValidator,
  policy: JwtAuthentication | TokenAuthentication,
  deployment: string,
  tables: ContextTables,
  log: Log,
): Promise<Validation> {
  const family = policy.type === 'JWT_AUTHENTICATION' ? 'jwtAuthentication' : 'tokenAuthentication'
  const invalid = (reason: string): Validation => {
    log(`${family}.authenticationFailed`, 'WARN', reason)
    return { kind: 'invalid' }
  }
  const token = findToken(policy, tables, validator.settings)
  if (token === undefined) return invalid('the request has no token')

  const validation =
    policy.type === 'JWT_AUTHENTICATION' ? policy.publicKeys : policy.validationPolicy
  const verification =
    validation.type === 'REMOTE_DISCOVERY'
      ? await introspect(validator, validation, deployment, token, log)
      : await verifyJwt(token, keysOf(validator, validation, deployment, family, log))
  if (verification.kind === 'no verdict') return { kind: 'undecided' }
  if (verification.kind === 'refused') return invalid(verification.reason)

  const { claims } = verification
  const isExpiryRequired =
    validation.type !== 'REMOTE_DISCOVERY' || !validator.settings.introspectionMayLackExpiry
  const rules = claimRules(policy, additionalValidation(policy), isExpiryRequired)
  const problem = claimProblem(claims, rules, validator.clock.nowMilliseconds())
  if (problem !== undefined) return invalid(problem)
  log(`${family}.successfulAuthentication`, 'INFO', 'the token is valid')
  return { kind: 'valid', claims }
}

/** What the older policy says of claims, the newer one says one level down. */
function additionalValidation(
  policy: JwtAuthentication | TokenAuthentication,
): AdditionalValidation {
  return policy.type === 'JWT_AUTHENTICATION'
    ? policy
    : (policy.validationPolicy.additionalValidationPolicy ?? {})
}

function claimRules(
  { maxClockSkewInSeconds = 0 }: TokenSource,
  { issuers, audiences, verifyClaims = [] }: AdditionalValidation,
  isExpiryRequired: boolean,
): ClaimRules {
  return {
    issuers,
    audiences,
    verifyClaims,
    maxClockSkewSeconds: maxClockSkewInSeconds,
    isExpiryRequired,
  }
}
