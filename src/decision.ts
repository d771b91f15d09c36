/** What the authorizer can decide: permit, deny or fault, and how long a permit holds. */
import { expectedAndActual, firstFailed, type Check, type Observe } from './checks.ts'
import {
  earliestOf,
  minus,
  latestOf,
  plus,
  seconds,
  type NumericDate,
  type Seconds,
} from './platform/clock.ts'
import type { LogValue } from './platform/log.ts'
import type { Redacted } from './platform/redacted.ts'
import type { DenialReason, FaultReason } from './reasons.ts'

/** Whether a value came from a cache; `off` if no cache is used. */
export type CacheUse = 'hit' | 'miss' | 'off'

/** What is known when a decision is made; for the log. */
export interface LogContext {
  /** The gateway's `opc-request-id`, from the argument of that name; validated when it is logged. */
  readonly requestId?: string
  /** Distinguishes the tokens that one process sees. */
  readonly tokenFingerprint?: string
  /** The issuer's name in the configuration. */
  readonly issuer?: string
  readonly clientId?: string
  /** The client that an unverified token names. */
  readonly claimedClientId?: string
  readonly callerCache?: CacheUse
  /** The backend's name in the configuration. */
  readonly backend?: string
  readonly backendCache?: CacheUse
  /** OCID of the secret that the decision depends on. */
  readonly secret?: string
  /** What went wrong: in words from fixed lists, the error code of an OAuth answer, or the problem of a key. */
  readonly detail?: string
  /** What to check, from a fixed list. */
  readonly hint?: string
  /** What the failed check requires, from the configuration or a standard. */
  readonly expected?: LogValue
  /** What the caller's token has instead, as it came: logged at `debug` only, shortened and escaped. */
  readonly actual?: LogValue
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
  /** What routes can use as `request.auth[…]`: the claims that the configuration lists. */
  readonly contextValues: Readonly<Record<string, string>>
  readonly logContext: LogContext
}

export interface Denial {
  readonly outcome: 'deny'
  readonly reason: DenialReason
  /** The scopes that the request needs, where it lacks some (RFC 6750 §3). */
  readonly requiredScopes?: readonly string[]
  readonly logContext: LogContext
}

export interface Fault {
  readonly outcome: 'fault'
  readonly reason: FaultReason
  readonly logContext: LogContext
}

export type Decision = Permit | Denial | Fault

export function denial(reason: DenialReason, logContext: LogContext = {}): Denial {
  return {
    outcome: 'deny',
    reason,
    logContext,
  }
}

/** The denial by the first check that fails. With an observer all checks run and report. */
export function firstDenial<Input>(
  checks: readonly Check<Input>[],
  input: Input,
  observe?: Observe,
): Denial | undefined {
  const failed = firstFailed(checks, input, observe)
  return failed && denial(failed.reason, expectedAndActual(failed, input))
}

export function fault(reason: FaultReason, logContext: LogContext = {}): Fault {
  return {
    outcome: 'fault',
    reason,
    logContext,
  }
}

/** The same decision with more members for the log. Members that it has are not overwritten. */
export function withLogContext<D extends Denial | Fault>(decision: D, logContext: LogContext): D {
  return { ...decision, logContext: { ...logContext, ...decision.logContext } }
}

/** A decision about a token without `exp` lasts this long. */
const DECISION_SECONDS_WITHOUT_EXP = seconds(60)

/**
 * The backend's token outlives the decision by this much: the gateway may forward a request at the
 * last moment, and the backend checks the token by its own clock.
 */
const BACK_END_MARGIN_SECONDS = seconds(60)

/** A permit lasts at least this long, so that it has not expired when the gateway receives it. */
const MIN_DECISION_SECONDS = seconds(5)

export interface ExpiryBounds {
  /** `exp` of the caller's token, where it has one. */
  readonly caller: NumericDate | undefined
  /** The end of the backend credential, where it has one. */
  readonly credential: NumericDate | undefined
  readonly now: NumericDate
  readonly maxDecision: Seconds
}

/**
 * When the gateway has to ask again: the earliest of the caller's expiry (in 60 s for a token without
 * `exp`), the credential's expiry less its margin, and the longest time that a decision may last; but
 * at least 5 s from now.
 */
export function decisionExpiry(bounds: ExpiryBounds): NumericDate {
  const limits = [
    bounds.caller ?? plus(bounds.now, DECISION_SECONDS_WITHOUT_EXP),
    plus(bounds.now, bounds.maxDecision),
  ]
  if (bounds.credential !== undefined) {
    limits.push(minus(bounds.credential, BACK_END_MARGIN_SECONDS))
  }
  // A token is accepted for some seconds after its expiry, to allow for differing clocks: without the
  // minimum, its permit would have expired. How the gateway handles that is not documented.
  return latestOf(earliestOf(...limits), plus(bounds.now, MIN_DECISION_SECONDS))
}
