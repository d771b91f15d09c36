/** Authenticates a request by an authorizer function, and caches its results. */
import type { Clock } from '../clock.ts'
import type { CustomAuthentication } from './authentication-check.ts'
import { readAuthorizerAnswer, type AuthorizerAnswer } from './authorizer-answer.ts'
import { authorizerRequest } from './authorizer-request.ts'
import type { Outcome } from './caller.ts'
import type { FunctionAnswer, RequestScope } from './engine.ts'
import type { Log } from './execution-log.ts'

export async function askAuthorizer(
  policy: CustomAuthentication,
  { engine, deployment, tables, opcRequestId, log }: RequestScope,
): Promise<Outcome> {
  const { answers, clock, settings } = engine
  const request = authorizerRequest(policy, tables, settings)
  if (!request) return denied(undefined, log)

  const key = JSON.stringify([deployment, policy.functionId, request.cacheKey])
  const cached = answers.get(key)
  if (cached) return outcomeOf(cached, log)
  log('customAuthentication.cacheMiss', 'INFO', 'no result in the cache')

  const result = await engine
    .invokeFunction(policy.functionId, request.body, opcRequestId)
    .catch(() => undefined)
  if (!result || result.status >= 500) {
    log('customAuthentication.failedFunctionInvocation', 'ERROR', statusText(result))
    return { kind: 'undecided', status: 502 }
  }
  const answer = result.status === 200 ? readAuthorizerAnswer(result.body, settings) : undefined
  if (!answer) {
    log('customAuthentication.unexpectedResponse', 'ERROR', statusText(result))
    return { kind: 'undecided', status: settings.unexpectedAnswerStatus }
  }
  log('customAuthentication.successfulFunctionInvocation', 'INFO', statusText(result))
  for (const name of answer.nonStringKeys) {
    log('customAuthentication.unexpectedResponse', 'WARN', `context ${name} is no string`)
  }
  if (answer.active || settings.cacheDenials) answers.put(key, answer, cacheSeconds(answer, clock))
  return outcomeOf(answer, log)
}

function outcomeOf(answer: AuthorizerAnswer, log: Log): Outcome {
  if (!answer.active) return denied(answer, log)
  log('customAuthentication.successfulAuthentication', 'INFO', 'the token is active')
  return { kind: 'authenticated', caller: answer }
}

function denied(answer: AuthorizerAnswer | undefined, log: Log): Outcome {
  log('customAuthentication.authenticationFailed', 'WARN', 'the token is not active')
  return {
    kind: 'denied',
    challenge: answer?.wwwAuthenticate,
    context: answer?.context ?? new Map<never, never>(),
  }
}

/** Until the answer's `expiresAt`, but at least one minute and at most one hour. */
function cacheSeconds({ expiresAtMilliseconds }: AuthorizerAnswer, clock: Clock): number {
  const now = clock.nowMilliseconds()
  const lifetime = ((expiresAtMilliseconds ?? now) - now) / 1000
  return Math.min(Math.max(lifetime, 60), 3600)
}

function statusText(result: FunctionAnswer | undefined): string {
  return result ? `the function answered ${result.status}` : 'the function was not reached'
}
