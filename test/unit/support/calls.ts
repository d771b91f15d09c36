/** Calls of the function in the unit tests: a permit, and one call by a standing clock. */
import { createAnswerCall } from '../../../src/call/answer-call.ts'
import type { Authorize } from '../../../src/authorizer.ts'
import type { Permit } from '../../../src/decision.ts'
import { numericDate } from '../../../src/platform/clock.ts'
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

/** Answers one call by a standing clock; `fnDeadlineSeconds` is from its start. */
export async function answered(
  authorize: Authorize,
  { callId = 'call-1', fnDeadlineSeconds = 30, clock = new StandingClock() } = {},
) {
  const lines: [string, string, LogRecord][] = []
  const answerCall = createAnswerCall(
    authorize,
    () => undefined,
    clock,
    (...line) => lines.push(line),
  )
  const answer = await answerCall({
    payload: PAYLOAD,
    callId,
    fnDeadline: new Date((START + fnDeadlineSeconds) * 1000),
  })
  return { answer, lines }
}
