/** One call of the Fn container contract: `POST /call` over the function's socket. */
import { request, type IncomingHttpHeaders } from 'node:http'
import { readBody } from '../listen.ts'

export interface Call {
  id: string
  /** `customer/trace/span`. */
  opcRequestId?: string
  body: Buffer
  /** When the agent stops waiting for the answer. */
  deadline: Date
}

export interface ContainerAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

export type CallOutcome =
  { kind: 'answered'; answer: ContainerAnswer } | { kind: 'broken' } | { kind: 'timed_out' }

/**
 * Never rejects. Each call has a new connection: Fn keeps an idle one for at most a second, and a function
 * must not depend on it.
 */
export async function postCall(socketPath: string, call: Call): Promise<CallOutcome> {
  const signal = AbortSignal.timeout(Math.max(0, call.deadline.getTime() - Date.now()))
  try {
    return { kind: 'answered', answer: await exchange(socketPath, call, signal) }
  } catch {
    return { kind: signal.aborted ? 'timed_out' : 'broken' }
  }
}

function exchange(socketPath: string, call: Call, signal: AbortSignal): Promise<ContainerAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      socketPath,
      signal,
      agent: false,
      method: 'POST',
      path: '/call',
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': call.body.length,
        'Fn-Call-Id': call.id,
        'Fn-Deadline': formatDeadline(call.deadline),
        ...(call.opcRequestId !== undefined && { 'Opc-Request-Id': call.opcRequestId }),
      },
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      readBody(incoming).then((body) => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body })
      }, reject)
    })
    outgoing.end(call.body)
  })
}

/** RFC 3339 without a fraction, like Fn: up to a second before the exact deadline. */
export function formatDeadline(deadline: Date): string {
  return deadline.toISOString().replace(/\.\d{3}Z$/, 'Z')
}
