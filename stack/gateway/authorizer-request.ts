/**
 * The request to an authorizer function, and the cache key of its answer. Sources:
 * Oracle, "Creating an Authorizer Function" and "Adding Authentication and Authorization Request
 * Policies" for multi-argument and for single-argument access tokens.
 */
import type { CustomAuthentication } from './authentication-check.ts'
import {
  parseContextVariable,
  tokenValues,
  valuesOf,
  type ContextTables,
} from './context-variables.ts'
import type { GatewaySettings } from './settings.ts'

export interface AuthorizerRequest {
  readonly body: Buffer
  /** Identifies the request for the function, without the deployment. */
  readonly cacheKey: string
}

/** Undefined if the gateway answers 401 itself, because there is no token. */
export function authorizerRequest(
  policy: CustomAuthentication,
  tables: ContextTables,
  settings: GatewaySettings,
): AuthorizerRequest | undefined {
  return policy.parameters
    ? multiArgument(policy.parameters, policy.cacheKey, tables, settings)
    : singleArgument(policy, tables, settings)
}

/** A missing argument is omitted; a repeated one is an array. */
function multiArgument(
  parameters: Readonly<Record<string, string>>,
  cacheKey: readonly string[] | undefined,
  tables: ContextTables,
  { noArguments }: GatewaySettings,
): AuthorizerRequest {
  const data = new Map<string, string | string[]>()
  for (const [argument, expression] of Object.entries(parameters)) {
    const variable = parseContextVariable(expression)
    const values = variable ? valuesOf(variable, tables) : []
    const [first, ...others] = values
    if (first !== undefined) data.set(argument, others.length > 0 ? values : first)
  }
  const payload =
    data.size === 0 && noArguments === 'no data'
      ? { type: 'USER_DEFINED' }
      : { type: 'USER_DEFINED', data: Object.fromEntries(data) }
  const keyArguments =
    cacheKey ?? Object.keys(parameters).filter((name) => parameters[name] !== 'request.body')
  return {
    body: Buffer.from(JSON.stringify(payload)),
    cacheKey: JSON.stringify(keyArguments.map((name) => [name, data.get(name) ?? null])),
  }
}

/** Oracle does not describe the cache key of this form; the stand-in uses the token. */
function singleArgument(
  policy: CustomAuthentication,
  tables: ContextTables,
  { missingToken }: GatewaySettings,
): AuthorizerRequest | undefined {
  const [first] = tokenValues(policy, tables)
  const token = first ?? (missingToken === 'invoke with empty token' ? '' : undefined)
  if (token === undefined && missingToken === 'answer 401') return undefined
  const payload = token === undefined ? { type: 'TOKEN' } : { type: 'TOKEN', token }
  return { body: Buffer.from(JSON.stringify(payload)), cacheKey: JSON.stringify(token ?? null) }
}
