import type { Fault } from '../decision.ts'
import { Backoff, type BackoffPlan } from '../platform/backoff.ts'
import { ExpiringCache } from '../platform/cache.ts'
import type { Chance } from '../platform/chance.ts'
import {
  isWithin,
  plus,
  seconds,
  type Clock,
  type NumericDate,
  type Seconds,
} from '../platform/clock.ts'
import type { CredentialFailure } from './credential.ts'

/**
 * The pauses of one caller, of all failed callers, and of renewals. After a few failures in a row, the next
 * request may still succeed.
 */
const PLAN = { failuresBeforePause: 5, first: seconds(0.5), longest: seconds(10) }

/**
 * The pauses of callers without failures. They start when several others have failed: a few users whose
 * requests always fail must not keep all others out.
 */
const ENDPOINT_PLAN = { failuresBeforePause: 6, first: seconds(0.1), longest: seconds(10) }

/** Short, so that service is back soon after an outage. A refused client needs an operator. */
const LONGEST_PAUSE = { clientRefused: PLAN.longest, otherwise: seconds(1) }

/** If this many callers fail, the endpoint has an outage: see `#isAskedToWait`. */
const OUTAGE_FROM = 3

/** Callers with failures that are remembered at the same time. */
const CAPACITY = 1_000

/** Longer than any pause. */
const MEMORY = seconds(600)

interface CallerFailures {
  readonly backoff: Backoff
  readonly fault: Fault
  readonly failedAt: NumericDate
  /** How long the endpoint asked this caller to wait (RFC 9110 §10.2.3). */
  readonly retryAfter: Seconds | undefined
  readonly outage: number
}

/**
 * Decides who may send a request to a token endpoint after failures. Failures are counted per caller
 * and never per token. While callers fail and none succeeds, the endpoint is paused for all, and
 * after each pause one caller without failures and one with failures try again.
 */
export class RequestPauses {
  readonly #clock: Clock
  readonly #chance: Chance
  readonly #callers: ExpiringCache<CallerFailures>
  /** Of callers without failures since the last success. */
  #pauseOfNewCallers: Backoff
  /** Of all callers with failures. */
  #pauseOfFailedCallers: Backoff
  #renewals: Backoff
  /** Callers who failed for the first time since the last success. */
  #failedCallers = 0
  /** Number of the current or next outage. */
  #outage = 0
  #lastFault: Fault | undefined
  /** The caller without failures who tries after a pause. */
  #probing: string | undefined

  constructor(clock: Clock, chance: Chance) {
    this.#clock = clock
    this.#chance = chance
    this.#callers = new ExpiringCache(CAPACITY, clock)
    this.#pauseOfNewCallers = this.#newBackoff(ENDPOINT_PLAN)
    this.#pauseOfFailedCallers = this.#newBackoff()
    this.#renewals = this.#newBackoff()
  }

  /** The last failure, where the caller may not send a request now. */
  pauseFor(caller: string): Fault | undefined {
    const failures = this.#callers.get(caller)
    if (failures === undefined) return this.#pauseOfNewCallers.isOver ? undefined : this.#lastFault
    const mayTry =
      failures.backoff.isOver && this.#pauseOfFailedCallers.isOver && !this.#isAskedToWait(failures)
    return mayTry ? undefined : failures.fault
  }

  /** The same for a renewal, which has a credential to fall back on. */
  isRenewalPaused(caller: string): boolean {
    return !this.#renewals.isOver || this.pauseFor(caller) !== undefined
  }

  /** The caller sends a request. After failures, this starts the next pause. */
  requestSent(caller: string): void {
    const failures = this.#callers.get(caller)
    if (failures === undefined) {
      this.#pauseOfNewCallers.tried()
      this.#probing = caller
      return
    }
    failures.backoff.tried()
    this.#pauseOfFailedCallers.tried()
  }

  failed(caller: string, { fault, reach, retryAfter }: CredentialFailure): void {
    const longest = LONGEST_PAUSE[reach === 'client' ? 'clientRefused' : 'otherwise']
    const failures = this.#callers.get(caller)
    const backoff = failures?.backoff ?? this.#newBackoff()
    backoff.failed(longest)
    const failedAt = this.#clock.now()
    const entry = { backoff, fault, failedAt, retryAfter, outage: this.#outage }
    this.#callers.set(caller, entry, plus(failedAt, MEMORY))
    if (reach === 'caller') return

    this.#pauseOfFailedCallers.failed(longest)
    if (failures !== undefined) return
    this.#failedCallers += 1
    this.#lastFault = fault
    // Requests sent before the pause must not lengthen it.
    if (this.#pauseOfNewCallers.isOver || caller === this.#probing) {
      this.#pauseOfNewCallers.failed(longest)
    }
  }

  /** A renewal has less time than other requests: its timeout does not count as an endpoint failure. */
  renewalTimedOut(): void {
    this.#renewals.failed()
  }

  succeeded(caller: string): void {
    if (this.#failedCallers >= OUTAGE_FROM) this.#outage += 1
    this.#failedCallers = 0
    this.#pauseOfNewCallers = this.#newBackoff(ENDPOINT_PLAN)
    this.#pauseOfFailedCallers = this.#newBackoff()
    this.#renewals = this.#newBackoff()
    this.#callers.delete(caller)
  }

  #newBackoff(plan: BackoffPlan = PLAN): Backoff {
    return new Backoff(plan, this.#clock, this.#chance)
  }

  /** A `Retry-After` from an outage is ignored, also after the outage: the shared pause applies instead. */
  #isAskedToWait({ retryAfter, failedAt, outage }: CallerFailures): boolean {
    return (
      retryAfter !== undefined &&
      outage === this.#outage &&
      this.#failedCallers < OUTAGE_FROM &&
      isWithin(retryAfter, failedAt, this.#clock.now())
    )
  }
}
