/**
 * Owns what is known of a caller once the token was judged good.
 * Pure.
 */
import type { GatewayScopes, IssuerConfig } from '../config/model.ts'
import type { CacheUse, Denial, Fault } from '../decision.ts'
import type { Deadline, NumericDate } from '../platform/clock.ts'
import type { JsonObject } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'
import { selectContextClaims, type TokenClaims } from './claims.ts'

export interface VerifiedCaller {
  /** The issuer's name in the configuration. */
  readonly issuer: string
  /** The subject, by the claim that the issuer uses for it. */
  readonly principal: string | undefined
  readonly clientId: string | undefined
  /** The token's scopes, as the issuer names them. */
  readonly tokenScope: readonly string[]
  /** The scopes that the gateway hears of. */
  readonly scope: readonly string[]
  /** `exp`, where the token has one. */
  readonly expiresAt: NumericDate | undefined
  /** The claims that the configuration lists, as strings. */
  readonly contextClaims: Readonly<Record<string, string>>
  /** All claims that the issuer vouches for, as they came. */
  readonly claims: JsonObject
  readonly cache: CacheUse
}

/** Told when the token alone shows no defect, and a neighbour is about to be asked about it. */
export type BeforeAsking = () => void

/** Tells who calls, or why the token is bad, or why nobody can tell. */
export type VerifyCaller = (
  token: Redacted,
  deadline: Deadline,
  beforeAsking: BeforeAsking,
) => Promise<Result<VerifiedCaller, Denial | Fault>>

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
    contextClaims: selectContextClaims(claims.members, issuer.contextClaims),
    claims: claims.members,
    cache,
  }
}

function toGatewayScopes(
  scope: readonly string[],
  { map, prefix }: GatewayScopes,
): readonly string[] {
  return scope.flatMap((token) => map.get(token) ?? [token]).map((token) => `${prefix}${token}`)
}
