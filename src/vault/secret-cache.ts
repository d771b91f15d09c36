/** Caches secrets, and finds another version of a secret that was refused. */
import { withLogContext, type Fault } from '../decision.ts'
import { Backoff } from '../platform/backoff.ts'
import { ExpiringCache, SingleFlight } from '../platform/cache.ts'
import type { Chance } from '../platform/chance.ts'
import { plus, seconds, type Clock, type Deadline, type Seconds } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { ReadSecret } from './read-secret.ts'

export interface SecretCache {
  /**
   * The current version, at most `timeToLive` old; or the previous version, if the client was accepted
   * with it recently.
   */
  read(secretOcid: string, deadline: Deadline, clientKey?: string): Promise<Result<Redacted, Fault>>
  /**
   * The versions to try after a refusal. Undefined if they were read for this client a moment ago: a wrong
   * secret must not cause a flood of requests to Vault.
   */
  readAgain(
    secretOcid: string,
    refusal: Refusal,
    deadline: Deadline,
  ): Promise<Result<SecretVersions, Fault> | undefined>
  /** Makes `read` return the previous version to this client for a while: only that one was accepted. */
  acceptPrevious(secretOcid: string, previous: Redacted, clientKey: string): void
}

export interface Refusal {
  readonly refused: Redacted
  /** The server and client id: the same secret may be accepted for another client. */
  readonly clientKey: string
}

export interface SecretVersions {
  /** May equal the refused one: a single refusal may be temporary. */
  readonly current: Redacted
  /**
   * Only if the current version was refused and an older one exists: during a rotation, identity
   * provider and Vault may have different versions.
   */
  readonly previous: Redacted | undefined
}

/** Pauses between searches for another version. A rotation usually takes a few seconds. */
const SEARCH_PLAN = { failuresBeforePause: 0, first: seconds(2), longest: seconds(10) }

/** How long an accepted previous version is used before the current one is tried again. */
const PREVIOUS_TIME_TO_LIVE = seconds(60)

/** Pauses between requests to Vault that fail. */
const OUTAGE_PLAN = { failuresBeforePause: 5, first: seconds(0.5), longest: seconds(2) }

/** More secrets than any configuration names. */
const CAPACITY = 100

export interface SecretCachePorts {
  readonly readSecret: ReadSecret
  readonly clock: Clock
  readonly chance: Chance
}

export function createSecretCache(timeToLive: Seconds, ports: SecretCachePorts): SecretCache {
  const { readSecret, clock, chance } = ports
  const currentVersions = new CurrentVersions(timeToLive, ports)
  const acceptedPrevious = new ExpiringCache<Redacted>(CAPACITY, clock)
  const pauses = new Map<string, Backoff>()
  const searches = new SingleFlight<SecretVersions, Fault>()

  const pauseFor = (key: string): Backoff => {
    const pause = pauses.get(key) ?? new Backoff(SEARCH_PLAN, clock, chance)
    pauses.set(key, pause)
    return pause
  }

  const search = async (
    secretOcid: string,
    refused: Redacted,
    deadline: Deadline,
  ): Promise<Result<SecretVersions, Fault>> => {
    const current = await currentVersions.readNew(secretOcid, deadline)
    if (!current.ok) return current
    if (!current.value.equals(refused)) return onlyCurrent(current.value)

    const previous = await readSecret(secretOcid, 'PREVIOUS', deadline)
    return previous.ok && !previous.value.equals(refused)
      ? success({ current: current.value, previous: previous.value })
      : onlyCurrent(current.value)
  }

  return {
    read: async (secretOcid, deadline, clientKey = '') => {
      const key = cacheKeyOf(secretOcid, clientKey)
      const cached = acceptedPrevious.get(key) ?? currentVersions.get(secretOcid)
      return cached === undefined ? currentVersions.readNew(secretOcid, deadline) : success(cached)
    },
    readAgain: async (secretOcid, { refused, clientKey }, deadline) => {
      const key = cacheKeyOf(secretOcid, clientKey)
      if (acceptedPrevious.get(key)?.equals(refused) === true) acceptedPrevious.delete(key)
      const cached = acceptedPrevious.get(key) ?? currentVersions.get(secretOcid)
      // A concurrent call has found another version.
      if (cached !== undefined && !cached.equals(refused)) return onlyCurrent(cached)

      if (searches.underWay(key) === undefined) {
        const pause = pauseFor(key)
        if (!pause.isOver) return undefined
        pause.failed()
      }
      return searches.run(key, deadline, () => search(secretOcid, refused, deadline))
    },
    acceptPrevious: (secretOcid, previous, clientKey) => {
      const end = plus(clock.now(), PREVIOUS_TIME_TO_LIVE)
      acceptedPrevious.set(cacheKeyOf(secretOcid, clientKey), previous, end)
    },
  }
}

/** The current versions of secrets, each read once at a time and with pauses after failures. */
class CurrentVersions {
  readonly #timeToLive: Seconds
  readonly #ports: SecretCachePorts
  readonly #secrets: ExpiringCache<Redacted>
  readonly #flights = new SingleFlight<Redacted, Fault>()
  readonly #outages = new Map<string, { readonly backoff: Backoff; readonly fault: Fault }>()

  constructor(timeToLive: Seconds, ports: SecretCachePorts) {
    this.#timeToLive = timeToLive
    this.#ports = ports
    this.#secrets = new ExpiringCache(CAPACITY, ports.clock)
  }

  get(secretOcid: string): Redacted | undefined {
    return this.#secrets.get(secretOcid)
  }

  /** Reads it from Vault; after several failures, fails without a request until the pause is over. */
  async readNew(secretOcid: string, deadline: Deadline): Promise<Result<Redacted, Fault>> {
    const outage = this.#outages.get(secretOcid)
    if (outage !== undefined && !outage.backoff.isOver) return failure(outage.fault)
    return this.#flights.run(secretOcid, deadline, async () => {
      const secret = await this.#ports.readSecret(secretOcid, 'CURRENT', deadline)
      if (!secret.ok) return failure(this.#noteOutage(secretOcid, secret.error))
      this.#outages.delete(secretOcid)
      const end = plus(this.#ports.clock.now(), this.#timeToLive)
      this.#secrets.set(secretOcid, secret.value, end)
      return secret
    })
  }

  #noteOutage(secretOcid: string, error: Fault): Fault {
    const { clock, chance } = this.#ports
    const backoff =
      this.#outages.get(secretOcid)?.backoff ?? new Backoff(OUTAGE_PLAN, clock, chance)
    backoff.failed()
    const fault = withLogContext(error, { secret: secretOcid })
    this.#outages.set(secretOcid, { backoff, fault })
    return fault
  }
}

function cacheKeyOf(secretOcid: string, clientKey: string): string {
  return JSON.stringify([secretOcid, clientKey])
}

function onlyCurrent(current: Redacted) {
  return success<SecretVersions>({ current, previous: undefined })
}
