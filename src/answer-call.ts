/**
 * Owns one call of the function: its time, its one line in the log, and that it always ends in an
 * answer or in a fault, never in an exception.
 * I/O: a timer; the log that it is given.
 */
import type { Authorize } from './authorizer.ts'
import { fault, type Decision, type Fault } from './decision.ts'
import { toAuthorizerResponse, type AuthorizerResponse } from './gateway/response.ts'
import {
  deadlineAt,
  earlier,
  later,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
} from './platform/clock.ts'
import type { Log } from './platform/log.ts'

export interface Call {
  readonly payload: Uint8Array
  readonly callId: string | undefined
  /** `Fn-Deadline`: the platform ends the container then. */
  readonly fnDeadline: Date | undefined
}

/** The gateway's answer, or undefined when nobody can tell: the gateway has to hear a 5xx then. */
export type AnswerCall = (call: Call) => Promise<AuthorizerResponse | undefined>

/** Kept back from the platform's deadline, to send the fault before the container is ended. */
const DEADLINE_MARGIN = seconds(0.5)

/** The time for a decision where the platform names no deadline: the default of OCI Functions. */
const UNTOLD_DEADLINE = seconds(30)

export const createAnswerCall =
  (authorize: Authorize, clock: Clock, log: Log): AnswerCall =>
  async ({ payload, callId, fnDeadline }) => {
    const start = clock.now()
    const end = numericDate((fnDeadline?.getTime() ?? Number.NaN) / 1000)
    const deadline = deadlineAt(
      earlier(Number.isFinite(end) ? end : later(start, UNTOLD_DEADLINE), DEADLINE_MARGIN),
      clock,
    )
    const decision = await inTime(withoutThrowing(authorize, payload, deadline), deadline)
    logDecision(log, decision, callId, (clock.now() - start) * 1000)
    return decision.outcome === 'fault' ? undefined : toAuthorizerResponse(decision)
  }

const withoutThrowing = async (
  authorize: Authorize,
  payload: Uint8Array,
  deadline: Deadline,
): Promise<Decision> => {
  try {
    return await authorize(payload, deadline)
  } catch (error) {
    // The error itself may hold anything; the name of its class does not.
    return fault('internal_error', { detail: error instanceof Error ? error.name : typeof error })
  }
}

/** The decision, or a fault when the deadline comes first; what goes on then has no effect. */
const inTime = async (work: Promise<Decision>, deadline: Deadline): Promise<Decision> => {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<Fault>((resolve) => {
    timer = setTimeout(() => {
      resolve(fault('deadline_exceeded'))
    }, deadline.remaining())
  })
  try {
    const decision = await Promise.race([work, expiry])
    return decision.outcome === 'fault' && deadline.remaining() === 0
      ? fault('deadline_exceeded', decision.circumstances)
      : decision
  } finally {
    clearTimeout(timer)
  }
}

const LEVELS = { permit: 'info', deny: 'info', fault: 'error' } as const

const logDecision = (
  log: Log,
  { outcome, reason, circumstances }: Decision,
  callId: string | undefined,
  durationMilliseconds: number,
): void => {
  log(LEVELS[outcome], 'decision', {
    outcome,
    reason,
    issuer: circumstances.issuer ?? null,
    client_id: circumstances.clientId ?? null,
    token_fingerprint: circumstances.tokenFingerprint ?? null,
    backend: circumstances.backend ?? null,
    caller_cache: circumstances.callerCache ?? 'off',
    back_end_cache: circumstances.backEndCache ?? 'off',
    duration_ms: Math.round(durationMilliseconds * 10) / 10,
    call_id: callId ?? null,
    ...(circumstances.detail === undefined ? {} : { detail: circumstances.detail }),
  })
}
