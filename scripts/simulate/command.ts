/** The command line of `npm run simulate`. */
import { RATE_LIMIT_TIERS } from '../../src/providers/oci-iam.ts'
import { choice, decimalNumber, flag, wholeNumber } from '../command-line/options.ts'
import { UsageError, type CommandLine } from '../command-line/parse.ts'

export const SIMULATE = {
  name: 'simulate',
  about: `Shows how many instances, introspections and token requests a deployment causes, with and without each
cache, and compares them with an identity domain's rate limit. It is a model, and takes seconds. With
--check it also sends the calls to the local stack; exit status 1 if the results differ.`,
  options: {
    callers: wholeNumber('callers, each with a token of its own', {
      min: 1,
      max: 1_000_000,
      default: 100,
    }),
    rate: decimalNumber('calls a second, of all callers together', {
      min: 0.01,
      max: 10_000,
      default: 50,
    }),
    minutes: wholeNumber('simulated minutes', { min: 1, max: 1440, default: 60 }),
    'caller-token': wholeNumber('lifetime of a caller’s token in seconds', {
      min: 60,
      max: 2_592_000,
      default: 3600,
    }),
    'backend-token': wholeNumber('lifetime of the backend’s token in seconds', {
      min: 180,
      max: 2_592_000,
      default: 3600,
    }),
    decision: wholeNumber('seconds for which the gateway may cache a permit', {
      min: 60,
      max: 3600,
      default: 3600,
    }),
    idle: wholeNumber('seconds for which an idle instance is kept', {
      min: 0,
      max: 86_400,
      default: 300,
    }),
    tier: choice('the identity domain’s tier', RATE_LIMIT_TIERS, 'free'),
    seed: wholeNumber('seed of the random numbers', { min: 0, max: 4_294_967_295, default: 1 }),
    check: flag('compares the model with the local stack instead; builds first'),
  },
} as const

export type Simulation = CommandLine<typeof SIMULATE.options>['values']

/** All of them are in memory at the same time. */
const MOST_CALLS = 10_000_000

/** Throws a `UsageError`. */
export function refuseTooManyCalls({ rate, minutes }: Simulation): void {
  const calls = rate * minutes * 60
  if (calls <= MOST_CALLS) return
  throw new UsageError(
    `--rate and --minutes make ${Math.round(calls)} calls: give fewer, ${MOST_CALLS} at most.`,
  )
}
