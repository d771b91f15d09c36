import type { Chance } from './chance.ts'
import {
  BEFORE_ALL_TIME,
  plus,
  seconds,
  type Clock,
  type NumericDate,
  type Seconds,
} from './clock.ts'

export interface BackoffPlan {
  /** Number of failures in a row without a pause. */
  readonly failuresBeforePause: number
  /** The first pause; each further one is twice as long. */
  readonly first: Seconds
  readonly longest: Seconds
}

/** Ever longer pauses after failures in a row, with jitter. */
export class Backoff {
  readonly #plan: BackoffPlan
  readonly #clock: Clock
  readonly #chance: Chance
  #failures = 0
  #longest: Seconds
  #pausedAt = BEFORE_ALL_TIME
  #until = BEFORE_ALL_TIME

  constructor(plan: BackoffPlan, clock: Clock, chance: Chance) {
    this.#plan = plan
    this.#longest = plan.longest
    this.#clock = clock
    this.#chance = chance
  }

  /** Whether another try is due; also where the clock was set back since the last one. */
  get isOver(): boolean {
    const now = this.#clock.now()
    return now >= this.#until || now < this.#pausedAt
  }

  /** `longest`: the longest pause after this failure, where it differs from the plan's. */
  failed(longest: Seconds = this.#plan.longest): void {
    const now = this.#clock.now()
    // A failure long after the last one has nothing to do with it.
    if (now >= plus(this.#until, this.#plan.longest)) this.#failures = 0
    this.#failures += 1
    this.#longest = longest
    this.#pauseFrom(now)
  }

  /**
   * Another try begins. After enough failures for a pause, the next pause starts now, so that no second
   * try runs beside it.
   */
  tried(): void {
    if (this.#failures > this.#plan.failuresBeforePause) this.#pauseFrom(this.#clock.now())
  }

  #pauseFrom(now: NumericDate): void {
    const { failuresBeforePause, first } = this.#plan
    const doublings = this.#failures - failuresBeforePause - 1
    const pause = doublings < 0 ? 0 : Math.min(first * 2 ** doublings, this.#longest)
    this.#pausedAt = now
    this.#until = plus(now, seconds(pause * (0.5 + this.#chance() / 2)))
  }
}
