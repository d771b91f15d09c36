/**
 * Owns what the authorizer can decide: permit, deny or fault, and how long a permit holds.
 * Pure.
 */
import {
  earliest,
  earlier,
  later,
  seconds,
  type NumericDate,
  type Seconds,
} from './platform/clock.ts'
import type { Redacted } from './platform/redacted.ts'
import type { DenialReason, FaultReason } from './reasons.ts'

/** How a cache took part: `off` where none was asked. */
export type CacheUse = 'hit' | 'miss' | 'off'

/** What is known of a decision when it is made; for the log. */
export interface Circumstances {
  /** Tells apart the tokens that one process sees. */
  readonly tokenFingerprint?: string
  /** The issuer's name in the configuration. */
  readonly issuer?: string
  readonly clientId?: string
  /** What a token that nobody has verified says of its client. */
  readonly claimedClientId?: string
  readonly callerCache?: CacheUse
  /** The backend's name in the configuration. */
  readonly backend?: string
  readonly backEndCache?: CacheUse
  /** OCID of the secret that it is about. */
  readonly secret?: string
  /** A word on what went wrong, from fixed lists: never anything that a token or an answer holds. */
  readonly detail?: string
  /** A line on what to look at, from a fixed list. */
  readonly hint?: string
}

export interface Permit {
  readonly outcome: 'permit'
  readonly reason: 'permitted'
  readonly principal: string | undefined
  readonly clientId: string | undefined
  readonly scope: readonly string[]
  readonly expiresAt: NumericDate
  /** The value of the backend's `Authorization` header. */
  readonly authorization: Redacted
  /** The claims that the configuration lists, as strings. */
  readonly contextClaims: Readonly<Record<string, string>>
  readonly circumstances: Circumstances
}

export interface Denial {
  readonly outcome: 'deny'
  readonly reason: DenialReason
  /** The scopes that the request needs, where it lacks some (RFC 6750 §3). */
  readonly requiredScopes?: readonly string[]
  readonly circumstances: Circumstances
}

export interface Fault {
  readonly outcome: 'fault'
  readonly reason: FaultReason
  readonly circumstances: Circumstances
}

export type Decision = Permit | Denial | Fault

export function denial(reason: DenialReason, circumstances: Circumstances = {}): Denial {
  return {
    outcome: 'deny',
    reason,
    circumstances,
  }
}

export function fault(reason: FaultReason, circumstances: Circumstances = {}): Fault {
  return {
    outcome: 'fault',
    reason,
    circumstances,
  }
}

/** The same decision, with more known about it. What it knew before stands. */
export function withCircumstances<D extends Denial | Fault>(
  decision: D,
  circumstances: Circumstances,
): D {
  return { ...decision, circumstances: { ...circumstances, ...decision.circumstances } }
}

/** A judged token that names no end holds for this long (contract §6). */
const UNLIMITED_CALLER_SECONDS = seconds(60)

/**
 * The backend's token outlives the decision by this much: the gateway may pass a request on at the
 * last moment, and the backend judges the token by its own clock.
 */
const BACK_END_MARGIN_SECONDS = seconds(60)

export interface ExpiryBounds {
  /** `exp` of the caller's token, where it has one. */
  readonly caller: NumericDate | undefined
  /** The end of the backend credential, where it has one. */
  readonly credential: NumericDate | undefined
  readonly now: NumericDate
  readonly maxDecision: Seconds
}

/**
 * When the gateway has to ask again: the earliest of the caller's end, the credential's end less
 * its margin, and the longest time that a decision may stand.
 */
export function decisionExpiry(bounds: ExpiryBounds): NumericDate {
  const limits = [
    bounds.caller ?? later(bounds.now, UNLIMITED_CALLER_SECONDS),
    later(bounds.now, bounds.maxDecision),
  ]
  if (bounds.credential !== undefined) {
    limits.push(earlier(bounds.credential, BACK_END_MARGIN_SECONDS))
  }
  return earliest(...limits)
}
