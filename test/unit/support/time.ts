/** A clock that only the test moves, and deadlines. */
import {
  plus,
  milliseconds,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
} from '../../../src/platform/clock.ts'

/** The initial time of `StandingClock`: 2027-01-15T08:00:00Z. */
export const START = numericDate(1_800_000_000)

export class StandingClock implements Clock {
  #now = START

  now(): NumericDate {
    return this.#now
  }

  advance(spanSeconds: number): void {
    this.#now = plus(this.#now, seconds(spanSeconds))
  }
}

/** A deadline whose remaining time does not change. */
export function deadlineWith(remainingMilliseconds: number): Deadline {
  return {
    remaining: () => milliseconds(remainingMilliseconds),
  }
}

/** Longer than any request of a test takes. */
export const PLENTY_OF_TIME = deadlineWith(60_000)
