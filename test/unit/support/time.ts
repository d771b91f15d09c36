/** Time in the unit tests: a clock that only a test moves, and deadlines. */
import {
  plus,
  milliseconds,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
} from '../../../src/platform/clock.ts'

/** The instant at which every standing clock begins: 2027-01-15T08:00:00Z. */
export const START = numericDate(1_800_000_000)

/** A clock that only a test moves. */
export class StandingClock implements Clock {
  #now = START

  now(): NumericDate {
    return this.#now
  }

  advance(spanSeconds: number): void {
    this.#now = plus(this.#now, seconds(spanSeconds))
  }
}

/** A deadline that always has this much left, whatever the real time is. */
export function deadlineWith(remainingMilliseconds: number): Deadline {
  return {
    remaining: () => milliseconds(remainingMilliseconds),
  }
}

/** Longer than any exchange of a test takes. */
export const PLENTY_OF_TIME = deadlineWith(60_000)
