/**
 * Owns the keys that may have signed an issuer's tokens: how long they are kept, and when they are
 * fetched again.
 * I/O: through the fetch that it is given.
 */
import type { Fault } from '../decision.ts'
import { SingleFlight } from '../platform/cache.ts'
import {
  isOver,
  isWithin,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
} from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { TrustedKey } from './json-web-key.ts'

export interface SigningKeys {
  /** Whether `current` gives keys without fetching any. */
  areAtHand(): boolean
  /** The keys at hand, fetched where there are none or they are too old. */
  current(deadline: Deadline): Promise<Result<KeysAtHand, Fault>>
  /**
   * The keys as they are published now, for a token that none of those at hand fits. Undefined when
   * they were fetched only just before, so that a flood of bad tokens causes no flood of fetches.
   */
  renewed(
    atHand: KeysAtHand,
    deadline: Deadline,
  ): Promise<Result<readonly TrustedKey[], Fault> | undefined>
}

export interface KeysAtHand {
  readonly keys: readonly TrustedKey[]
  /** Whether they were fetched on account of the very token that is judged. */
  readonly areNew: boolean
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

/** An endpoint that takes longer is slow, whoever asks. */
const SOON = seconds(1)

export function createStaticKeys(keys: readonly TrustedKey[]): SigningKeys {
  return {
    areAtHand: () => true,
    current: () => Promise.resolve(success({ keys, areNew: false })),
    renewed: () => Promise.resolve(undefined),
  }
}

const LONG_AGO = numericDate(Number.NEGATIVE_INFINITY)

/** The keys of one JWKS address. What one address publishes never vouches for another issuer. */
export function createRemoteKeys(fetchKeys: FetchKeys, clock: Clock): SigningKeys {
  let keys: readonly TrustedKey[] = []
  let fetchedAt = LONG_AGO
  let renewedAt = LONG_AGO
  let lastFailure: { readonly at: NumericDate; readonly fault: Fault } | undefined
  const flights = new SingleFlight<readonly TrustedKey[], Fault>()

  /** Fetches, unless that failed only just before. */
  const fetch = async (deadline: Deadline): Promise<Result<readonly TrustedKey[], Fault>> => {
    if (lastFailure !== undefined && isWithin(RETRY_AFTER_FAILURE, lastFailure.at, clock.now())) {
      return failure(lastFailure.fault)
    }
    return flights.run('', deadline, async () => {
      const startedAt = clock.now()
      const fetched = await fetchKeys(deadline)
      // Whose own time was up so soon has learnt nothing of the endpoint.
      if (!fetched.ok && isOver(deadline) && isWithin(SOON, startedAt, clock.now())) return fetched
      lastFailure = fetched.ok ? undefined : { at: clock.now(), fault: fetched.error }
      if (fetched.ok) {
        keys = fetched.value
        fetchedAt = clock.now()
      }
      return fetched
    })
  }

  return {
    areAtHand: () => isWithin(MAX_AGE, fetchedAt, clock.now()),
    current: async (deadline) => {
      if (isWithin(MAX_AGE, fetchedAt, clock.now())) return success({ keys, areNew: false })
      const fetched = await fetch(deadline)
      if (fetched.ok) return success({ keys: fetched.value, areNew: true })
      const inGrace = isWithin(seconds(MAX_AGE + GRACE), fetchedAt, clock.now())
      return inGrace ? success({ keys, areNew: false }) : fetched
    },
    renewed: async (atHand, deadline) => {
      // Another call has renewed them meanwhile.
      if (atHand.keys !== keys) return success(keys)
      // What was just fetched for this token is the renewal that it gets.
      if (atHand.areNew) renewedAt = fetchedAt
      if (isWithin(COOLDOWN, renewedAt, clock.now())) return undefined
      const fetched = await fetch(deadline)
      if (fetched.ok) renewedAt = clock.now()
      // While the endpoint is down, nobody knows whether there is a new key that would fit.
      return fetched
    },
  }
}
