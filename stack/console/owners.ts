/** Assigns requests to servers to the calls of the gateway that caused them. */
import type { Exchange } from '../listen.ts'

/** The properties of a call that identify its requests. */
export interface Span {
  readonly requestId: string
  /** The function's payload; undefined if it was not called. */
  readonly payload: string | undefined
  /** Of the function, or of the gateway if the function was not called. Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number | undefined
}

/**
 * Compares the gateway's request ID, else the caller's token in an introspection request, else the time.
 * Several calls may share a request, for example for a secret or a token for the backend.
 */
export function ownersOf(exchange: Exchange, spans: readonly Span[]): readonly Span[] {
  const requestId = exchange.requestHeaders['opc-request-id']
  if (requestId !== undefined) {
    const named = spans.filter((span) => span.requestId === requestId)
    if (named.length > 0) return named
  }
  const atTheTime = spans.filter(
    ({ startedAt, endedAt }) =>
      exchange.startedAt >= startedAt && exchange.startedAt <= (endedAt ?? Infinity),
  )
  const token = new URLSearchParams(exchange.requestBody).get('token')
  if (token === null || token === '') return atTheTime
  return atTheTime.filter(({ payload }) => payload?.includes(token) === true)
}
