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
import type { ReadSecretBundle } from './secret-bundle.ts'

export interface SecretStore {
  /**
   * The secret, read from Vault at most its time to live ago; or its previous version, where `by`
   * has taken that just before.
   */
  read(secretOcid: string, deadline: Deadline, by?: string): Promise<Result<Redacted, Fault>>
  /**
   * What to try in place of what was refused. Undefined when that was looked for only just before:
   * a wrong secret must not flood Vault.
   */
  readAgain(
    secretOcid: string,
    refusal: Refusal,
    deadline: Deadline,
  ): Promise<Result<SecretVersions, Fault> | undefined>
  /** Tells that `by` has taken the previous version and not the current one: it serves for now. */
  acceptPrevious(secretOcid: string, previous: Redacted, by: string): void
}

export interface Refusal {
  readonly refused: Redacted
  /** Who refused it, and whose it was: somebody else with the same secret may take it. */
  readonly by: string
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

/** How often a Vault that gives nothing is asked: a few failures may be over with the next try. */
const AFTER_FAILURE = { freeFailures: 5, first: seconds(0.5), longest: seconds(2) }

/** More secrets than any configuration names. */
const CAPACITY = 100

export interface SecretStorePorts {
  readonly readBundle: ReadSecretBundle
  readonly clock: Clock
  readonly chance: Chance
}

export function createSecretStore(
  timeToLive: Seconds,
  { readBundle, clock, chance }: SecretStorePorts,
): SecretStore {
  const secrets = new ExpiringCache<Redacted>(CAPACITY, clock)
  const accepted = new ExpiringCache<Redacted>(CAPACITY, clock)
  const pauses = new Map<string, Backoff>()
  const outages = new Map<string, { readonly backoff: Backoff; readonly fault: Fault }>()
  const flights = new SingleFlight<Redacted, Fault>()
  const searches = new SingleFlight<SecretVersions, Fault>()

  const noteOutage = (secretOcid: string, outage: Fault): void => {
    const backoff = outages.get(secretOcid)?.backoff ?? new Backoff(AFTER_FAILURE, clock, chance)
    backoff.failed()
    outages.set(secretOcid, { backoff, fault: outage })
  }

  /** Reads it, unless that failed several times and only just before. */
  const fetch = async (
    secretOcid: string,
    deadline: Deadline,
  ): Promise<Result<Redacted, Fault>> => {
    const outage = outages.get(secretOcid)
    if (outage !== undefined && !outage.backoff.isOver) return failure(outage.fault)
    return flights.run(secretOcid, deadline, async () => {
      const secret = await readBundle(secretOcid, 'CURRENT', deadline)
      if (!secret.ok) {
        const told = withCircumstances(secret.error, { secret: secretOcid })
        noteOutage(secretOcid, told)
        return failure(told)
      }
      outages.delete(secretOcid)
      secrets.set(secretOcid, secret.value, later(clock.now(), timeToLive))
      return secret
    })
  }

  const pauseOf = (name: string): Backoff => {
    const pause = pauses.get(name) ?? new Backoff(LOOKING_AGAIN, clock, chance)
    pauses.set(name, pause)
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
    read: async (secretOcid, deadline, by = '') => {
      const kept = accepted.get(nameOf(secretOcid, by)) ?? secrets.get(secretOcid)
      return kept === undefined ? fetch(secretOcid, deadline) : success(kept)
    },
    readAgain: async (secretOcid, { refused, by }, deadline) => {
      const name = nameOf(secretOcid, by)
      if (accepted.get(name)?.equals(refused) === true) accepted.delete(name)
      const kept = accepted.get(name) ?? secrets.get(secretOcid)
      // Another call has found it meanwhile.
      if (kept !== undefined && !kept.equals(refused)) return onlyCurrent(kept)

      const isUnderWay = searches.underWay(name) !== undefined
      const pause = pauseOf(name)
      if (!isUnderWay && !pause.isOver) return undefined
      if (!isUnderWay) pause.failed()
      return searches.run(name, deadline, () => search(secretOcid, refused, deadline))
    },
    acceptPrevious: (secretOcid, previous, by) => {
      const end = later(clock.now(), PREVIOUS_TIME_TO_LIVE)
      accepted.set(nameOf(secretOcid, by), previous, end)
    },
  }
}

function nameOf(secretOcid: string, by: string): string {
  return JSON.stringify([secretOcid, by])
}

function onlyCurrent(current: Redacted) {
  return success<SecretVersions>({ current, previous: undefined })
}
