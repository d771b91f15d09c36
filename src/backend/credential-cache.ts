import { fault, withLogContext, type Fault } from '../decision.ts'
import { ExpiringCache, SingleFlight } from '../platform/cache.ts'
import type { Chance } from '../platform/chance.ts'
import {
  deadlineWithin,
  minus,
  isOver,
  plus,
  seconds,
  secondsBetween,
  type Clock,
  type Deadline,
  type NumericDate,
  type Seconds,
} from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type {
  BackendCredential,
  CredentialRequest,
  CredentialSource,
  Grant,
  ObtainedCredential,
} from './credential.ts'
import { RequestPauses } from './request-pauses.ts'

export interface CredentialCacheOptions {
  /** The backend's name in the configuration. */
  readonly backend: string
  /**
   * A credential with less lifetime left is not handed out: the gateway keeps an answer for at least
   * 60 seconds.
   */
  readonly minLifetime: Seconds
  /** Called with each new credential. */
  readonly onIssued: (credential: BackendCredential) => void
}

/** Most cached credentials: one for each user or token. */
const CAPACITY = 1_000

/** Time limit of a renewal: its call can still use the old credential. */
const RENEWAL_TIME_LIMIT = seconds(2)

/** A credential is renewed after 80 to 90 % of its usable time, at random. */
const RENEWAL_FROM = 0.8
const RENEWAL_SPREAD = 0.1

interface Entry {
  readonly credential: BackendCredential
  /** From then on, one call renews it while the others keep using it. */
  readonly renewAt: NumericDate
}

type Requested = Result<BackendCredential, Fault>

/**
 * Returns one credential per key while its remaining lifetime suffices. One call renews it before it
 * expires. Meanwhile all others use the old credential, as that call does if the renewal fails. All
 * calls that wait share one request. Failures are not cached, but followed by pauses (`RequestPauses`).
 * Each cache belongs to one backend.
 */
export function createCredentialCache(
  { backend, minLifetime, onIssued }: CredentialCacheOptions,
  grant: Grant,
  { clock, chance }: { readonly clock: Clock; readonly chance: Chance },
): CredentialSource {
  const cache = new ExpiringCache<Entry>(CAPACITY, clock)
  const pauses = new RequestPauses(clock, chance)
  const send = createSend({ minLifetime, onIssued }, pauses, clock)
  const flights = new SingleFlight<BackendCredential, Fault>()
  let isPrepared = false

  const isUsable = (credential: BackendCredential): boolean =>
    livesLongEnough(credential, minLifetime, clock.now())

  const store = (key: string, credential: BackendCredential): void => {
    const now = clock.now()
    const lastUse = minus(credential.expiresAt, minLifetime)
    const share = RENEWAL_FROM + RENEWAL_SPREAD * chance()
    const renewAt = plus(now, seconds(secondsBetween(now, lastUse) * share))
    cache.set(key, { credential, renewAt }, lastUse, credential.authorization.reveal().length)
    isPrepared = false
  }

  const sendOnce = (
    request: CredentialRequest,
    deadline: Deadline,
    isRenewal = false,
  ): Promise<Requested> =>
    flights.run(request.key, deadline, async () => {
      const requested = await send(request, deadline, isRenewal)
      if (requested.ok) store(request.key, requested.value)
      return requested
    })

  const hit = (credential: BackendCredential) =>
    success<ObtainedCredential>({ ...credential, backend, cache: 'hit' })

  const toFailure = (error: Fault) =>
    failure(withLogContext(error, { backend, backendCache: 'miss' }))

  /** Checks the lifetime again: the request may have ended a while ago. */
  const toObtained = (requested: Requested) => {
    if (!requested.ok) return toFailure(requested.error)
    return isUsable(requested.value)
      ? success<ObtainedCredential>({ ...requested.value, backend, cache: 'miss' })
      : toFailure(fault('credential_too_short_lived'))
  }

  /** Waits for the request that is in flight, or for a new one. */
  const fetch = async (request: CredentialRequest, deadline: Deadline) => {
    const isInFlight = flights.underWay(request.key) !== undefined
    const pause = pauses.pauseFor(request.callerKey)
    if (!isInFlight && pause !== undefined) return toFailure(pause)
    return toObtained(await sendOnce(request, deadline))
  }

  return {
    obtain: async (call, deadline, prepared) => {
      const request = grant.requestFor(call)
      if (!request.ok) return failure(withLogContext(request.error, { backend }))
      if (prepared !== undefined) return toObtained(await prepared)
      const { key, callerKey } = request.value
      const cached = cache.get(key)
      if (cached === undefined) return fetch(request.value, deadline)

      const isDue = clock.now() >= cached.renewAt && flights.underWay(key) === undefined
      if (!isDue || pauses.isRenewalPaused(callerKey)) return hit(cached.credential)

      const patience = deadlineWithin(RENEWAL_TIME_LIMIT, deadline, clock)
      const renewed = await sendOnce(request.value, patience, true)
      if (renewed.ok) return toObtained(renewed)
      return isUsable(cached.credential) ? hit(cached.credential) : fetch(request.value, deadline)
    },
    prepare: (deadline) => {
      const request = grant.sharedRequest
      // Callers with bad tokens must not cause more than one needless request.
      if (request === undefined || isPrepared) return undefined
      if (cache.get(request.key) !== undefined) return undefined
      if (pauses.pauseFor(request.callerKey) !== undefined) return undefined
      isPrepared = true
      const prepared = sendOnce(request, deadline)
      // If the caller is denied, nobody waits for it.
      prepared.catch(() => undefined)
      return prepared
    },
  }
}

/** Sends one request for a credential, and reports its outcome to `pauses`. */
function createSend(
  { minLifetime, onIssued }: Omit<CredentialCacheOptions, 'backend'>,
  pauses: RequestPauses,
  clock: Clock,
) {
  return async (
    { callerKey, send }: CredentialRequest,
    deadline: Deadline,
    isRenewal: boolean,
  ): Promise<Requested> => {
    pauses.requestSent(callerKey)
    const requested = await send(deadline)
    if (!requested.ok) {
      if (isRenewal && isOver(deadline)) pauses.renewalTimedOut()
      else pauses.failed(callerKey, requested.error)
      return failure(requested.error.fault)
    }
    onIssued(requested.value)
    if (!livesLongEnough(requested.value, minLifetime, clock.now())) {
      const tooShort = fault('credential_too_short_lived')
      pauses.failed(callerKey, { fault: tooShort, reach: 'caller' })
      return failure(tooShort)
    }
    pauses.succeeded(callerKey)
    return requested
  }
}

/** Whether the credential may be handed out. */
export function livesLongEnough(
  { expiresAt }: BackendCredential,
  minLifetime: Seconds,
  now: NumericDate,
): boolean {
  return secondsBetween(now, expiresAt) >= minLifetime
}
