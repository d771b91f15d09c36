/**
 * From a call to a decision: read the bearer token, verify the caller, obtain the backend's
 * credential, permit. If a step returns a denial or a fault, that is the decision.
 */
import type {
  CredentialSource,
  ObtainedCredential,
  PreparedCredential,
} from './backend/credential.ts'
import type { VerifiedCaller, VerifyCaller } from './caller/verified-caller.ts'
import {
  decisionExpiry,
  withLogContext,
  type LogContext,
  type Decision,
  type Permit,
} from './decision.ts'
import type { Observe } from './checks.ts'
import { readAuthorizerRequest, readBearerToken, readRequestId } from './gateway/request.ts'
import type { Clock, Deadline, Seconds } from './platform/clock.ts'
import type { Redacted } from './platform/redacted.ts'

export interface AuthorizerPorts {
  readonly verifyCaller: VerifyCaller
  readonly credentials: CredentialSource
  readonly fingerprint: (token: Redacted) => string
  readonly clock: Clock
  readonly tokenArgument: string
  readonly maxDecision: Seconds
}

/** Decides about the request in the payload of API Gateway. An observer receives the result of each check. */
export type Authorize = (
  payload: Uint8Array,
  deadline: Deadline,
  observe?: Observe,
) => Promise<Decision>

export function createAuthorizer(ports: AuthorizerPorts): Authorize {
  return async (payload, deadline, observe) => {
    const request = readAuthorizerRequest(payload, ports.tokenArgument)
    if (!request.ok) return request.error

    const requestId = readRequestId(request.value)
    const requestContext = requestId === undefined ? {} : { requestId }
    const token = readBearerToken(request.value, observe)
    if (!token.ok) return withLogContext(token.error, requestContext)
    const tokenContext = { ...requestContext, tokenFingerprint: ports.fingerprint(token.value) }

    let prepared: PreparedCredential | undefined
    const prepare = () => {
      prepared = ports.credentials.prepare(deadline) ?? prepared
    }
    const caller = await ports.verifyCaller(token.value, deadline, prepare, observe)
    if (!caller.ok) return withLogContext(caller.error, tokenContext)
    const callerContext = { ...tokenContext, ...logContextOf(caller.value) }

    const { issuer, clientId, tokenScope, claims } = caller.value
    const credential = await ports.credentials.obtain(
      {
        token: token.value,
        issuer,
        clientId,
        tokenScope,
        claims,
        arguments: request.value.arguments,
      },
      deadline,
      prepared,
    )
    if (!credential.ok) return withLogContext(credential.error, callerContext)

    return permit(caller.value, credential.value, callerContext)
  }

  function permit(
    caller: VerifiedCaller,
    credential: ObtainedCredential,
    callerContext: LogContext,
  ): Permit {
    return {
      outcome: 'permit',
      reason: 'permitted',
      principal: caller.principal,
      clientId: caller.clientId,
      scope: caller.scope,
      expiresAt: decisionExpiry({
        caller: caller.expiresAt,
        credential: credential.expiresAt,
        now: ports.clock.now(),
        maxDecision: ports.maxDecision,
      }),
      authorization: credential.authorization,
      contextValues: caller.contextValues,
      logContext: {
        ...callerContext,
        backend: credential.backend,
        backendCache: credential.cache,
      },
    }
  }
}

function logContextOf({ issuer, clientId, cache }: VerifiedCaller): LogContext {
  return {
    issuer,
    callerCache: cache,
    ...(clientId === undefined ? {} : { clientId }),
  }
}
