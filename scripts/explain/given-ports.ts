import { createCountedPorts, type CountedPorts } from '../../src/boot/ports.ts'
import type { Config } from '../../src/config/model.ts'
import { fault } from '../../src/decision.ts'
import type { Clock } from '../../src/platform/clock.ts'
import type { Http } from '../../src/platform/http.ts'
import { failure, success } from '../../src/platform/result.ts'
import { Tally } from '../../src/platform/tally.ts'
import type { GivenSecrets } from './secrets.ts'

/** The function's ports with only the given secrets, without Vault and without a log. */
export function givenPorts(
  config: Config,
  secrets: GivenSecrets,
  clock: Clock,
  http: Http,
): CountedPorts {
  return createCountedPorts(config, {
    http,
    secrets: {
      read: (ocid) => {
        const secret = secrets.get(ocid)
        return Promise.resolve(
          secret === undefined
            ? failure(fault('secret_unavailable', { secret: ocid, detail: 'not_given' }))
            : success(secret),
        )
      },
      readAgain: () => Promise.resolve(undefined),
      acceptPrevious: () => undefined,
    },
    clock,
    chance: () => 0,
    warn: () => undefined,
    tally: new Tally(),
  })
}
