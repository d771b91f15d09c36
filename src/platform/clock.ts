/**
 * Owns the notion of time: its units, instants and deadlines, and the one place that reads a clock.
 * I/O: `systemClock` reads the wall clock; everything else is pure.
 */

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

export function later(instant: NumericDate, span: Seconds): NumericDate {
  return numericDate(instant + span)
}

export function earlier(instant: NumericDate, span: Seconds): NumericDate {
  return numericDate(instant - span)
}

export function earliest(...instants: readonly NumericDate[]): NumericDate {
  return numericDate(Math.min(...instants))
}

/** What is left until `instant`; negative once it has passed. */
export function secondsUntil(instant: NumericDate, now: NumericDate): Seconds {
  return seconds(instant - now)
}

/**
 * Whether less than `span` has passed since `instant`. An instant that lies ahead is none to reckon
 * from: the clock was set back since.
 */
export function isWithin(span: Seconds, instant: NumericDate, now: NumericDate): boolean {
  return instant <= now && now < later(instant, span)
}

/**
 * Tells the wall clock's time. Expiries are judged by it at the moment of use: Fn freezes idle
 * containers, so that no timer and no monotonic clock tells how much time has really passed.
 */
export interface Clock {
  now(): NumericDate
}

export const systemClock: Clock = { now: () => numericDate(Date.now() / 1000) }

/** The instant by which a decision has to be made. */
export interface Deadline {
  /** Milliseconds left, never negative. */
  remaining(): Milliseconds
}

export function deadlineAt(instant: NumericDate, clock: Clock): Deadline {
  return {
    remaining: () => milliseconds(Math.max(0, secondsUntil(instant, clock.now()) * 1000)),
  }
}

/** A timer set for the deadline may end so much before the wall clock has reached it. */
const TIMER_TOLERANCE = milliseconds(10)

/** Whether what ends now ends because of this deadline. */
export function isOver(deadline: Deadline): boolean {
  return deadline.remaining() <= TIMER_TOLERANCE
}

/** The same deadline, but no more than `span` from now. */
export function deadlineWithin(span: Seconds, deadline: Deadline, clock: Clock): Deadline {
  const own = deadlineAt(later(clock.now(), span), clock)
  return { remaining: () => milliseconds(Math.min(own.remaining(), deadline.remaining())) }
}
