/**
 * Owns the few numbers that are told of many.
 * Pure.
 */

export interface Spread {
  readonly median: number
  /** A tenth of the values lies below, a tenth above. */
  readonly low: number
  readonly high: number
}

/** The value below which this share of all values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.1),
    high: quantile(values, 0.9),
  }
}
