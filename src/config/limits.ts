/**
 * Owns the ranges and defaults of numbers in the configuration, whichever form it has.
 * Pure.
 */

export interface Limits {
  readonly least: number
  readonly most: number
  readonly otherwise: number
}

/** All in whole seconds. */
export const LIMITS = {
  clock_tolerance_seconds: { least: 0, most: 300, otherwise: 30 },
  introspection_cache_seconds: { least: 0, most: 300, otherwise: 0 },
  min_back_end_token_seconds: { least: 60, most: 3600, otherwise: 120 },
  max_decision_seconds: { least: 60, most: 3600, otherwise: 3600 },
  secret_ttl_seconds: { least: 0, most: 86_400, otherwise: 300 },
} as const satisfies Record<string, Limits>
