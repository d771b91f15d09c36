/**
 * Owns what is known of a caller once the token was judged good.
 * Pure.
 */
import type { CacheUse, Denial, Fault } from '../decision.ts'
import type { Deadline, NumericDate } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'

export interface VerifiedCaller {
  /** The issuer's name in the configuration. */
  readonly issuer: string
  /** `sub`; a client's own token may have none. */
  readonly subject: string | undefined
  readonly clientId: string | undefined
  readonly scope: readonly string[]
  /** `exp`, where the token has one. */
  readonly expiresAt: NumericDate | undefined
  /** The claims that the configuration lists, as strings. */
  readonly claims: Readonly<Record<string, string>>
  readonly cache: CacheUse
}

/** Tells who calls, or why the token is bad, or why nobody can tell. */
export type VerifyCaller = (
  token: Redacted,
  deadline: Deadline,
) => Promise<Result<VerifiedCaller, Denial | Fault>>
