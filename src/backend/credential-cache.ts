/**
 * Owns how long backend credentials are handed out, and when new ones are asked for.
 * I/O: through the grant that it is given.
 */
import { fault, withCircumstances, type Fault } from '../decision.ts'
import { Backoff } from '../platform/backoff.ts'
import { ExpiringCache, SingleFlight } from '../platform/cache.ts'
import type { Chance } from '../platform/chance.ts'
import {
  deadlineWithin,
  earlier,
  isOver,
  later,
  numericDate,
  seconds,
  secondsUntil,
  type Clock,
  type Deadline,
  type NumericDate,
  type Seconds,
} from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type {
  BackendCredential,
  CredentialFailure,
  CredentialSource,
  Grant,
  ObtainedCredential,
  Subject,
} from './credential.ts'

export interface CredentialCacheOptions {
  /** The backend's name in the configuration. */
  readonly backend: string
  /**
   * What has less left is not handed out: the gateway keeps what it is given for 60 seconds at
   * least, so that a credential near its end would be dead in the gateway's hands.
   */
  readonly minLifetime: Seconds
  /** Hears of each credential that came new. */
  readonly onIssued: (credential: BackendCredential) => void
}

/** Users, or their tokens, that one container has credentials for at the same time. */
const CAPACITY = 1_000

/** A renewal is due when so much of the time in which a credential serves has passed. */
const RENEWAL_FROM = 0.8
const RENEWAL_SPREAD = 0.1

/** A renewal takes no longer from the call that makes it: the old credential serves. */
const RENEWAL_PATIENCE = seconds(2)

/** A few failures in a row may be over with the next try; more of them are a state. */
const AFTER_FAILURE = { freeFailures: 5, first: seconds(0.5), longest: seconds(10) }

/** Troubles are forgotten after this; longer than any pause that they impose. */
const TROUBLE_MEMORY = seconds(600)

/** When a credential that tells no end is out of use. */
const FAR_FUTURE = numericDate(Number.MAX_SAFE_INTEGER)

/** The whole endpoint's trouble, in place of one subject's. */
const ENDPOINT = 'endpoint'

/** Trouble of renewals alone, whose time is shorter than that of other requests. */
const RENEWALS = 'renewals'

interface Kept {
  readonly credential: BackendCredential
  readonly renewAt: NumericDate
}

/** What came of a request for a credential. */
type Requested = Result<BackendCredential, Fault>

interface Trouble {
  readonly backoff: Backoff
  readonly fault: Fault
}

/**
 * Hands out one credential per subject as long as it lives long enough. It is renewed ahead of its
 * end by one call, while all others, and that one on failure, have the old one. One request serves
 * all who wait for it. Failures are not kept, but each is followed by a longer pause. Each cache is
 * of one backend: what is made for one can be found by no other.
 */
