/**
 * Owns what can be said on the command line of `npm run simulate`.
 * Pure.
 */
import { RATE_LIMITS_PER_MINUTE, type RateLimitTier } from '../../src/config/model.ts'
import { choice, decimalNumber, flag, wholeNumber } from '../command-line/options.ts'
import { UsageError, type Order } from '../command-line/read.ts'

const TIERS = Object.keys(RATE_LIMITS_PER_MINUTE) as RateLimitTier[]

export const SIMULATE = {
  name: 'simulate',
  about: `How many instances, introspections and token requests a deployment causes, with and without each
cache, against an identity domain's rate limit. A model alone: it takes seconds. With --check the
local stack answers the same calls beside it, and both have to agree; exit status 1 where they differ.`,
  options: {
    callers: wholeNumber('callers, each with a token of its own', {
      least: 1,
      most: 1_000_000,
      otherwise: 100,
    }),
    rate: decimalNumber('calls a second, of all callers together', {
      least: 0.01,
      most: 10_000,
      otherwise: 50,
    }),
    minutes: wholeNumber('minutes that are simulated', { least: 1, most: 1440, otherwise: 60 }),
    'caller-token': wholeNumber('seconds that a caller’s token lives', {
      least: 60,
      most: 2_592_000,
      otherwise: 3600,
    }),
    'backend-token': wholeNumber('seconds that the backend’s token lives', {
      least: 180,
      most: 2_592_000,
      otherwise: 3600,
    }),
    decision: wholeNumber('seconds that the gateway may keep a permit', {
      least: 60,
      most: 3600,
      otherwise: 3600,
    }),
    idle: wholeNumber('seconds that an idle instance is kept', {
      least: 0,
      most: 86_400,
      otherwise: 300,
    }),
    tier: choice('the identity domain’s tier', TIERS, 'free'),
    seed: wholeNumber('repeats the same chance', { least: 0, most: 4_294_967_295, otherwise: 1 }),
    check: flag('compares with the local stack instead, by calls of its own; builds first'),
  },
} as const

export type Simulation = Order<typeof SIMULATE.options>['values']

/** They are kept in memory, all at once. */
const MOST_CALLS = 10_000_000

/** Throws a `UsageError`. */
export function refuseTooManyCalls({ rate, minutes }: Simulation): void {
  const calls = rate * minutes * 60
  if (calls <= MOST_CALLS) return
  throw new UsageError(
    `--rate and --minutes make ${Math.round(calls)} calls: give fewer, ${MOST_CALLS} at most.`,
  )
}
