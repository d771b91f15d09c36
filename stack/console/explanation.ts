/** Why a call ended as it did, and what to do. */
import { DENIAL_REASONS, FAULT_REASONS } from '../../src/reasons.ts'
import type { Verdict } from './checks.ts'

export interface Explanation extends Omit<Verdict, 'outcome'> {
  readonly outcome: Verdict['outcome'] | 'gateway'
}

/** The reason's row of the table, or what the gateway did without asking the function. */
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
      remedy: isScopeMissing ? 'Ask for a token with the route’s scope.' : row.remedy,
    }
  }
  return { outcome: 'gateway', ...gatewayOutcome(status, codes) }
}

function gatewayOutcome(status: number, codes: readonly string[]) {
  if (codes.includes('customAuthentication.failedFunctionInvocation')) {
    return {
      reason: 'function_unreachable',
      meaning: 'The function gave no answer that the gateway can use, and logged no decision.',
      remedy: 'See the function’s log: it may have failed to start or run out of time.',
    }
  }
  if (codes.some((code) => code.startsWith('customAuthentication.'))) {
    return {
      reason: status === 403 ? 'gateway_cache, then 403 by the gateway' : 'gateway_cache',
      meaning: 'The gateway used the function’s earlier answer for this token.',
      remedy: 'Clear the gateway’s cache to have the function decide again.',
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
    reason: 'function_not_asked',
    meaning: 'This deployment or route does not use the function.',
    remedy: '',
  }
}
