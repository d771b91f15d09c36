/** A stand-in for the secret cache: it records which secrets are read. */
import type { Fault } from '../../../src/decision.ts'
import type { Deadline } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import type { SecretCache } from '../../../src/vault/secret-cache.ts'

/** A cache in which each secret has this text, or cannot be read for this reason. */
export function recordingSecretCache(outcome: string | Fault) {
  const reads: [secretOcid: string, deadline: Deadline][] = []
  const secrets: SecretCache = {
    read: (secretOcid, deadline) => {
      reads.push([secretOcid, deadline])
      return Promise.resolve(
        typeof outcome === 'string' ? success(new Redacted(outcome)) : failure(outcome),
      )
    },
    readAgain: () => Promise.reject(new Error('no secret was rejected')),
    acceptPrevious: () => undefined,
  }
  return { secrets, reads }
}
