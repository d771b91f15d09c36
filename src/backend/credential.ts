/**
 * Owns what the backend wants to see of us, and how it is come by.
 * Pure.
 */
import type { CacheUse, Fault } from '../decision.ts'
import type { Deadline, NumericDate } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'

/** A credential as a grant yields it. */
export interface BackendCredential {
  /** The whole value of the `Authorization` header, scheme included. */
  readonly authorization: Redacted
  /** Its end by our clock, reckoned from before it was asked for. */
  readonly expiresAt: NumericDate
}

export interface ObtainedCredential extends BackendCredential {
  /** The backend's name in the configuration. */
  readonly backend: string
  readonly cache: CacheUse
}

/** A credential that lives long enough to be handed out, or why there is none. */
export type ObtainCredential = (deadline: Deadline) => Promise<Result<ObtainedCredential, Fault>>

/** Asks for a new credential, whatever is at hand already. */
export type RequestCredential = (deadline: Deadline) => Promise<Result<BackendCredential, Fault>>
