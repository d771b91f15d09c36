/** The steps of a call: the request and the answer of each server and the function. */
import type { Exchange } from '../listen.ts'
import type { LocalStack } from '../local-stack.ts'
import type { Hop, RecordedCall } from './recorded-call.ts'
import { decodeTokens, type Redactor } from './redact.ts'

const MAX_BODY_CHARACTERS = 8000

export interface Step {
  readonly party: string
  readonly exchange: Exchange
  readonly title: string
  /** The start of the call, in milliseconds since 1970. */
  readonly zero: number
  readonly note?: string
  readonly isShared?: boolean
}

export function hopOf(
  { party, exchange, title, zero, note, isShared = false }: Step,
  redactor: Redactor,
): Hop {
  const { startedAt, endedAt } = exchange
  return {
    party,
    title,
    startMilliseconds: round(startedAt - zero),
    durationMilliseconds: endedAt === undefined ? null : round(endedAt - startedAt),
    status: exchange.status ?? null,
    note: note ?? null,
    request: {
      line: `${exchange.method} ${redactor.text(exchange.target)}`,
      headers: redactor.headers(exchange.requestHeaders),
      body: bodyOf(exchange.requestBody, redactor),
    },
    response: {
      headers: redactor.headers(exchange.responseHeaders),
      body: bodyOf(exchange.responseBody, redactor),
    },
    tokens: decodeTokens(textOf(exchange)).map(({ id }) => id),
    isShared,
  }
}

function bodyOf(text: string, redactor: Redactor): string {
  return redactor.text(text).slice(0, MAX_BODY_CHARACTERS)
}

export function round(milliseconds: number): number {
  const precision = milliseconds < 100 ? 10 : 1
  return Math.max(0, Math.round(milliseconds * precision) / precision)
}

export function textOf({ requestHeaders, requestBody, responseBody }: Exchange): string {
  const { authorization = '' } = requestHeaders
  const credentials = authorization.startsWith('Signature ') ? '' : authorization
  return `${credentials}\n${decodeURIComponentSafely(requestBody)}\n${responseBody}`
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function titleOf(party: string, { target, requestBody }: Exchange): string {
  const path = target.split('?')[0] ?? ''
  const grant = new URLSearchParams(requestBody).get('grant_type')
  if (grant !== null) {
    return `Issues a token (${grant.replace('urn:ietf:params:oauth:grant-type:', '')})`
  }
  if (path.includes('secretbundles')) return `Reads secret ${path.split('.').at(-1) ?? ''}`
  if (path.includes('introspect')) return 'Introspects the caller’s token'
  if (/jwk|keys|certs/.test(path)) return 'Sends its keys'
  if (path.includes('.well-known')) return 'Sends its discovery document'
  return party === 'Oracle Integration' ? 'Runs the integration' : path
}

/** Oracle Integration's own record of the call. */
export function oicView({ integration }: LocalStack, exchange: Exchange): RecordedCall['oicSaw'] {
  const requestId = exchange.requestHeaders['opc-request-id']
  const seen = integration.requests.findLast(
    ({ headers }) => headers['opc-request-id'] === requestId,
  )
  if (seen === undefined || exchange.status === undefined) {
    return { caller: 'did not answer', status: exchange.status ?? 0 }
  }
  const { caller, status, refusal } = seen
  if (caller === undefined) return { caller: `refused: ${refusal ?? 'unknown'}`, status }
  if (caller.scheme === 'Basic') return { caller: `user ${caller.user} (Basic)`, status }
  const name =
    caller.subject === caller.client
      ? `client ${caller.client}`
      : `user ${caller.subject}, by client ${caller.client}`
  return { caller: name, status }
}
