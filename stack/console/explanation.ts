/** Explains the outcome of a call. */
import { DENIAL_REASONS, FAULT_REASONS } from '../../src/reasons.ts'
import type { Verdict } from './checks.ts'

export interface Explanation extends Omit<Verdict, 'outcome'> {
  readonly outcome: Verdict['outcome'] | 'gateway'
}

/** The explanation of the function's reason, or of what the gateway did without calling the function. */
export function explain(
  decision: Readonly<Record<string, unknown>> | null,
  status: number,
  codes: readonly string[],
): Explanation {
  const given = decision?.['reason']
  const reason = typeof given === 'string' ? given : ''
  const denial = Object.entries(DENIAL_REASONS).find(([name]) => name === reason)?.[1]
  const fault = Object.entries(FAULT_REASONS).find(([name]) => name === reason)?.[1]
  const permit = {
    meaning: 'The token is valid, and the function has a credential for the backend.',
    remedy: '',
  }
  const row = denial ?? fault ?? (decision === null ? undefined : permit)
  if (row !== undefined && decision !== null) {
    const isScopeMissing = status === 403 && decision['outcome'] === 'permit'
    return {
      outcome: decision['outcome'] as Explanation['outcome'],
      reason: isScopeMissing ? `${reason}, then 403 by the gateway` : reason,
      meaning: isScopeMissing
        ? 'The function permits the call. The route’s `allowedScope` is not among the token’s scopes.'
        : row.meaning,
      remedy: isScopeMissing ? 'Request a token with the route’s scope.' : row.remedy,
    }
  }
  return { outcome: 'gateway', ...gatewayOutcome(status, codes) }
}

function gatewayOutcome(status: number, codes: readonly string[]) {
  if (codes.includes('customAuthentication.failedFunctionInvocation')) {
    return {
      reason: 'function_unreachable',
      meaning: 'The function sent no valid answer to the gateway, and logged no decision.',
      remedy: 'See the function’s log: it may have failed to start or have timed out.',
    }
  }
  if (codes.some((code) => code.startsWith('customAuthentication.'))) {
    return {
      reason: status === 403 ? 'gateway_cache, then 403 by the gateway' : 'gateway_cache',
      meaning: 'The gateway used the function’s earlier answer for this token.',
      remedy: 'Clear the gateway’s cache to call the function again.',
    }
  }
  if (status === 404) {
    return {
      reason: 'no_route',
      meaning: 'No deployment has this path.',
      remedy: 'Choose a route.',
    }
  }
  return {
    reason: 'function_not_called',
    meaning: 'This deployment or route does not use the function.',
    remedy: '',
  }
}
