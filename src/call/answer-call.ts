/**
 * One call of the function: its deadline and its one line in the log. It always ends in an answer or
 * a fault, never in an exception.
 */
import type { Authorize } from '../authorizer.ts'
import { fault, type Decision, type Fault } from '../decision.ts'
import { printable } from '../findings.ts'
import { toAuthorizerResponse, type AuthorizerResponse } from '../gateway/response.ts'
import {
  deadlineAt,
  earlier,
  earliest,
  isOver,
  later,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
} from '../platform/clock.ts'
import type { Log, LogLevel } from '../platform/log.ts'
import type { Summarize } from './summary.ts'

export interface Call {
  readonly payload: Uint8Array
  readonly callId: string | undefined
  /** `opc-request-id` of the function's own request, if the platform sends it. */
  readonly requestId?: string | undefined
  /** `Fn-Deadline`: the platform ends the container then. */
  readonly fnDeadline: Date | undefined
}

/** The gateway's answer, or undefined when nobody can tell: the gateway has to hear a 5xx then. */
export type AnswerCall = (call: Call) => Promise<AuthorizerResponse | undefined>

/** Kept back from the platform's deadline, to send the fault before the container is ended. */
const DEADLINE_MARGIN = seconds(0.5)

/** The time for a decision where the platform names no deadline: the default of OCI Functions. */
const UNTOLD_DEADLINE = seconds(30)

/** Within the margin, so that the fault is still in time. */
const OVERDUE_MILLISECONDS = 200

/** No call of OCI Functions lasts longer, whatever a header says. */
const LONGEST_CALL = seconds(300)

export function createAnswerCall(
  authorize: Authorize,
  summarize: Summarize,
  clock: Clock,
  log: Log,
  logLevel: LogLevel = 'info',
): AnswerCall {
  return async ({ payload, callId, requestId, fnDeadline }) => {
    const start = clock.now()
    const deadline = deadlineOf(fnDeadline, start, clock)
    const answer = await inTime(answerWithoutThrowing(authorize, payload, deadline), deadline)
    const durationMilliseconds = (clock.now() - start) * 1000
    logDecision(log, logLevel, answer.decision, { callId, requestId, durationMilliseconds })
    summarize(answer.decision)
    return answer.response
  }
}

function deadlineOf(fnDeadline: Date | undefined, start: NumericDate, clock: Clock): Deadline {
  const told = numericDate((fnDeadline?.getTime() ?? Number.NaN) / 1000)
  const end = Number.isFinite(told)
    ? earliest(told, later(start, LONGEST_CALL))
    : later(start, UNTOLD_DEADLINE)
  return deadlineAt(earlier(end, DEADLINE_MARGIN), clock)
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
    return faultAnswer(
      isOver(deadline) ? fault('deadline_exceeded', decision.circumstances) : decision,
    )
  } catch (error) {
    // The error itself may hold anything; the name of its class does not.
    const detail = error instanceof Error ? error.name : typeof error
    return faultAnswer(fault('internal_error', { detail }))
  }
}

/**
 * The answer, or a fault when it is overdue; what goes on then has no effect. Every exchange ends
 * by itself at the deadline, and can tell more: this is for what does not.
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

const LEVELS = { permit: 'info', deny: 'info', fault: 'error' } as const

function logDecision(
  log: Log,
  logLevel: LogLevel,
  { outcome, reason, circumstances }: Decision,
  {
    callId,
    requestId: ownRequestId,
    durationMilliseconds,
  }: Pick<Call, 'callId' | 'requestId'> & { readonly durationMilliseconds: number },
): void {
  const requestId = [circumstances.requestId, ownRequestId].find(isRequestId)
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
    ...(requestId === undefined ? {} : { request_id: requestId }),
    ...(circumstances.claimedClientId === undefined
      ? {}
      : { claimed_client_id: circumstances.claimedClientId }),
    ...(circumstances.secret === undefined ? {} : { secret: circumstances.secret }),
    ...(circumstances.detail === undefined ? {} : { detail: circumstances.detail }),
    ...(circumstances.hint === undefined ? {} : { hint: circumstances.hint }),
    ...(circumstances.expected === undefined ? {} : { expected: circumstances.expected }),
    ...(circumstances.actual === undefined || logLevel !== 'debug'
      ? {}
      : { actual: printable(circumstances.actual) }),
  })
}

/** What OCI's services write, or a caller in their place: up to three identifiers, with slashes. */
const REQUEST_ID = /^[\w.:-]+(\/[\w.:-]+)*$/

const MAX_REQUEST_ID_CHARACTERS = 128

/** Whether it can be logged: a caller may send any `opc-request-id`, even a token. */
function isRequestId(text: string | undefined): text is string {
  return (
    text !== undefined &&
    text.length <= MAX_REQUEST_ID_CHARACTERS &&
    REQUEST_ID.test(text) &&
    !text.includes('eyJ')
  )
}
