/** A value that is read from elsewhere, kept for a while, and read again when it is too old. */
import { SingleFlight } from './cache.ts'
import {
  BEFORE_ALL_TIME,
  isOver,
  isWithin,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
  type Seconds,
} from './clock.ts'
import { failure, success, type Result } from './result.ts'

export interface RefreshPolicy<E> {
  /** An older value is read again before it is used. */
  readonly maxAge: Seconds
  /** While reads fail, the last value is used for this long beyond `maxAge`. */
  readonly grace: Seconds
  /** Whether the failure says that the last value was withdrawn: it is not used beyond `maxAge` then. */
  readonly endsGrace?: (error: E) => boolean
  /** The pause after a failed read, while the last value can be used and when there is none. */
  readonly retryWithValue: Seconds
  readonly retryWithoutValue: Seconds
}

/** `hasFallback`: whether there is a value to use if the read fails. */
export type Read<T, E> = (deadline: Deadline, hasFallback: boolean) => Promise<Result<T, E>>

export interface Current<T, E> {
  readonly value: T
  /** Whether this call waited for the read. */
  readonly isNew: boolean
  /** Why the value is older than `maxAge`, if it is. */
  readonly outage: E | undefined
}

/** A read that was cut short by a caller's deadline this early says nothing about the server. */
const TOO_SHORT = seconds(1)

export class Refreshed<T, E> {
  readonly #policy: RefreshPolicy<E>
  readonly #read: Read<T, E>
  readonly #clock: Clock
  readonly #flights = new SingleFlight<T, E>()
  #last: { readonly value: T; readonly at: NumericDate } | undefined
  #hasGrace = true
  #failed: { readonly error: E; readonly at: NumericDate } | undefined

  constructor(policy: RefreshPolicy<E>, read: Read<T, E>, clock: Clock) {
    this.#policy = policy
    this.#read = read
    this.#clock = clock
  }

  /** The value that was read last, however old. */
  get last(): T | undefined {
    return this.#last?.value
  }

  /** When it was read; before all time if there is none. */
  get readAt(): NumericDate {
    return this.#last?.at ?? BEFORE_ALL_TIME
  }

  /** Whether `current` needs no read. */
  get isFresh(): boolean {
    return this.#isYoungerThan(this.#policy.maxAge)
  }

  /** The value, read again if it is too old. */
  async current(deadline: Deadline): Promise<Result<Current<T, E>, E>> {
    if (this.#last !== undefined && this.isFresh) {
      return success({ value: this.#last.value, isNew: false, outage: undefined })
    }
    const read = await this.renew(deadline)
    if (read.ok) return success({ value: read.value, isNew: true, outage: undefined })
    return this.#last !== undefined && this.#isUsable
      ? success({ value: this.#last.value, isNew: false, outage: read.error })
      : read
  }

  /** Reads the value, however young it is, unless the last read failed a moment ago. */
  async renew(deadline: Deadline): Promise<Result<T, E>> {
    const { retryWithValue, retryWithoutValue } = this.#policy
    const pause = this.#isUsable ? retryWithValue : retryWithoutValue
    if (this.#failed !== undefined && isWithin(pause, this.#failed.at, this.#clock.now())) {
      return failure(this.#failed.error)
    }
    return this.#flights.run('', deadline, async () => {
      const startedAt = this.#clock.now()
      const read = await this.#read(deadline, this.#isUsable)
      const now = this.#clock.now()
      if (read.ok) {
        this.#last = { value: read.value, at: now }
        this.#hasGrace = true
        this.#failed = undefined
        return read
      }
      if (this.#policy.endsGrace?.(read.error) === true) this.#hasGrace = false
      if (!isOver(deadline) || !isWithin(TOO_SHORT, startedAt, now)) {
        this.#failed = { error: read.error, at: now }
      }
      return read
    })
  }

  get #isUsable(): boolean {
    const { maxAge, grace } = this.#policy
    return this.#isYoungerThan(this.#hasGrace ? seconds(maxAge + grace) : maxAge)
  }

  #isYoungerThan(span: Seconds): boolean {
    return this.#last !== undefined && isWithin(span, this.#last.at, this.#clock.now())
  }
}
