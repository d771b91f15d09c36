/** An authenticated caller: its scopes and the variables of `request.auth`. */
import type { Authorization } from './policy-checks.ts'
import type { GatewaySettings } from './settings.ts'
import type { Claims } from './tokens/claims.ts'

export interface Caller {
  readonly scopes: ReadonlySet<string>
  /** Becomes `request.auth[...]`. */
  readonly context: ReadonlyMap<string, string>
}

/** The result of a request's authentication. */
export type Outcome =
  | { readonly kind: 'authenticated'; readonly caller: Caller }
  | {
      readonly kind: 'denied'
      /** Value of `WWW-Authenticate`. */
      readonly challenge: string | undefined
      /** Becomes `request.auth[...]` of the answer. */
      readonly context: Caller['context']
    }
  | { readonly kind: 'undecided'; readonly status: number }

/** A request without authentication: no scopes, and an empty `request.auth`. */
export const anonymous: Caller = { scopes: new Set(), context: new Map() }

/** Whether the scopes permit a request at a route. Scopes are case-sensitive. */
export function isAuthorized(
  authorization: Authorization | undefined,
  { scopes }: Caller,
): boolean {
  if (authorization?.type !== 'ANY_OF') return true
  return authorization.allowedScope.some((scope) => scopes.has(scope))
}

/** A validated token's claims are its `request.auth`, and its `scope` has the scopes for `ANY_OF`. */
export function callerOf(claims: Claims, settings: GatewaySettings): Caller {
  const { scope } = claims
  const isRead = typeof scope === 'string' || settings.scopeClaimMayBeList
  return {
    scopes: (isRead ? readScopes(scope) : undefined) ?? new Set(),
    context: readContext(claims, settings),
  }
}

/** A list of strings, or one string with the scopes separated by spaces; undefined for others. */
export function readScopes(scope: unknown): Set<string> | undefined {
  const scopes: unknown = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : scope
  if (!Array.isArray(scopes)) return undefined
  const strings = scopes.filter((one) => typeof one === 'string')
  return strings.length === scopes.length ? new Set(strings) : undefined
}

export function readContext(
  values: Readonly<Record<string, unknown>>,
  { nonStringContextValue }: GatewaySettings,
): Map<string, string> {
  const text = (value: unknown): string => {
    if (typeof value === 'string') return value
    return nonStringContextValue === 'json' ? JSON.stringify(value) : ''
  }
  return new Map(Object.entries(values).map(([key, value]) => [key, text(value)]))
}
