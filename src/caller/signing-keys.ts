/**
 * Owns the keys that may have signed an issuer's tokens: how long they are kept, and when they are
 * fetched again.
 * I/O: through the fetch that it is given.
 */
import type { Fault } from '../decision.ts'
import { SingleFlight } from '../platform/cache.ts'
import {
  later,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
  type Seconds,
} from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { TrustedKey } from './json-web-key.ts'

export interface SigningKeys {
  /** The keys at hand, fetched where there are none or they are too old. */
  current(deadline: Deadline): Promise<Result<readonly TrustedKey[], Fault>>
  /**
   * The keys as they are published now, for a token that none of those at hand fits. Undefined when
   * they were fetched only just before, so that a flood of bad tokens causes no flood of fetches.
   */
  renewed(deadline: Deadline): Promise<Result<readonly TrustedKey[], Fault> | undefined>
}

export type FetchKeys = (deadline: Deadline) => Promise<Result<readonly TrustedKey[], Fault>>

/** A key that the issuer has withdrawn is trusted no longer than this. */
const MAX_AGE = seconds(600)

/** For so much longer the last good keys serve while the endpoint cannot be reached. */
const GRACE = seconds(3_600)

/** At most one fetch in this time on account of tokens that no key fits. */
const COOLDOWN = seconds(30)

/** The next try after a fetch that failed, so that service is back soon after the endpoint is. */
const RETRY_AFTER_FAILURE = seconds(2)

export const createStaticKeys = (keys: readonly TrustedKey[]): SigningKeys => ({
  current: () => Promise.resolve(success(keys)),
  renewed: () => Promise.resolve(undefined),
})

const A_MOMENT = seconds(1)

const LONG_AGO = numericDate(Number.NEGATIVE_INFINITY)

/** The keys of one JWKS address. What one address publishes never vouches for another issuer. */
export const createRemoteKeys = (fetchKeys: FetchKeys, clock: Clock): SigningKeys => {
  let keys: readonly TrustedKey[] = []
  let fetchedAt = LONG_AGO
  let renewedAt = LONG_AGO
  let lastFailure: { readonly at: NumericDate; readonly fault: Fault } | undefined
  const flights = new SingleFlight<Result<readonly TrustedKey[], Fault>>()

  const isWithin = (span: Seconds, instant: NumericDate): boolean =>
    clock.now() < later(instant, span)

  /** Fetches, unless that failed only just before. */
  const fetch = async (deadline: Deadline): Promise<Result<readonly TrustedKey[], Fault>> => {
    if (lastFailure !== undefined && isWithin(RETRY_AFTER_FAILURE, lastFailure.at)) {
      return failure(lastFailure.fault)
    }
    return flights.run('', async () => {
      const fetched = await fetchKeys(deadline)
      lastFailure = fetched.ok ? undefined : { at: clock.now(), fault: fetched.error }
      if (fetched.ok) {
        keys = fetched.value
        fetchedAt = clock.now()
      }
      return fetched
    })
  }

  return {
    current: async (deadline) => {
      if (isWithin(MAX_AGE, fetchedAt)) return success(keys)
      const fetched = await fetch(deadline)
      return !fetched.ok && isWithin(seconds(MAX_AGE + GRACE), fetchedAt) ? success(keys) : fetched
    },
    renewed: async (deadline) => {
      // What was fetched a moment ago, for this very token perhaps, is the renewal that it gets.
      if (isWithin(A_MOMENT, fetchedAt)) renewedAt = fetchedAt
      if (isWithin(COOLDOWN, renewedAt)) return undefined
      const fetched = await fetch(deadline)
      if (fetched.ok) renewedAt = clock.now()
      // While the endpoint is down, nobody knows whether there is a new key that would fit.
      return fetched
    },
  }
}
