/** What an observer of the local stack sees of its servers and of the function. */
import { randomBytes } from 'node:crypto'
import type { FnFunction } from './fn-agent.ts'
import type { Exchange } from './listen.ts'

/** Sees every exchange of every server and every call of the function: at its start and its end. */
export interface StackObserver {
  exchange(server: string, exchange: Exchange): void
  invocation(invocation: Invocation): void
}

export interface Invocation {
  readonly callId: string
  readonly opcRequestId: string
  readonly requestBody: string
  /** Milliseconds since 1970, with a fraction. */
  readonly startedAt: number
  endedAt: number | undefined
  status: number | undefined
  responseBody: string
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
  if (observer === undefined) return authorizer.invoke(body)
  const instancesBefore = authorizer.instances.length
  const invocation: Invocation = {
    callId: randomBytes(13).toString('hex').toUpperCase(),
    opcRequestId,
    requestBody: body.toString(),
    startedAt: performance.timeOrigin + performance.now(),
    endedAt: undefined,
    status: undefined,
    responseBody: '',
    isColdStart: false,
  }
  observer.invocation(invocation)
  const result = await authorizer.invoke(body, { callId: invocation.callId })
  invocation.endedAt = performance.timeOrigin + performance.now()
  invocation.status = result.status
  invocation.responseBody = result.body.toString()
  invocation.isColdStart = authorizer.instances.length > instancesBefore
  observer.invocation(invocation)
  return result
}
