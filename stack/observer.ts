/** Reports exchanges of the local stack's servers and calls of the function to an observer. */
import { randomBytes } from 'node:crypto'
import type { FnFunction } from './fn-agent.ts'
import { now, type Exchange } from './listen.ts'

/** Gets every exchange of every server and every call of the function, at its start and at its end. */
export interface StackObserver {
  exchange(server: string, exchange: Exchange): void
  invocation(invocation: Invocation): void
}

/** A call of the function. It has no headers, because the agent does not record them. */
export interface Invocation extends Exchange {
  readonly callId: string
  readonly opcRequestId: string
  /** An instance was started for this call. */
  isColdStart: boolean
}

/** Calls the function and reports the call to the observer. */
export async function invokeObserved(
  authorizer: FnFunction,
  body: Buffer,
  opcRequestId: string,
  observer: StackObserver | undefined,
) {
  if (observer === undefined) return authorizer.invoke(body, { opcRequestId })
  const instancesBefore = authorizer.instances.length
  const invocation: Invocation = {
    method: 'POST',
    target: '/call',
    requestHeaders: {},
    responseHeaders: {},
    callId: randomBytes(13).toString('hex').toUpperCase(),
    opcRequestId,
    requestBody: body.toString(),
    startedAt: now(),
    endedAt: undefined,
    status: undefined,
    responseBody: '',
    isColdStart: false,
  }
  observer.invocation(invocation)
  const result = await authorizer.invoke(body, { callId: invocation.callId, opcRequestId })
  invocation.endedAt = now()
  invocation.status = result.status
  invocation.responseBody = result.body.toString()
  invocation.isColdStart = authorizer.instances.length > instancesBefore
  observer.invocation(invocation)
  return result
}
