/**
 * Owns how long secrets are used, and when they are read again.
 * I/O: through the reader that it is given.
 */
import type { Fault } from '../decision.ts'
import { ExpiringCache, SingleFlight } from '../platform/cache.ts'
import { later, seconds, type Clock, type Deadline, type Seconds } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import { success, type Result } from '../platform/result.ts'
import type { ReadSecretBundle } from './secret-bundle.ts'

export interface SecretStore {
  /** The secret, read from Vault at most its time to live ago. */
  read(secretOcid: string, deadline: Deadline): Promise<Result<Redacted, Fault>>
  /**
   * The secret as Vault has it now, for when it was refused: it may have been rotated. Undefined
   * when it was read again only just before, so that a wrong secret does not flood Vault.
   */
  readAgain(secretOcid: string, deadline: Deadline): Promise<Result<Redacted, Fault> | undefined>
}

/** At most one reading again per secret in this time. */
const READ_AGAIN_COOLDOWN_SECONDS = seconds(10)

/** More secrets than any configuration names. */
const CAPACITY = 100

export const createSecretStore = (
  readBundle: ReadSecretBundle,
  timeToLive: Seconds,
  clock: Clock,
): SecretStore => {
  const secrets = new ExpiringCache<Redacted>(CAPACITY, clock)
  const readAgainLately = new ExpiringCache<true>(CAPACITY, clock)
  const flights = new SingleFlight<Result<Redacted, Fault>>()

  const fetch = (secretOcid: string, deadline: Deadline): Promise<Result<Redacted, Fault>> =>
    flights.run(secretOcid, async () => {
      const secret = await readBundle(secretOcid, deadline)
      if (secret.ok) secrets.set(secretOcid, secret.value, later(clock.now(), timeToLive))
      return secret
    })

  return {
    read: async (secretOcid, deadline) => {
      const kept = secrets.get(secretOcid)
      return kept === undefined ? fetch(secretOcid, deadline) : success(kept)
    },
    readAgain: async (secretOcid, deadline) => {
      const underWay = flights.underWay(secretOcid)
      if (underWay !== undefined) return underWay
      if (readAgainLately.get(secretOcid) === true) return undefined
      readAgainLately.set(secretOcid, true, later(clock.now(), READ_AGAIN_COOLDOWN_SECONDS))
      return fetch(secretOcid, deadline)
    },
  }
}
