/** A secret cache over a Vault that has a version for each stage, unless it is down. */
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
  /** The default is a new one with each read: `version 1`, `version 2`, … */
  readonly current?: string
  readonly previous?: string
}

export function cacheOver({ timeToLiveSeconds = 300, current, previous }: Options = {}) {
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
    // The longest pause that chance can make of it.
    chance: () => 1,
  })
  /** The secret, or the reason why there is none. */
  const read = async (ocid = OCID, by?: string) => {
    const secret = await cache.read(ocid, PLENTY_OF_TIME, by)
    return secret.ok ? secret.value.reveal() : secret.error.reason
  }
  const readAfter = (passedSeconds: number) => {
    clock.advance(passedSeconds)
    return read()
  }
  /** The current version, and after a slash the previous one, or the reason why there is none. */
  const readAgain = async (refused: string, ocid = OCID, by = 'us') => {
    const rejected = { refused: new Redacted(refused), clientKey: by }
    const versions = await cache.readAgain(ocid, rejected, PLENTY_OF_TIME)
    if (versions?.ok !== true) return versions?.error.reason
    const { current, previous } = versions.value
    return [current, previous].map((version) => version?.reveal() ?? '').join('/')
  }
  const acceptPrevious = (accepted: string) => {
    cache.acceptPrevious(OCID, new Redacted(accepted), 'us')
  }
  return { clock, vault, cache, read, readAfter, readAgain, acceptPrevious }
}
