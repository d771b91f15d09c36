/** What all checks share once the configuration is readable. */
import { createCountedPorts, type CountedPorts } from '../../src/boot/ports.ts'
import type { Config, Settings } from '../../src/config/model.ts'
import type { Fault } from '../../src/decision.ts'
import {
  deadlineAt,
  later,
  seconds,
  systemClock,
  type Clock,
  type Deadline,
} from '../../src/platform/clock.ts'
import type { Http } from '../../src/platform/http.ts'
import { Tally } from '../../src/platform/tally.ts'
import { FAULT_REASONS, WARNING_REASONS, type WarningReason } from '../../src/reasons.ts'
import { givenSecretCache, type GivenSecrets } from '../explain/secrets.ts'

export interface Setup {
  readonly config: Config
  readonly settings: Settings
  readonly secrets: GivenSecrets
  readonly ports: CountedPorts
  readonly clock: Clock
  readonly http: Http
}

/** `onWarning` is called with what the function would log as a warning. */
export function createSetup(
  parts: Pick<Setup, 'config' | 'settings' | 'secrets' | 'clock' | 'http'>,
  onWarning: (reason: WarningReason) => void = () => undefined,
): Setup {
  const ports = createCountedPorts(parts.config, {
    http: parts.http,
    secrets: givenSecretCache(parts.secrets),
    clock: parts.clock,
    chance: () => 0,
    warn: onWarning,
    tally: new Tally(),
  })
  return { ...parts, ports }
}

const TIME = seconds(10)

/** For one exchange and what it needs. By the real clock, whatever `Setup.clock` shows. */
export function newDeadline(): Deadline {
  return deadlineAt(later(systemClock.now(), TIME), systemClock)
}

/** Whether the fault is only that a secret was not given to the doctor. */
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

export function warningText(reason: WarningReason): { meaning: string; remedy: string } {
  return WARNING_REASONS[reason]
}
