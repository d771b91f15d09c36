/**
 * Validates a token in the gateway itself, for both of its policies. Sources: Oracle,
 * "Validating Tokens to Add Authentication and Authorization to API Deployments" and
 * "Authentication provider call failures surface as HTTP 500".
 */
import { callerOf, type Outcome } from '../caller.ts'
import type { RequestScope } from '../engine.ts'
import { claimProblem } from './claims.ts'
import { introspect } from './introspection.ts'
import { keysOf } from './key-source.ts'
import type { TokenPolicy } from './policy-check.ts'
import { findToken } from './token-source.ts'
import { verifyJwt } from './verify-jwt.ts'

export async function validateToken(policy: TokenPolicy, scope: RequestScope): Promise<Outcome> {
  const { engine, tables, log } = scope
  const { settings } = engine
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
      ? await introspect(validation, token, scope)
      : await verifyJwt(token, keysOf(validation, family, scope))
  // A failure of the identity provider or of Vault is never a denial.
  if (verification.kind === 'no verdict') return { kind: 'undecided', status: 500 }
  if (verification.kind === 'refused') return denied(verification.reason)

  const { claims } = verification
  const { maxClockSkewInSeconds = 0 } = policy
  const rules = {
    // The newer policy has the rules for claims one level below.
    ...(policy.type === 'JWT_AUTHENTICATION'
      ? policy
      : policy.validationPolicy.additionalValidationPolicy),
    maxClockSkewInSeconds,
    isExpiryRequired:
      validation.type !== 'REMOTE_DISCOVERY' || !settings.introspectionMayLackExpiry,
  }
  const problem = claimProblem(claims, rules, engine.clock.nowMilliseconds())
  if (problem !== undefined) return denied(problem)
  log(`${family}.successfulAuthentication`, 'INFO', 'the token is valid')
  return { kind: 'authenticated', caller: callerOf(claims, settings) }
}
