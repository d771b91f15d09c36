/**
 * Finds the token in a request. Source: Oracle, "Editing a JSON File to Add Token
 * Authentication and Authorization Request Policies".
 */
import { tokenValues, type ContextTables } from '../context-variables.ts'
import type { GatewaySettings } from '../settings.ts'
import type { TokenPolicy } from './policy-check.ts'

/**
 * The token without its scheme. Undefined if there is none, or several, or if the scheme is another one. A
 * token in a query parameter is not decoded.
 */
export function findToken(
  policy: TokenPolicy,
  tables: ContextTables,
  { authSchemeIsCaseSensitive }: GatewaySettings,
): string | undefined {
  const { tokenQueryParam, tokenAuthScheme } = policy
  const [value, ...others] = tokenValues(policy, tables)
  if (value === undefined || others.length > 0) return undefined
  if (tokenQueryParam !== undefined) return value === '' ? undefined : value
  const [, scheme = '', token] = /^(\S+) +(\S+)$/.exec(value) ?? []
  const isScheme = authSchemeIsCaseSensitive
    ? scheme === tokenAuthScheme
    : scheme.toLowerCase() === tokenAuthScheme?.toLowerCase()
  return isScheme ? token : undefined
}
