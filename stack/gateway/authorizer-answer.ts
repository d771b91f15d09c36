/**
 * Reads an authorizer function's answer. Possibly stricter than the gateway: a documented field
 * of another type makes the whole answer unreadable. Source: Oracle, "Creating an Authorizer
 * Function".
 */
import { readContext, readScopes, type Caller } from './caller.ts'
import { isRecord, parseJson } from '../json.ts'
import type { GatewaySettings } from './settings.ts'

export interface AuthorizerAnswer extends Caller {
  readonly active: boolean
  readonly wwwAuthenticate: string | undefined
  /** Undefined if `expiresAt` is missing or not an ISO 8601 date-time. */
  readonly expiresAtMilliseconds: number | undefined
  /** Keys whose values were not strings. */
  readonly nonStringKeys: readonly string[]
}

/** Undefined if the body is not a JSON object or one of its fields has another type. */
export function readAuthorizerAnswer(
  body: Buffer,
  settings: GatewaySettings,
): AuthorizerAnswer | undefined {
  const json = parseJson(body.toString())
  if (!isRecord(json)) return undefined
  const { active = false, scope = [], context = {}, wwwAuthenticate, expiresAt } = json
  const scopes = readScopes(scope)
  if (typeof active !== 'boolean' || !scopes || !isRecord(context)) return undefined
  if (wwwAuthenticate !== undefined && typeof wwwAuthenticate !== 'string') return undefined
  const nonStringKeys = Object.keys(context).filter((key) => typeof context[key] !== 'string')
  return {
    active,
    scopes,
    context: readContext(context, settings),
    wwwAuthenticate,
    expiresAtMilliseconds: readDateTime(expiresAt, settings),
    nonStringKeys,
  }
}

function readDateTime(
  value: unknown,
  { fractionalExpiresAt }: GatewaySettings,
): number | undefined {
  if (typeof value !== 'string') return undefined
  const match = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(value)
  if (!match || (match[1] !== undefined && !fractionalExpiresAt)) return undefined
  const milliseconds = Date.parse(value)
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}
