/** A fake of the secret cache that records which secrets are read. */
import type { Fault } from '../../../src/decision.ts'
import type { Deadline } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import type { SecretCache } from '../../../src/vault/secret-cache.ts'

export function recordingSecretCache(outcome: string | Fault) {
  const reads: [secretOcid: string, deadline: Deadline][] = []
  const secrets: SecretCache = {
    read: (secretOcid, deadline) => {
      reads.push([secretOcid, deadline])
      return Promise.resolve(
        typeof outcome === 'string' ? success(new Redacted(outcome)) : failure(outcome),
      )
    },
    readAgain: () => Promise.reject(new Error('unexpected read')),
    acceptPrevious: () => undefined,
  }
  return { secrets, reads }
}
