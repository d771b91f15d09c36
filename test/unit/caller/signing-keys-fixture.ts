/** Remote keys whose address is scripted, by a standing clock. */
import { generateKeyPairSync } from 'node:crypto'
import type { TrustedKey } from '../../../src/caller/json-web-key.ts'
import { createRemoteKeys } from '../../../src/caller/signing-keys.ts'
import type { Fault } from '../../../src/decision.ts'
import { success, type Failure } from '../../../src/platform/result.ts'
import { faulty } from '../support/outcomes.ts'
import { trustedKey } from '../support/signed-tokens.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

export const DOWN = faulty('keys_unavailable', { detail: 'status_503' })

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
export function keyNamed(kid: string): TrustedKey {
  return trustedKey(publicKey, { kid })
}

export function setOf(...trusted: TrustedKey[]) {
  return success({ trusted, leftOut: [] })
}

interface Address {
  fetches: number
  failing?: Failure<Fault> | undefined
  names?: readonly string[] | undefined
  /** What an answer waits for. */
  hold?: Promise<void>
}

/** Keys whose n-th fetch returns one named `n`, or those with the address's names if it has some. */
export function remoteKeys(names?: readonly string[]) {
  const clock = new StandingClock()
  const address: Address = { fetches: 0, names }
  const waits: number[] = []
  const keys = createRemoteKeys(
    async () => {
      address.fetches += 1
      const named = address.names ?? [String(address.fetches)]
      const result = address.failing ?? setOf(...named.map(keyNamed))
      await address.hold
      return result
    },
    clock,
    () => undefined,
    (span) => {
      waits.push(span)
      clock.advance(span / 1_000)
      return Promise.resolve()
    },
  )
  const current = async () => {
    const cached = await keys.current(PLENTY_OF_TIME)
    return cached.ok ? cached.value.keys[0]?.kid : cached.error.reason
  }
  const currentAfter = (passedSeconds: number) => {
    clock.advance(passedSeconds)
    return current()
  }
  /** What a token that no key fits brings about: the new key, `undefined` for no fetch, or a fault. */
  const renewed = async (deadline = PLENTY_OF_TIME, hasMatchingKid = true) => {
    const cached = await keys.current(deadline)
    if (!cached.ok) return cached.error.reason
    const result = await keys.renewed(cached.value, hasMatchingKid, deadline)
    return result?.ok === true ? result.value[0]?.kid : result?.error.reason
  }
  return { clock, address, waits, keys, current, currentAfter, renewed }
}

/** The same after the first fetch. */
export async function fetchedKeys(names?: readonly string[]) {
  const remote = remoteKeys(names)
  await remote.current()
  return remote
}
