/**
 * Owns the notion of time: its units and the one place that reads the wall clock.
 * I/O: reads the system clock.
 */

/** A span of time in whole or fractional seconds. */
export type Seconds = number & { readonly __unit?: 'seconds' }

/** An instant: seconds since 1970-01-01T00:00:00Z, leap seconds ignored (RFC 7519 §2). */
export type NumericDate = number & { readonly __unit?: 'numeric-date' }
