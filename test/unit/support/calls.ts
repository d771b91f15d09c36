/** Calls of the function with a clock that only the test moves. */
import { createAnswerCall, type Call } from '../../../src/call/answer-call.ts'
import type { Authorize } from '../../../src/authorizer.ts'
import type { Decision, Permit } from '../../../src/decision.ts'
import { numericDate, type Clock } from '../../../src/platform/clock.ts'
import type { LogRecord } from '../../../src/platform/log.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { START, StandingClock } from './time.ts'

export const PERMIT: Permit = {
  outcome: 'permit',
  reason: 'permitted',
  principal: 'jdoe',
  clientId: 'client-1',
  scope: ['read'],
  expiresAt: numericDate(START + 900),
  authorization: new Redacted('Bearer back-end-token'),
  contextValues: {},
  logContext: {
    tokenFingerprint: '0123456789abcdef',
    issuer: 'callers',
    clientId: 'client-1',
    callerCache: 'miss',
    backend: 'oic',
    backendCache: 'hit',
  },
}

export const PAYLOAD = Buffer.from('payload')

/** An instant relative to the start of `StandingClock`. */
export function inSeconds(seconds: number): Date {
  return new Date((START + seconds) * 1000)
}

/** Answers one call, whose deadline is 30 seconds away by default. */
export async function answerCallWith(
  decision: Decision | Authorize,
  call: Partial<Call> = {},
  clock: Clock = new StandingClock(),
) {
  const lines: [string, string, LogRecord][] = []
  const answerCall = createAnswerCall(
    typeof decision === 'function' ? decision : () => Promise.resolve(decision),
    () => undefined,
    clock,
    (...line) => lines.push(line),
  )
  const defaults = { payload: PAYLOAD, callId: 'call-1', fnDeadline: inSeconds(30) }
  return { answer: await answerCall({ ...defaults, ...call }), lines }
}
