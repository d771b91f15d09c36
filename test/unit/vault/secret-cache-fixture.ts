/** A secret cache and a fake Vault with a current and a previous version. */
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { success } from '../../../src/platform/result.ts'
import { createSecretCache } from '../../../src/vault/secret-cache.ts'
import { faulty } from '../support/outcomes.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

export const OCID = 'ocid1.vaultsecret.oc1..a'
export const OTHER_OCID = 'ocid1.vaultsecret.oc1..b'

interface Options {
  readonly timeToLiveSeconds?: number
  /** By default, each read returns a new version: `version 1`, `version 2`, … */
  readonly current?: string
  readonly previous?: string
}

export function createCache({ timeToLiveSeconds = 300, current, previous }: Options = {}) {
  const clock = new StandingClock()
  const vault = { reads: [] as string[], down: false }
  const cache = createSecretCache(seconds(timeToLiveSeconds), {
    readSecret: (ocid, stage) => {
      vault.reads.push(stage === 'CURRENT' ? ocid : `previous of ${ocid}`)
      const version = stage === 'CURRENT' ? (current ?? `version ${vault.reads.length}`) : previous
      return Promise.resolve(
        vault.down || version === undefined
          ? faulty('secret_unavailable', { detail: 'timed_out' })
          : success(new Redacted(version)),
      )
    },
    clock,
    // Pauses are as long as possible.
    chance: () => 1,
  })
  /** Returns the secret, or the reason of the fault. */
  const read = async (ocid = OCID, clientKey?: string) => {
    const secret = await cache.read(ocid, PLENTY_OF_TIME, clientKey)
    return secret.ok ? secret.value.reveal() : secret.error.reason
  }
  const readAfter = (passedSeconds: number) => {
    clock.advance(passedSeconds)
    return read()
  }
  /** Returns `current/previous`, or the reason of the fault. */
  const readAgain = async (refused: string, ocid = OCID, clientKey = 'client-1') => {
    const rejected = { refused: new Redacted(refused), clientKey }
    const versions = await cache.readAgain(ocid, rejected, PLENTY_OF_TIME)
    if (versions?.ok !== true) return versions?.error.reason
    const { current, previous } = versions.value
    return [current, previous].map((version) => version?.reveal() ?? '').join('/')
  }
  const acceptPrevious = (accepted: string) => {
    cache.acceptPrevious(OCID, new Redacted(accepted), 'client-1')
  }
  return { clock, vault, cache, read, readAfter, readAgain, acceptPrevious }
}