export function createCredentialCache<S extends Subject>(
  { backend, minLifetime, onIssued }: CredentialCacheOptions,
  grant: Grant<S>,
  { clock, chance }: { readonly clock: Clock; readonly chance: Chance },
): CredentialSource {
  const kept = new ExpiringCache<Kept>(CAPACITY, clock)
  const troubles = new ExpiringCache<Trouble>(CAPACITY, clock)
  const flights = new SingleFlight<BackendCredential, Fault>()
  /** What was begun ahead, by the decision for which it was. */
  const prepared = new WeakMap<Deadline, Promise<Requested>>()
  let isPrepared = false
  /** For whom a request last failed that may fail for others, too, where none has succeeded since. */
  let lastToFail: string | undefined

  const livesLongEnough = ({ expiresAt }: BackendCredential): boolean =>
    expiresAt === undefined || secondsUntil(expiresAt, clock.now()) >= minLifetime

  const keep = (key: string, credential: BackendCredential): void => {
    const now = clock.now()
    const { expiresAt = FAR_FUTURE } = credential
    const lastUse = earlier(expiresAt, minLifetime)
    const share = RENEWAL_FROM + RENEWAL_SPREAD * chance()
    const renewAt = later(now, seconds(secondsUntil(lastUse, now) * share))
    kept.set(key, { credential, renewAt }, lastUse, credential.authorization.reveal().length)
    isPrepared = false
  }

  const pauseOf = (...names: readonly string[]): Fault | undefined =>
    names
      .map((name) => troubles.get(name))
      .find((trouble) => trouble !== undefined && !trouble.backoff.isOver)?.fault

  const noteTrouble = (name: string, trouble: Fault, retryAfter: Seconds | undefined): void => {
    const backoff = troubles.get(name)?.backoff ?? new Backoff(AFTER_FAILURE, clock, chance)
    backoff.failed(retryAfter)
    troubles.set(name, { backoff, fault: trouble }, later(clock.now(), TROUBLE_MEMORY))
  }

  /** One subject's trouble may be of its own making, and must not keep all others out. */
  const noteFailure = (
    { key }: S,
    { fault: trouble, reach, retryAfter }: CredentialFailure,
  ): void => {
    const isOfEndpoint =
      reach === 'everybody' ||
      (reach === 'unclear' && lastToFail !== undefined && lastToFail !== key)
    if (reach !== 'subject') lastToFail = key
    noteTrouble(key, trouble, retryAfter)
    if (isOfEndpoint) noteTrouble(ENDPOINT, trouble, retryAfter)
  }

  const send = async (subject: S, deadline: Deadline, isRenewal: boolean): Promise<Requested> => {
    const requested = await grant.request(subject, deadline)
    if (!requested.ok) {
      const { fault: trouble, retryAfter } = requested.error
      if (isRenewal && isOver(deadline)) noteTrouble(RENEWALS, trouble, retryAfter)
      else noteFailure(subject, requested.error)
      return failure(trouble)
    }
    onIssued(requested.value)
    if (!livesLongEnough(requested.value)) {
      const tooShort = fault('credential_too_short_lived')
      noteTrouble(subject.key, tooShort, undefined)
      return failure(tooShort)
    }
    lastToFail = undefined
    for (const name of [ENDPOINT, RENEWALS, subject.key]) troubles.delete(name)
    keep(subject.key, requested.value)
    return requested
  }

  const request = (subject: S, deadline: Deadline, isRenewal = false): Promise<Requested> =>
    flights.run(subject.key, deadline, () => send(subject, deadline, isRenewal))

  const hit = (credential: BackendCredential) =>
    success<ObtainedCredential>({ ...credential, backend, cache: 'hit' })

  const missed = (trouble: Fault) =>
    failure(withCircumstances(trouble, { backend, backEndCache: 'miss' }))

  /** What came of a request, judged anew: it may have been over for a while. */
  const fetched = (requested: Requested) => {
    if (!requested.ok) return missed(requested.error)
    return livesLongEnough(requested.value)
      ? success<ObtainedCredential>({ ...requested.value, backend, cache: 'miss' })
      : missed(fault('credential_too_short_lived'))
  }

  /** Where nothing is at hand: by the request that is under way, or by one of its own. */
  const fetch = async (subject: S, deadline: Deadline) => {
    const begun = prepared.get(deadline)
    const isUnderWay = begun !== undefined || flights.underWay(subject.key) !== undefined
    const pause = pauseOf(ENDPOINT, subject.key)
    if (!isUnderWay && pause !== undefined) return missed(pause)
    return fetched(await (begun ?? request(subject, deadline)))
  }

  return {
    obtain: async (call, deadline) => {
      const subject = grant.subjectOf(call)
      if (!subject.ok) return failure(withCircumstances(subject.error, { backend }))
      const { key } = subject.value
      const atHand = prepared.has(deadline) ? undefined : kept.get(key)
      if (atHand === undefined) return fetch(subject.value, deadline)

      const isDue = clock.now() >= atHand.renewAt && flights.underWay(key) === undefined
      if (!isDue || pauseOf(ENDPOINT, RENEWALS, key) !== undefined) return hit(atHand.credential)

      const patience = deadlineWithin(RENEWAL_PATIENCE, deadline, clock)
      const renewed = await request(subject.value, patience, true)
      if (renewed.ok) return fetched(renewed)
      return livesLongEnough(atHand.credential)
        ? hit(atHand.credential)
        : fetch(subject.value, deadline)
    },
    prepare: (deadline) => {
      const subject = grant.application
      // Callers whose tokens turn out bad must not cause more than one request in vain.
      if (subject === undefined || isPrepared) return
      if (kept.get(subject.key) !== undefined || pauseOf(ENDPOINT, subject.key) !== undefined)
        return
      isPrepared = true
      const requested = request(subject, deadline)
      prepared.set(deadline, requested)
      // The decision hears how it went, unless the caller turns out bad: then nobody does.
      requested.catch(() => undefined)
    },
  }
}
