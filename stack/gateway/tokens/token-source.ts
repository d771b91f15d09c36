/**
 * Finds the token in a request. Source: Oracle, "Editing a JSON File to Add Token
 * Authentication and Authorization Request Policies".
 */
import { tokenValues, type ContextTables } from '../context-variables.ts'
import type { GatewaySettings } from '../settings.ts'
import type { TokenPolicy } from './policy-check.ts'

/**
 * The bare token. Undefined when there is none, when there are several, and when another scheme
 * stands before it. A token in a query parameter is taken as it came, without decoding.
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
