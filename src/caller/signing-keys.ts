/** The keys that may have signed an issuer's tokens: how long they are used, when they are fetched again. */
import { fault, type Fault } from '../decision.ts'
import {
  BEFORE_ALL_TIME,
  isWithin,
  plus,
  milliseconds,
  seconds,
  secondsBetween,
  sleep,
  type Clock,
  type Deadline,
} from '../platform/clock.ts'
import { Refreshed } from '../platform/refreshed.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { isSameKey, type KeySet, type LeftOutKey, type TrustedKey } from './json-web-key.ts'

export interface SigningKeys {
  /** Whether `current` returns keys without fetching any. */
  areCached(): boolean
  /** The cached keys, fetched if there are none or they are too old. */
  current(deadline: Deadline): Promise<Result<CachedKeys, Fault>>
  /**
   * The keys as they are published now, for a token that no cached key signed. Undefined if
   * they were fetched a moment ago, so that a flood of bad tokens causes no flood of fetches.
   * `hasMatchingKid`: whether a cached key has the token's `kid`, although it did not sign the token.
   */
  renewed(
    cached: CachedKeys,
    hasMatchingKid: boolean,
    deadline: Deadline,
  ): Promise<Result<readonly TrustedKey[], Fault> | undefined>
  /** Why the published key of this name is not trusted; undefined if there is none. */
  problemOf(kid: string): string | undefined
}

export interface CachedKeys {
  readonly keys: readonly TrustedKey[]
  /** Whether they were fetched for the very token that is verified. */
  readonly justFetched: boolean
}

export type FetchKeys = (deadline: Deadline) => Promise<Result<KeySet, Fault>>

/** The issuer publishes a key set, and no key in it is trusted: it has withdrawn its last keys. */
const NO_TRUSTED_KEY = fault('keys_unusable', { detail: 'no_trusted_key' })

/**
 * `maxAge`: how long a key that the issuer has withdrawn is still trusted. `grace`: how long the last
 * keys are used while the endpoint is down.
 */
const POLICY = {
  maxAge: seconds(600),
  grace: seconds(3_600),
  endsGrace: (error: Fault) => error === NO_TRUSTED_KEY,
  retryWithValue: seconds(2),
  retryWithoutValue: seconds(2),
}

/**
 * The cooldown after a fetch for a token that no cached key signed. During the cooldown, tokens signed with
 * a new key are denied: for 5 s if their `kid` is that of a cached key, else for 10 s.
 */
const COOLDOWN = { knownKid: seconds(5), unknownKid: seconds(10) }

/**
 * An issuer may replace a key under the same `kid` right after such a fetch. If the fetch returned no
 * new keys, the next token with the `kid` of a cached key causes one more fetch, 2 s after the first.
 */
const SECOND_FETCH = seconds(2)

export function createStaticKeys(keys: readonly TrustedKey[]): SigningKeys {
  return {
    areCached: () => true,
    current: () => Promise.resolve(success({ keys, justFetched: false })),
    renewed: () => Promise.resolve(undefined),
    problemOf: () => undefined,
  }
}

/** The keys of one JWKS address. They are never used for another issuer. */
export function createRemoteKeys(
  fetchKeys: FetchKeys,
  clock: Clock,
  reportLeftOut: (keys: readonly LeftOutKey[]) => void,
  wait: typeof sleep = sleep,
): SigningKeys {
  const read: FetchKeys = async (deadline) => {
    const fetched = await fetchKeys(deadline)
    return fetched.ok && fetched.value.trusted.length === 0 ? failure(NO_TRUSTED_KEY) : fetched
  }
  const keySet = new Refreshed(POLICY, read, clock)
  /** The last fetch for a token that no key signed, and whether a second one may follow in its cooldown. */
  let renewal = { at: BEFORE_ALL_TIME, maySecondFetch: false }

  /** Waits until the second fetch is due, for at most half of the time that the call has left. */
  const waitForSecondFetch = async (deadline: Deadline): Promise<void> => {
    const due = secondsBetween(clock.now(), plus(renewal.at, SECOND_FETCH)) * 1_000
    await wait(milliseconds(Math.max(0, Math.min(due, deadline.remaining() / 2))))
  }

  const fetchAgain = async (
    cached: CachedKeys,
    isSecond: boolean,
    deadline: Deadline,
  ): Promise<Result<readonly TrustedKey[], Fault>> => {
    const fetched = await keySet.renew(deadline)
    if (!fetched.ok) {
      renewal = { ...renewal, maySecondFetch: isSecond }
      return fetched
    }
    const { trusted } = fetched.value
    renewal = {
      at: clock.now(),
      maySecondFetch: !isSecond && haveSameKeys(trusted, cached.keys),
    }
    return success(trusted)
  }

  return {
    areCached: () => keySet.isFresh,
    current: async (deadline) => {
      const current = await keySet.current(deadline)
      if (!current.ok) return current
      return success({ keys: current.value.value.trusted, justFetched: current.value.isNew })
    },
    renewed: async (cached, hasMatchingKid, deadline) => {
      // Other calls may fetch newer keys, also while this one waits.
      const newer = () => (keySet.last?.trusted === cached.keys ? undefined : keySet.last?.trusted)
      const known = newer()
      if (known !== undefined) return success(known)

      if (cached.justFetched) {
        // The fetch of a moment ago was for this token.
        renewal = { at: keySet.readAt, maySecondFetch: true }
        return undefined
      }
      const cooldown = hasMatchingKid ? COOLDOWN.knownKid : COOLDOWN.unknownKid
      const isCooldown = isWithin(cooldown, renewal.at, clock.now())
      if (!isCooldown) return fetchAgain(cached, false, deadline)
      if (!renewal.maySecondFetch || !hasMatchingKid) return undefined
      await waitForSecondFetch(deadline)
      const fetched = newer()
      return fetched === undefined ? fetchAgain(cached, true, deadline) : success(fetched)
    },
    problemOf: (kid) => {
      const key = keySet.last?.leftOut.find((each) => each.kid === kid)
      if (key !== undefined) reportLeftOut([key])
      return key?.problem
    },
  }
}

function haveSameKeys(some: readonly TrustedKey[], others: readonly TrustedKey[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ key, kid }, index) => {
      const other = others[index]
      return other !== undefined && kid === other.kid && isSameKey(key, other.key)
    })
  )
}
