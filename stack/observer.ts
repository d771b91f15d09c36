/** What an observer of the local stack sees of its servers and of the function. */
import { randomBytes } from 'node:crypto'
import type { FnFunction } from './fn-agent.ts'
import { now, type Exchange } from './listen.ts'

/** Sees every exchange of every server and every call of the function: at its start and its end. */
export interface StackObserver {
  exchange(server: string, exchange: Exchange): void
  invocation(invocation: Invocation): void
}

/** A call of the function; of an instance's socket, the agent sees no headers. */
export interface Invocation extends Exchange {
  readonly callId: string
  readonly opcRequestId: string
  /** An instance was started for this call. */
  isColdStart: boolean
}

/** Calls the function and shows it to the observer. */
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
