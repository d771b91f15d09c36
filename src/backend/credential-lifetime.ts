import type { Chance } from '../platform/chance.ts'
import {
  earlier,
  later,
  numericDate,
  seconds,
  secondsUntil,
  type NumericDate,
  type Seconds,
} from '../platform/clock.ts'
import type { BackendCredential } from './credential.ts'

/** Share of the time in use after which a credential is renewed, and its jitter. */
const RENEWAL_FROM = 0.8
const RENEWAL_SPREAD = 0.1

/** The last use of a credential that does not expire. */
const FAR_FUTURE = numericDate(Number.MAX_SAFE_INTEGER)

/** Whether the credential may be handed out. */
export function livesLongEnough(
  { expiresAt }: BackendCredential,
  minLifetime: Seconds,
  now: NumericDate,
): boolean {
  return expiresAt === undefined || secondsUntil(expiresAt, now) >= minLifetime
}

export interface CredentialUse {
  /** From then on, one call renews it while the others keep using it. */
  readonly renewAt: NumericDate
  /** From then on it is not used. */
  readonly lastUse: NumericDate
}

/** How long a credential that was issued now is used. */
export function useOf(
  { expiresAt = FAR_FUTURE }: BackendCredential,
  minLifetime: Seconds,
  now: NumericDate,
  chance: Chance,
): CredentialUse {
  const lastUse = earlier(expiresAt, minLifetime)
  const share = RENEWAL_FROM + RENEWAL_SPREAD * chance()
  return { lastUse, renewAt: later(now, seconds(secondsUntil(lastUse, now) * share)) }
}
