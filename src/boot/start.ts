/**
 * Starts the authorizer from the environment. The build bundles this module separately, and
 * `func.ts` loads it after it listens.
 */
import { createAnswerCall, type AnswerCall } from '../call/answer-call.ts'
import { createPorts } from './compose.ts'
import { readConfig } from '../config/read-config.ts'
import { createConfiguredAuthorizer } from './configured-authorizer.ts'
import { systemClock } from '../platform/clock.ts'
import { removeFetch } from '../platform/fetch-globals.ts'
import {
  createLog,
  createOutput,
  ignoreWriteErrors,
  logConsoleWarnings,
  type Log,
} from '../platform/log.ts'
import { createSummarize } from '../call/summary.ts'

/** Logs the configuration's problems, if any. With problems, each call is answered with a fault. */
export function start(environment: Readonly<Record<string, string | undefined>>): AnswerCall {
  removeFetch()
  const reading = readConfig(environment)
  const { logLevel, rateLimitTier } = reading.settings
  // With log frames, the platform assigns each line to the call that the FDK announced last. It has been
  // seen to lose the lines before the first call (fnproject/fdk-java#245), so they are held until then.
  const output = createOutput(environment['FN_LOGFRAME_NAME'] !== undefined)
  process.once('exit', output.release)
  const log = createLog(logLevel, systemClock, output.write)
  ignoreWriteErrors()
  logProcessEvents(log)
  const region = environment['OCI_RESOURCE_PRINCIPAL_REGION']
  const ports = createPorts(reading.settings, region, systemClock, log)
  const authorize = createConfiguredAuthorizer(reading, ports, log)
  const summarize = createSummarize(ports.tally, rateLimitTier, systemClock, log)
  logConsoleWarnings(log)
  const answerCall = createAnswerCall(authorize, summarize, systemClock, log, logLevel)
  return (call) => {
    output.release()
    return answerCall(call)
  }
}

function logProcessEvents(log: Log): void {
  // Without these handlers, a stray error in a library would end the process and all calls in it.
  const survive = (event: string) => (error: unknown) => {
    log('error', event, { error: error instanceof Error ? error.name : typeof error })
  }
  process.on('unhandledRejection', survive('unhandled_rejection'))
  process.on('uncaughtException', survive('uncaught_exception'))

  // Deprecations concern the developers of this function, not its operators.
  process.on('warning', ({ name, message }) => {
    log(name === 'DeprecationWarning' ? 'debug' : 'warn', 'runtime_warning', { name, message })
  })
}
