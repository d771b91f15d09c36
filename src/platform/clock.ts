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

export const seconds = (value: number): Seconds => value as Seconds
export const milliseconds = (value: number): Milliseconds => value as Milliseconds
export const numericDate = (value: number): NumericDate => value as NumericDate

export const later = (instant: NumericDate, span: Seconds): NumericDate =>
  numericDate(instant + span)

export const earlier = (instant: NumericDate, span: Seconds): NumericDate =>
  numericDate(instant - span)

export const earliest = (...instants: readonly NumericDate[]): NumericDate =>
  numericDate(Math.min(...instants))

/** What is left until `instant`; negative once it has passed. */
export const secondsUntil = (instant: NumericDate, now: NumericDate): Seconds =>
  seconds(instant - now)

/**
 * Whether less than `span` has passed since `instant`. An instant that lies ahead is none to reckon
 * from: the clock was set back since.
 */
export const isWithin = (span: Seconds, instant: NumericDate, now: NumericDate): boolean =>
  instant <= now && now < later(instant, span)

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

export const deadlineAt = (instant: NumericDate, clock: Clock): Deadline => ({
  remaining: () => milliseconds(Math.max(0, secondsUntil(instant, clock.now()) * 1000)),
})

/** A timer set for the deadline may end so much before the wall clock has reached it. */
const TIMER_TOLERANCE = milliseconds(10)

/** Whether what ends now ends because of this deadline. */
export const isOver = (deadline: Deadline): boolean => deadline.remaining() <= TIMER_TOLERANCE

/** The same deadline, but no more than `span` from now. */
export const deadlineWithin = (span: Seconds, deadline: Deadline, clock: Clock): Deadline => {
  const own = deadlineAt(later(clock.now(), span), clock)
  return { remaining: () => milliseconds(Math.min(own.remaining(), deadline.remaining())) }
}
