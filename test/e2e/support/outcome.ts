import { readLogLines } from '../../../scripts/explain/log-lines.ts'
import { explainLine } from '../../../scripts/explain/log-report.ts'
import type { InvokeResult } from '../../../stack/fn-agent.ts'

export type LogRecord = Readonly<Record<string, unknown>>

export interface Outcome {
  /** Outcome and reason of the decision, as in `deny token_missing`. */
  readonly verdict: string
  /** The verdict and the detail in the log, if there is one. */
  readonly detailedVerdict: string
  /** The response to the gateway; undefined after a fault. */
  readonly answer: LogRecord | undefined
  /** The value for the backend's `Authorization`; empty unless the call is permitted. */
  readonly backEndToken: string
  /** The log line of the decision. */
  readonly line: LogRecord
}

/** The response to every fault. */
const FAULT_BODY = {
  message: 'Exception in function, consult logs for details',
  detail: 'Error: The authorizer could not decide',
}

/** Throws unless the log has one decision of the call, and the response agrees with it. */
export function readOutcome(result: InvokeResult, log: readonly LogRecord[]): Outcome {
  const { callId, container } = result
  const decisions = log.filter((line) => line['event'] === 'decision' && line['call_id'] === callId)
  const [line] = decisions
  if (container === undefined) throw new Error(`the function did not respond: ${result.status}`)
  if (line === undefined || decisions.length > 1) {
    throw new Error(`${decisions.length} decisions were logged for one call`)
  }
  const verdict = verdictOf(line)
  const detailedVerdict = detailedVerdictOf(line)
  // `npm run explain -- --log` must explain every reason that a test causes.
  const [explained] = readLogLines(JSON.stringify(line)).flatMap(explainLine)
  const isExplained = verdict === 'permit permitted' || explained?.responsible !== null
  if (explained?.reason !== line['reason'] || !isExplained) {
    throw new Error(`${verdict} is not explained`)
  }
  const body = JSON.parse(container.body.toString()) as LogRecord

  if (container.status === 200) {
    const answered = body['active'] === true ? 'permit' : body['active'] === false ? 'deny' : '?'
    if (answered !== line['outcome'])
      throw new Error(`the log has ${verdict}, the response ${answered}`)
    const { back_end_token: backEndToken = '' } = body['context'] as Record<string, string>
    return { verdict, detailedVerdict, answer: body, backEndToken, line }
  }
  if (container.status !== 502 || result.status !== 502 || line['outcome'] !== 'fault') {
    throw new Error(`the log has ${verdict}, the status is ${container.status}`)
  }
  if (JSON.stringify(body) !== JSON.stringify(FAULT_BODY)) {
    throw new Error(`the body of a fault is ${container.body.toString()}`)
  }
  return { verdict, detailedVerdict, answer: undefined, backEndToken: '', line }
}

/** Outcome and reason in a decision's line, as in `deny token_missing`. */
export function verdictOf(line: LogRecord | undefined): string {
  return `${String(line?.['outcome'])} ${String(line?.['reason'])}`
}

/** The verdict and the detail, if there is one. */
export function detailedVerdictOf(line: LogRecord | undefined): string {
  const detail = line?.['detail']
  return typeof detail === 'string' ? `${verdictOf(line)} ${detail}` : verdictOf(line)
}
