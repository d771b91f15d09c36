/** The members of the log line of a decision. */
import type { Decision } from '../decision.ts'
import { printable, printableName } from '../platform/printable.ts'
import type { Seconds } from '../platform/clock.ts'
import type { LogLevel, LogRecord, LogValue } from '../platform/log.ts'

/** What the platform says about a call. */
export interface CallMetadata {
  readonly callId: string | undefined
  /** A header of the function's own request; undefined if the platform does not send it. */
  readonly header?: (name: string) => string | undefined
}

export function decisionRecord(
  { outcome, reason, logContext }: Decision,
  { callId, header }: CallMetadata,
  duration: Seconds,
  logLevel: LogLevel,
): LogRecord {
  const { actual, claimedClientId } = logContext
  // Fn puts a prefix before the headers of a request that came through a gateway.
  const ownRequestId = header?.('Fn-Http-H-Opc-Request-Id') ?? header?.('Opc-Request-Id')
  const optional = {
    request_id: [logContext.requestId, ownRequestId].find(isRequestId),
    claimed_client_id: claimedClientId && printableName(claimedClientId),
    secret: logContext.secret,
    detail: logContext.detail,
    hint: logContext.hint,
    expected: logContext.expected,
    actual: actual === undefined || logLevel !== 'debug' ? undefined : printable(actual),
  }
  return {
    outcome,
    reason,
    issuer: logContext.issuer ?? null,
    client_id: logContext.clientId ?? null,
    token_fingerprint: logContext.tokenFingerprint ?? null,
    backend: logContext.backend ?? null,
    caller_cache: logContext.callerCache ?? 'off',
    back_end_cache: logContext.backendCache ?? 'off',
    duration_ms: Math.round(duration * 10_000) / 10,
    call_id: callId ?? null,
    ...withoutUndefined(optional),
  }
}

function withoutUndefined(record: Readonly<Record<string, LogValue | undefined>>): LogRecord {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as LogRecord
}

/** Identifiers with slashes between them, `customer/trace/span`. The first may be empty. */
const REQUEST_ID = /^[\w.:-]*(\/[\w.:-]+)*$/

const MAX_REQUEST_ID_CHARACTERS = 128

/** Whether it looks like a request ID: a caller may send any `opc-request-id`, even a JWT. */
function isRequestId(text: string | undefined): text is string {
  return (
    text !== undefined &&
    text !== '' &&
    text.length <= MAX_REQUEST_ID_CHARACTERS &&
    REQUEST_ID.test(text) &&
    !text.includes('eyJ')
  )
}
