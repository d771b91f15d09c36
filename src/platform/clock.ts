/** Units of time, instants and deadlines. No other file reads a clock. */

declare const unit: unique symbol

/** A span of time in seconds, fractions allowed. */
export type Seconds = number & { readonly [unit]: 'seconds' }

/** A span of time in milliseconds. */
export type Milliseconds = number & { readonly [unit]: 'milliseconds' }

/** An instant: seconds since 1970-01-01T00:00:00Z, fractions allowed (RFC 7519 §2). */
export type NumericDate = number & { readonly [unit]: 'NumericDate' }

export function seconds(value: number): Seconds {
  return value as Seconds
}
export function milliseconds(value: number): Milliseconds {
  return value as Milliseconds
}
export function numericDate(value: number): NumericDate {
  return value as NumericDate
}

/** Stands for “never”: earlier than any instant of a clock. */
export const BEFORE_ALL_TIME = numericDate(Number.NEGATIVE_INFINITY)

export function plus(instant: NumericDate, span: Seconds): NumericDate {
  return numericDate(instant + span)
}

export function minus(instant: NumericDate, span: Seconds): NumericDate {
  return numericDate(instant - span)
}

export function earliestOf(...instants: readonly NumericDate[]): NumericDate {
  return numericDate(Math.min(...instants))
}

export function latestOf(...instants: readonly NumericDate[]): NumericDate {
  return numericDate(Math.max(...instants))
}

/** Negative if `end` is before `start`. */
export function secondsBetween(start: NumericDate, end: NumericDate): Seconds {
  return seconds(end - start)
}

/** Whether less than `span` has passed since `instant`. False if the clock was set back before it. */
export function isWithin(span: Seconds, instant: NumericDate, now: NumericDate): boolean {
  return instant <= now && now < plus(instant, span)
}

/**
 * The wall clock. Expiries are checked against it when a value is used: Fn freezes idle containers, so
 * neither a timer nor a monotonic clock measures how much time has really passed.
 */
export interface Clock {
  now(): NumericDate
}

export const systemClock: Clock = { now: () => numericDate(Date.now() / 1000) }

/** Until when a decision has to be made. */
export interface Deadline {
  /** Milliseconds left, never negative. */
  remaining(): Milliseconds
}

export function deadlineAt(instant: NumericDate, clock: Clock): Deadline {
  return {
    remaining: () => milliseconds(Math.max(0, secondsBetween(clock.now(), instant) * 1000)),
  }
}

/** How much earlier than the wall clock a timer that is set for the deadline may fire. */
const TIMER_TOLERANCE = milliseconds(10)

/** Whether the deadline has passed, or passes within the tolerance of timers. */
export function isOver(deadline: Deadline): boolean {
  return deadline.remaining() <= TIMER_TOLERANCE
}

/** The same deadline, but no more than `span` from now. */
export function deadlineWithin(span: Seconds, deadline: Deadline, clock: Clock): Deadline {
  const own = deadlineAt(plus(clock.now(), span), clock)
  return { remaining: () => milliseconds(Math.min(own.remaining(), deadline.remaining())) }
}

export function sleep(span: Milliseconds): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, span))
}
