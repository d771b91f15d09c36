/** Which of several calls at the same time a request to a server belongs to. */
import type { Exchange } from '../listen.ts'

/** A call of the gateway, as far as it tells whose a request is. */
export interface Span {
  readonly requestId: string
  /** What the function got; undefined if it was not called. */
  readonly payload: string | undefined
  /** Of the function, or of the gateway if the function was not called. Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt: number | undefined
}

/**
 * The gateway's request ID tells it, else the caller's token in an introspection request, else the time.
 * Several calls remain where they share what is requested, such as a secret or the token for the backend.
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
