/**
 * Owns how long a backend credential is handed out before a new one is asked for.
 * I/O: through the grant that it is given.
 */
import { fault, withCircumstances, type Fault } from '../decision.ts'
import { SingleFlight } from '../platform/cache.ts'
import { secondsUntil, type Clock, type Seconds } from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { BackendCredential, ObtainCredential, RequestCredential } from './credential.ts'

/**
 * Hands out the credential at hand as long as it has `minLifetime` left, and asks for a new one
 * otherwise; one request serves all who wait for it. The gateway keeps what it is given for 60
 * seconds at least, so that a credential near its end would be dead in the gateway's hands.
 */
export const createCredentialCache = (
  backend: string,
  requestCredential: RequestCredential,
  minLifetime: Seconds,
  clock: Clock,
): ObtainCredential => {
  let atHand: BackendCredential | undefined
  const flights = new SingleFlight<Result<BackendCredential, Fault>>()

  const livesLongEnough = (credential: BackendCredential): boolean =>
    secondsUntil(credential.expiresAt, clock.now()) >= minLifetime

  return async (deadline) => {
    if (atHand !== undefined && livesLongEnough(atHand)) {
      return success({ ...atHand, backend, cache: 'hit' })
    }
    const circumstances = { backend, backEndCache: 'miss' } as const
    const requested = await flights.run(backend, () => requestCredential(deadline))
    if (!requested.ok) return failure(withCircumstances(requested.error, circumstances))
    if (!livesLongEnough(requested.value)) {
      return failure(fault('credential_too_short_lived', circumstances))
    }
    atHand = requested.value
    return success({ ...requested.value, backend, cache: 'miss' })
  }
}
