/** The clock of the local stack, which tests can move forward. */

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMilliseconds(): number
}

export const systemClock: Clock = { nowMilliseconds: () => Date.now() }

/** A clock that can be advanced relative to another one. */
export class MovableClock implements Clock {
  readonly #base: Clock
  #aheadMilliseconds = 0

  constructor(base: Clock = systemClock) {
    this.#base = base
  }

  advanceSeconds(seconds: number): void {
    this.#aheadMilliseconds += seconds * 1000
  }

  nowMilliseconds(): number {
    return this.#base.nowMilliseconds() + this.#aheadMilliseconds
  }
}
