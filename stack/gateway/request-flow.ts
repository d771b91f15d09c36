/** Handles one request: route, caller, scopes, back end. */
import type { Authentication } from './authentication-check.ts'
import { askAuthorizer } from './authorizer-function.ts'
import { anonymous, isAuthorized, type Caller } from './caller.ts'
import { findDeployment, type Deployment } from './deployment.ts'
import type { Engine, RequestScope } from './engine.ts'
import type { Log } from './execution-log.ts'
import { transformHeaders } from './header-transformations.ts'
import { headerValues, type Header } from './headers.ts'
import { callBackend } from './http-backend.ts'
import type { ModifyResponse } from './policy-checks.ts'
import type { Route } from './read-specification.ts'
import { denialResponse, errorResponse, stockResponse, type Response } from './responses.ts'
import { findRoute } from './routes.ts'
import { validateToken } from './tokens/validate-token.ts'

/** The `opc-request-id` of one call. */
export interface RequestId {
  /** To function and back end, `customer/trace`. The customer may be empty. */
  readonly passedOn: string
  /** To the caller and in the logs of the gateway, `customer/trace/span`. */
  readonly returned: string
}

/** A request and its ID. */
export interface Call {
  readonly method: string
  /** Not decoded. */
  readonly path: string
  /** With its question mark; empty when there is none. */
  readonly query: string
  /** With the `opc-request-id` that is passed on. */
  readonly headers: readonly Header[]
  readonly body: Buffer
  readonly remoteAddress: string
  readonly requestId: RequestId
}

export async function answerCall(engine: Engine, call: Call): Promise<Response> {
  const { settings } = engine
  const isDotted = call.path.split('/').some((segment) => /^(\.|%2e){1,2}$/i.test(segment))
  if (isDotted && !settings.forwardDotSegments) return errorResponse(400)

  const found = findDeployment(engine.deployments, call.path)
  if (!found) return errorResponse(404)
  const { deployment, rest } = found
  const match = findRoute(deployment.specification.routes, rest, call.method)
  if (match.kind === 'no such path') return errorResponse(404)
  if (match.kind === 'method not allowed') {
    return errorResponse(405, [['Allow', match.allowed.join(', ')]])
  }
  return guard(call, deployment, match.route, {
    engine,
    deployment: deployment.name,
    opcRequestId: call.requestId.passedOn,
    tables: {
      path: match.parameters,
      query: parseQuery(call.query),
      headers: call.headers,
      headerKeysAreCaseSensitive: settings.headerKeysAreCaseSensitive,
      auth: new Map(),
      host: headerValues(call.headers, 'host')[0] ?? '',
      body: call.body,
    },
    log: logFor(engine, deployment.name, call.requestId),
  })
}

/** Authentication, then authorization, then the back end. */
async function guard(
  call: Call,
  { specification }: Deployment,
  route: Route,
  scope: RequestScope,
): Promise<Response> {
  const { engine, tables, log } = scope
  const { settings } = engine
  const policy = specification.requestPolicies?.authentication
  const authorization = route.requestPolicies?.authorization
  const isAnonymous = authorization?.type === 'ANONYMOUS'

  let caller: Caller = anonymous
  if (policy && (!isAnonymous || settings.authorizerOnAnonymousRoutes)) {
    const result =
      policy.type === 'CUSTOM_AUTHENTICATION'
        ? await askAuthorizer(policy, scope)
        : await validateToken(policy, scope)
    if (result.kind === 'authenticated') caller = result.caller
    else if (!isAnonymous) {
      if (result.kind === 'undecided') return errorResponse(result.status)
      const denied = { ...scope, tables: { ...tables, auth: result.context } }
      return denialResponse(failurePolicyOf(policy), result.challenge, denied)
    }
  }
  if (!isAuthorized(authorization, caller)) {
    log('authorization.unauthorizedRequest', 'WARN', 'none of the allowed scopes')
    return errorResponse(settings.scopeMismatchStatus)
  }
  return forward(call, route, { ...scope, tables: { ...tables, auth: caller.context } })
}

function failurePolicyOf(policy: Authentication): ModifyResponse | undefined {
  return policy.type === 'JWT_AUTHENTICATION' ? undefined : policy.validationFailurePolicy
}

async function forward(
  call: Call,
  { requestPolicies, responsePolicies, backend }: Route,
  scope: RequestScope,
): Promise<Response> {
  const sent = requestPolicies?.headerTransformations
  const headers = transformHeaders(call.headers, sent, 'request', scope)
  const answer =
    backend.type === 'STOCK_RESPONSE_BACKEND'
      ? stockResponse(backend)
      : await callBackend(backend, { ...call, headers }, scope)
  const received = responsePolicies?.headerTransformations
  return { ...answer, headers: transformHeaders(answer.headers, received, 'response', scope) }
}

export function logFor({ executionLog }: Engine, deployment: string, { returned }: RequestId): Log {
  return (code, level, message) => {
    executionLog.push({ code, level, message, opcRequestId: returned, deployment })
  }
}

function parseQuery(query: string): (readonly [string, string])[] {
  return query
    .slice(1)
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name, value.join('=')] as const
    })
}
