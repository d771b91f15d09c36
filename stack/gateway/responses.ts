/** The gateway's own responses: errors, denials and stock responses. */
import { STATUS_CODES } from 'node:http'
import {
  parseContextVariable,
  substitute,
  valuesOf,
  type ContextTables,
} from './context-variables.ts'
import type { RequestScope } from './engine.ts'
import { transformHeaders } from './header-transformations.ts'
import type { Header } from './headers.ts'
import type { ModifyResponse } from './policy-checks.ts'
import type { StockResponse } from './read-specification.ts'
import type { GatewaySettings } from './settings.ts'

export interface Response {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body: Buffer
}

/** The gateway's own error body, e.g. `{"code":404,"message":"Not Found"}`. */
export function errorResponse(status: number, headers: readonly Header[] = []): Response {
  const message = STATUS_CODES[status] ?? 'Error'
  return {
    status,
    headers: [['Content-Type', 'application/json'], ...headers],
    body: Buffer.from(JSON.stringify({ code: status, message })),
  }
}

export function stockResponse({ status, headers = [], body = '' }: StockResponse): Response {
  return {
    status,
    headers: headers.map(({ name, value }): Header => [name, value]),
    body: Buffer.from(body),
  }
}

/** 401 with the challenge, or the response of the validation failure policy. */
export function denialResponse(
  policy: ModifyResponse | undefined,
  challenge: string | undefined,
  scope: RequestScope,
): Response {
  const { tables, engine } = scope
  const challenges: Header[] = challenge === undefined ? [] : [['WWW-Authenticate', challenge]]
  if (!policy) return errorResponse(401, challenges)

  const status = responseStatus(policy.responseCode, tables, engine.settings)
  const kept = engine.settings.modifyResponseKeepsChallenge ? challenges : []
  const { headers, body } = errorResponse(status, kept)
  return {
    status,
    // A policy with its own message also sets the type of the body.
    headers: transformHeaders(
      policy.responseMessage === undefined ? headers : kept,
      policy.responseHeaderTransformations,
      'response',
      scope,
    ),
    body:
      policy.responseMessage === undefined
        ? body
        : Buffer.from(substitute(policy.responseMessage, tables)),
  }
}

function responseStatus(
  responseCode: string | undefined,
  tables: ContextTables,
  { unreadableResponseCodeStatus }: GatewaySettings,
): number {
  if (responseCode === undefined) return 401
  const variable = parseContextVariable(responseCode)
  const code = variable ? (valuesOf(variable, tables)[0] ?? '') : substitute(responseCode, tables)
  return /^[2-5]\d\d$/.test(code) ? Number(code) : unreadableResponseCodeStatus
}
