export interface Spread {
  readonly median: number
  /** The 10th percentile; `high` is the 90th. */
  readonly low: number
  readonly high: number
}

/** The value below which this share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function spreadOf(values: readonly number[]): Spread {
  const [low = 0, median = 0, high = 0] = [0.1, 0.5, 0.9].map((share) => quantile(values, share))
  return { median, low, high }
}
