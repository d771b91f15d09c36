/** What all checks need of a readable configuration. */
import type { CountedPorts } from '../../src/boot/ports.ts'
import type { Config } from '../../src/config/model.ts'
import type { Fault } from '../../src/decision.ts'
import {
  deadlineAt,
  plus,
  seconds,
  systemClock,
  type Clock,
  type Deadline,
} from '../../src/platform/clock.ts'
import type { Http } from '../../src/platform/http.ts'
import { FAULT_REASONS } from '../../src/reasons.ts'
import type { GivenSecrets } from '../explain/secrets.ts'

export interface Setup {
  readonly config: Config
  readonly secrets: GivenSecrets
  readonly ports: CountedPorts
  readonly clock: Clock
  readonly http: Http
}

const TIME = seconds(10)

/** For one exchange and the requests that it depends on. It uses the real clock, not `Setup.clock`. */
export function newDeadline(): Deadline {
  return deadlineAt(plus(systemClock.now(), TIME), systemClock)
}

/** Whether the only cause of the fault is a secret that the doctor does not have. */
export function isNotGiven({ reason, logContext }: Fault): boolean {
  return reason === 'secret_unavailable' && logContext.detail === 'not_given'
}

export function meaningOf({ reason, logContext }: Fault): string {
  const { detail } = logContext
  return `${reason}${detail === undefined ? '' : ` (${detail})`}: ${FAULT_REASONS[reason].meaning}`
}

export function remedyOf({ reason, logContext }: Fault): string {
  return logContext.hint ?? FAULT_REASONS[reason].remedy
}
