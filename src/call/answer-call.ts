/** One call of the function: its deadline and its log line. It ends in an answer or a fault. */
import type { Authorize } from '../authorizer.ts'
import { fault, type Decision, type Fault } from '../decision.ts'
import { toAuthorizerResponse, type AuthorizerResponse } from '../gateway/response.ts'
import {
  deadlineAt,
  minus,
  earliestOf,
  isOver,
  plus,
  numericDate,
  seconds,
  secondsBetween,
  type Clock,
  type Deadline,
  type NumericDate,
} from '../platform/clock.ts'
import type { Log, LogLevel } from '../platform/log.ts'
import { decisionRecord, type CallMetadata } from './decision-record.ts'
import type { Summarize } from './summary.ts'

export interface Call extends CallMetadata {
  readonly payload: Uint8Array
  /** `Fn-Deadline`: the platform ends the container then. */
  readonly fnDeadline: Date | undefined
}

const LEVELS = { permit: 'info', deny: 'info', fault: 'error' } as const

/** The response for the gateway; undefined for a fault, which the gateway must receive as a 5xx. */
export type AnswerCall = (call: Call) => Promise<AuthorizerResponse | undefined>

/** Reserved before the platform's deadline, so that the fault is sent before the container is stopped. */
const DEADLINE_MARGIN = seconds(0.5)

/** Used if the platform sends no deadline: the default time-out of OCI Functions. */
const DEFAULT_TIME_LIMIT = seconds(30)

/** How long after the deadline an answer is still awaited: less than the margin. */
const OVERDUE_MILLISECONDS = 200

/** The longest time-out of OCI Functions. */
const MAX_TIME_LIMIT = seconds(300)

export function createAnswerCall(
  authorize: Authorize,
  summarize: Summarize,
  clock: Clock,
  log: Log,
  logLevel: LogLevel = 'info',
): AnswerCall {
  return async (call) => {
    const start = clock.now()
    const deadline = deadlineOf(call.fnDeadline, start, clock)
    const answer = await inTime(answerWithoutThrowing(authorize, call.payload, deadline), deadline)
    const { decision, response } = answer
    const duration = secondsBetween(start, clock.now())
    log(LEVELS[decision.outcome], 'decision', decisionRecord(decision, call, duration, logLevel))
    summarize(decision)
    return response
  }
}

function deadlineOf(fnDeadline: Date | undefined, start: NumericDate, clock: Clock): Deadline {
  const stated = numericDate((fnDeadline?.getTime() ?? Number.NaN) / 1000)
  const end = Number.isFinite(stated)
    ? earliestOf(stated, plus(start, MAX_TIME_LIMIT))
    : plus(start, DEFAULT_TIME_LIMIT)
  return deadlineAt(minus(end, DEADLINE_MARGIN), clock)
}

interface Answer {
  readonly decision: Decision
  /** Undefined with a fault. */
  readonly response: AuthorizerResponse | undefined
}

function faultAnswer(decision: Fault): Answer {
  return { decision, response: undefined }
}

async function answerWithoutThrowing(
  authorize: Authorize,
  payload: Uint8Array,
  deadline: Deadline,
): Promise<Answer> {
  try {
    const decision = await authorize(payload, deadline)
    if (decision.outcome !== 'fault') {
      return { decision, response: toAuthorizerResponse(decision) }
    }
    return faultAnswer(isOver(deadline) ? faultOfDeadline(decision) : decision)
  } catch (error) {
    // The error may contain secrets; the name of its class does not.
    const detail = error instanceof Error ? error.name : typeof error
    return faultAnswer(fault('internal_error', { detail }))
  }
}

/** The fault of a request that the deadline cut short. Other faults are kept, also at the last moment. */
function faultOfDeadline({ reason, logContext }: Fault): Fault {
  if (logContext.detail?.endsWith('timed_out') !== true) return fault(reason, logContext)
  return fault('deadline_exceeded', { ...logContext, hint: `The time ran out during: ${reason}.` })
}

/**
 * The answer, or a fault if it is overdue. Each exchange ends at the deadline by itself; this covers work
 * that does not.
 */
async function inTime(work: Promise<Answer>, deadline: Deadline): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const expiry = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      resolve(faultAnswer(fault('deadline_exceeded')))
    }, deadline.remaining() + OVERDUE_MILLISECONDS)
  })
  try {
    return await Promise.race([work, expiry])
  } finally {
    clearTimeout(timer)
  }
}
