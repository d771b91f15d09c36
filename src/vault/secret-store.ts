/**
 * Owns how long secrets are used, and which version is tried when one was refused.
 * I/O: through the reader that it is given.
 */
import { withCircumstances, type Fault } from '../decision.ts'
import { Backoff } from '../platform/backoff.ts'
import { ExpiringCache, SingleFlight } from '../platform/cache.ts'
import type { Chance } from '../platform/chance.ts'
import { later, seconds, type Clock, type Deadline, type Seconds } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { Warn } from '../reasons.ts'
import type { ReadSecretBundle } from './secret-bundle.ts'

export interface SecretStore {
  /** The secret, read from Vault at most its time to live ago. */
  read(secretOcid: string, deadline: Deadline): Promise<Result<Redacted, Fault>>
  /**
   * What to try in place of what was refused. Undefined when that was looked for only just before:
   * a wrong secret must not flood Vault.
   */
  readAgain(
    secretOcid: string,
    refused: Redacted,
    deadline: Deadline,
  ): Promise<Result<SecretVersions, Fault> | undefined>
  /** Tells that the previous version was taken where the current one was not: it serves for now. */
  acceptPrevious(secretOcid: string, previous: Redacted): void
}

export interface SecretVersions {
  /** As Vault has it now. It may be what was refused: one refusal may be a mishap. */
  readonly current: Redacted
  /**
   * Identity provider and Vault disagree for a while when a secret is rotated. Undefined where there
   * is none, and where the current version is another one than was refused.
   */
  readonly previous: Redacted | undefined
}

/** How often another version is looked for: soon at first, as a rotation takes a second or so. */
const LOOKING_AGAIN = { freeFailures: 0, first: seconds(2), longest: seconds(10) }

/** A previous version that is accepted is on its way out: the current one has its chance soon. */
const PREVIOUS_TIME_TO_LIVE = seconds(60)

/** More secrets than any configuration names. */
const CAPACITY = 100

export interface SecretStorePorts {
  readonly readBundle: ReadSecretBundle
  readonly clock: Clock
  readonly chance: Chance
  readonly warn: Warn
}

export const createSecretStore = (
  timeToLive: Seconds,
  { readBundle, clock, chance, warn }: SecretStorePorts,
): SecretStore => {
  const secrets = new ExpiringCache<Redacted>(CAPACITY, clock)
  const pauses = new Map<string, Backoff>()
  const flights = new SingleFlight<Result<Redacted, Fault>>()
  const searches = new SingleFlight<Result<SecretVersions, Fault>>()

  const fetch = (secretOcid: string, deadline: Deadline): Promise<Result<Redacted, Fault>> =>
    flights.run(secretOcid, async () => {
      const secret = await readBundle(secretOcid, 'CURRENT', deadline)
      if (!secret.ok) return failure(withCircumstances(secret.error, { secret: secretOcid }))
      secrets.set(secretOcid, secret.value, later(clock.now(), timeToLive))
      return secret
    })

  const pauseOf = (secretOcid: string): Backoff => {
    const pause = pauses.get(secretOcid) ?? new Backoff(LOOKING_AGAIN, clock, chance)
    pauses.set(secretOcid, pause)
    return pause
  }

  const search = async (
    secretOcid: string,
    refused: Redacted,
    deadline: Deadline,
  ): Promise<Result<SecretVersions, Fault>> => {
    const current = await fetch(secretOcid, deadline)
    if (!current.ok) return current
    if (!current.value.equals(refused)) return onlyCurrent(current.value)

    const previous = await readBundle(secretOcid, 'PREVIOUS', deadline)
    return previous.ok && !previous.value.equals(refused)
      ? success({ current: current.value, previous: previous.value })
      : onlyCurrent(current.value)
  }

  return {
    read: async (secretOcid, deadline) => {
      const kept = secrets.get(secretOcid)
      return kept === undefined ? fetch(secretOcid, deadline) : success(kept)
    },
    readAgain: async (secretOcid, refused, deadline) => {
      const kept = secrets.get(secretOcid)
      // Another call has found it meanwhile.
      if (kept !== undefined && !kept.equals(refused)) return onlyCurrent(kept)

      const underWay = searches.underWay(secretOcid)
      if (underWay !== undefined) return underWay
      const pause = pauseOf(secretOcid)
      if (!pause.isOver) return undefined
      pause.failed()
      return searches.run(secretOcid, () => search(secretOcid, refused, deadline))
    },
    acceptPrevious: (secretOcid, previous) => {
      secrets.set(secretOcid, previous, later(clock.now(), PREVIOUS_TIME_TO_LIVE))
      warn('previous_secret_used', { secret: secretOcid })
    },
  }
}

const onlyCurrent = (current: Redacted) => success<SecretVersions>({ current, previous: undefined })
