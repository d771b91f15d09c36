/** The caller that a valid token identifies. */
import type { GatewayScopes, IssuerConfig } from '../config/model.ts'
import type { CacheUse, Denial, Fault } from '../decision.ts'
import type { Observe } from '../checks.ts'
import type { UnverifiedJwt } from '../oauth/unverified-jwt.ts'
import type { Deadline, NumericDate } from '../platform/clock.ts'
import type { JsonObject } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'
import type { TokenClaims } from './claims.ts'
import { selectContextClaims } from './context-claims.ts'

export interface VerifiedCaller {
  /** The issuer's name in the configuration. */
  readonly issuer: string
  /** The subject, from the claim that the issuer uses for it. */
  readonly principal: string | undefined
  readonly clientId: string | undefined
  /** The token's scopes, as the issuer names them. */
  readonly tokenScope: readonly string[]
  /** The scopes that the gateway gets. */
  readonly scope: readonly string[]
  /** `exp`, where the token has one. */
  readonly expiresAt: NumericDate | undefined
  /** What routes can use as `request.auth[…]`: the claims that the configuration lists. */
  readonly contextValues: Readonly<Record<string, string>>
  /** All verified claims, as they came. */
  readonly claims: JsonObject
  readonly cache: CacheUse
}

/** Called before a request, if the token itself shows no defect, or only a missing scope. */
export type BeforeRequest = () => void

/** A denial says why the token is bad; a fault, why that cannot be decided. */
export type VerifyCaller = (
  token: Redacted,
  deadline: Deadline,
  beforeRequest: BeforeRequest,
  observe?: Observe,
) => Promise<Result<VerifiedCaller, Denial | Fault>>

/** One token to verify. */
export interface Verification {
  readonly token: Redacted
  /** The token, decoded but not verified; undefined for an opaque token. */
  readonly jwt: UnverifiedJwt | undefined
  readonly deadline: Deadline
  readonly beforeRequest: BeforeRequest
  /** Receives the result of each check. */
  readonly observe?: Observe | undefined
}

/** The verification by one issuer, or a part of it. */
export type Verify<T> = (verification: Verification) => Promise<Result<T, Denial | Fault>>

export function toVerifiedCaller(
  claims: TokenClaims,
  issuer: IssuerConfig,
  cache: CacheUse,
): VerifiedCaller {
  return {
    issuer: issuer.name,
    principal: claims.principal,
    clientId: claims.clientId,
    tokenScope: claims.scope,
    scope: toGatewayScopes(claims.scope, issuer.gatewayScopes),
    expiresAt: claims.expiresAt,
    contextValues: selectContextClaims(claims.members, issuer.contextClaims),
    claims: claims.members,
    cache,
  }
}

/**
 * A scope that is not mapped keeps its name. If that name is the target of a mapping, the scope is
 * dropped: only the mapping grants it.
 */
function toGatewayScopes(
  tokenScope: readonly string[],
  { map, prefix }: GatewayScopes,
): readonly string[] {
  const targets = new Set([...map.values()].flat())
  const scope = tokenScope.filter((token) => map.has(token) || !targets.has(token))
  return scope.flatMap((token) => map.get(token) ?? [token]).map((token) => `${prefix}${token}`)
}
