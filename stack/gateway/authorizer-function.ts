/** Authenticates a request by an authorizer function, and caches its results. */
import type { CustomAuthentication } from './authentication-policy.ts'
import { readAuthorizerAnswer, type AuthorizerAnswer } from './authorizer-answer.ts'
import { authorizerRequest } from './authorizer-request.ts'
import type { ContextTables } from './context-variables.ts'
import type { Log } from './execution-log.ts'
import type { ResultCache } from './result-cache.ts'
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
  readonly cache: ResultCache
  readonly settings: GatewaySettings
}

export type Judgement =
  | { readonly kind: 'authenticated'; readonly answer: AuthorizerAnswer }
  | { readonly kind: 'denied'; readonly answer: AuthorizerAnswer | undefined }
  | { readonly kind: 'undecided'; readonly status: number }

export async function askAuthorizer(
  { invokeFunction, cache, settings }: AuthorizerCaller,
  policy: CustomAuthentication,
  deployment: string,
  tables: ContextTables,
  opcRequestId: string,
  log: Log,
): Promise<Judgement> {
  const request = authorizerRequest(policy, tables, settings)
  if (!request) return denied(undefined, log)

  const key = JSON.stringify([deployment, policy.functionId, request.cacheKey])
  const cached = cache.get(key)
  if (cached) return judged(cached, log)
  log('customAuthentication.cacheMiss', 'INFO', 'no result in the cache')

  const result = await invoke(() => invokeFunction(policy.functionId, request.body, opcRequestId))
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
  if (answer.active || settings.cacheDenials) cache.put(key, answer)
  return judged(answer, log)
}

function judged(answer: AuthorizerAnswer, log: Log): Judgement {
  if (!answer.active) return denied(answer, log)
  log('customAuthentication.successfulAuthentication', 'INFO', 'the token is active')
  return { kind: 'authenticated', answer }
}

function denied(answer: AuthorizerAnswer | undefined, log: Log): Judgement {
  log('customAuthentication.authenticationFailed', 'WARN', 'the token is not active')
  return { kind: 'denied', answer }
}

async function invoke(call: () => Promise<FunctionAnswer>): Promise<FunctionAnswer | undefined> {
  try {
    return await call()
  } catch {
    return undefined
  }
}

function statusText(result: FunctionAnswer | undefined): string {
  return result ? `the function answered ${result.status}` : 'the function was not reached'
}
