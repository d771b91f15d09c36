/** Authenticates a request by an authorizer function, and caches its results. */
import type { Clock } from '../clock.ts'
import type { CustomAuthentication } from './authentication-check.ts'
import { readAuthorizerAnswer, type AuthorizerAnswer } from './authorizer-answer.ts'
import { authorizerRequest } from './authorizer-request.ts'
import type { Outcome } from './caller.ts'
import type { ContextTables } from './context-variables.ts'
import type { Log } from './execution-log.ts'
import type { ExpiringMap } from './expiring-map.ts'
import type { GatewaySettings } from './settings.ts'

/** What the Functions service answers: the container's status and body. */
export interface FunctionAnswer {
  readonly status: number
  readonly body: Buffer
}

/** Rejects when the Functions service itself has an error. */
export type InvokeFunction = (
  functionId: string,
  body: Buffer,
  opcRequestId: string,
) => Promise<FunctionAnswer>

export interface AuthorizerCaller {
  readonly invokeFunction: InvokeFunction
  readonly cache: ExpiringMap<AuthorizerAnswer>
  readonly clock: Clock
  readonly settings: GatewaySettings
}

export async function askAuthorizer(
  { invokeFunction, cache, clock, settings }: AuthorizerCaller,
  policy: CustomAuthentication,
  deployment: string,
  tables: ContextTables,
  opcRequestId: string,
  log: Log,
): Promise<Outcome> {
  const request = authorizerRequest(policy, tables, settings)
  if (!request) return denied(undefined, log)

  const key = JSON.stringify([deployment, policy.functionId, request.cacheKey])
  const cached = cache.get(key)
  if (cached) return judged(cached, log)
  log('customAuthentication.cacheMiss', 'INFO', 'no result in the cache')

  const result = await invokeFunction(policy.functionId, request.body, opcRequestId).catch(
    () => undefined,
  )
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
  if (answer.active || settings.cacheDenials) cache.put(key, answer, keptSeconds(answer, clock))
  return judged(answer, log)
}

function judged(answer: AuthorizerAnswer, log: Log): Outcome {
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

/** Until the answer's `expiresAt`, but for one minute at least and one hour at most. */
function keptSeconds({ expiresAtMilliseconds }: AuthorizerAnswer, clock: Clock): number {
  const now = clock.nowMilliseconds()
  const wished = ((expiresAtMilliseconds ?? now) - now) / 1000
  return Math.min(Math.max(wished, 60), 3600)
}

function statusText(result: FunctionAnswer | undefined): string {
  return result ? `the function answered ${result.status}` : 'the function was not reached'
}
