/**
 * Owns how soon something that failed is tried again: later each time, and never all at once.
 * Pure: clock and chance are given.
 */
import type { Chance } from './chance.ts'
import { later, numericDate, seconds, type Clock, type Seconds } from './clock.ts'

export interface BackoffPlan {
  /** So many failures in a row cost no pause: one says little. */
  readonly freeFailures: number
  /** The first pause; each further one is twice as long. */
  readonly first: Seconds
  readonly longest: Seconds
}

export class Backoff {
  readonly #plan: BackoffPlan
  readonly #clock: Clock
  readonly #chance: Chance
  #failures = 0
  #failedAt = numericDate(Number.NEGATIVE_INFINITY)
  #until = numericDate(Number.NEGATIVE_INFINITY)

  constructor(plan: BackoffPlan, clock: Clock, chance: Chance) {
    this.#plan = plan
    this.#clock = clock
    this.#chance = chance
  }

  /** Whether another try is due; also where the clock was set back since the last one. */
  get isOver(): boolean {
    const now = this.#clock.now()
    return now >= this.#until || now < this.#failedAt
  }

  /** `retryAfter`: what the other side asked for (RFC 9110 §10.2.3); no pause is shorter then. */
  failed(retryAfter: Seconds = seconds(0)): void {
    const { freeFailures, first, longest } = this.#plan
    const now = this.#clock.now()
    // A failure long after the last one has nothing to do with it.
    if (now >= later(this.#until, longest)) this.#failures = 0
    this.#failures += 1
    this.#failedAt = now
    const doublings = this.#failures - freeFailures - 1
    const pause = doublings < 0 ? 0 : Math.min(first * 2 ** doublings, longest)
    const spread = pause * (0.5 + this.#chance() / 2)
    this.#until = later(now, seconds(Math.max(spread, retryAfter)))
  }
}
