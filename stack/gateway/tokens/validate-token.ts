/**
 * Validates a token in the gateway itself, for both of its policies. Sources: Oracle,
 * "Validating Tokens to Add Authentication and Authorization to API Deployments" and
 * "Authentication provider call failures surface as HTTP 500".
 */
import type { Clock } from '../../clock.ts'
import { callerOf, type Outcome } from '../caller.ts'
import type { ContextTables } from '../context-variables.ts'
import type { Log } from '../execution-log.ts'
import type { GatewaySettings } from '../settings.ts'
import { claimProblem } from './claims.ts'
import { introspect, type Introspector } from './introspection.ts'
import { keysOf, type KeySource } from './key-source.ts'
import type { TokenPolicy } from './policy-check.ts'
import { findToken } from './token-source.ts'
import { verifyJwt } from './verify-jwt.ts'

export interface TokenValidator extends KeySource, Introspector {
  readonly clock: Clock
  readonly settings: GatewaySettings
}

export async function validateToken(
  validator: TokenValidator,
  policy: TokenPolicy,
  deployment: string,
  tables: ContextTables,
  log: Log,
): Promise<Outcome> {
  const { settings } = validator
  const family = policy.type === 'JWT_AUTHENTICATION' ? 'jwtAuthentication' : 'tokenAuthentication'
  const denied = (reason: string): Outcome => {
    log(`${family}.authenticationFailed`, 'WARN', reason)
    return { kind: 'denied', challenge: settings.ownChallenge, context: new Map() }
  }
  const token = findToken(policy, tables, settings)
  if (token === undefined) return denied('the request has no token')

  const validation =
    policy.type === 'JWT_AUTHENTICATION' ? policy.publicKeys : policy.validationPolicy
  const verification =
    validation.type === 'REMOTE_DISCOVERY'
      ? await introspect(validator, validation, deployment, token, log)
      : await verifyJwt(token, keysOf(validator, validation, deployment, family, log))
  // The identity provider or Vault let the gateway down: never a denial.
  if (verification.kind === 'no verdict') return { kind: 'undecided', status: 500 }
  if (verification.kind === 'refused') return denied(verification.reason)

  const { claims } = verification
  const { maxClockSkewInSeconds = 0 } = policy
  const rules = {
    // What the older policy says of claims, the newer one says one level down.
    ...(policy.type === 'JWT_AUTHENTICATION'
      ? policy
      : policy.validationPolicy.additionalValidationPolicy),
    maxClockSkewInSeconds,
    isExpiryRequired:
      validation.type !== 'REMOTE_DISCOVERY' || !settings.introspectionMayLackExpiry,
  }
  const problem = claimProblem(claims, rules, validator.clock.nowMilliseconds())
  if (problem !== undefined) return denied(problem)
  log(`${family}.successfulAuthentication`, 'INFO', 'the token is valid')
  return { kind: 'authenticated', caller: callerOf(claims, settings) }
}
