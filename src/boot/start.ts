/**
 * Owns the authorizer's start: from the environment to the answer to calls. The build makes a file
 * of its own of it, which `func.ts` loads once it listens.
 * I/O: listens to the process's own warnings and stray errors; changes the global object.
 */
import { createAnswerCall, type AnswerCall } from '../call/answer-call.ts'
import { createPorts } from './compose.ts'
import { readConfig } from '../config/read-config.ts'
import { createConfiguredAuthorizer } from './configured-authorizer.ts'
import { systemClock } from '../platform/clock.ts'
import { removeFetch } from '../platform/fetch-globals.ts'
import { adoptConsoleWarnings, createLog, outliveReaders, type Log } from '../platform/log.ts'
import { createSummarize } from '../call/summary.ts'

/** Tells what is wrong with the configuration, if anything, and takes calls all the same. */
export function start(environment: Readonly<Record<string, string | undefined>>): AnswerCall {
  removeFetch()
  const reading = readConfig(environment)
  const { logLevel, rateLimitTier } = reading.settings
  const log = createLog(logLevel, systemClock)
  outliveReaders()
  surviveStrayErrors(log)
  const region = environment['OCI_RESOURCE_PRINCIPAL_REGION']
  const ports = createPorts(reading.settings, region, systemClock, log)
  const authorize = createConfiguredAuthorizer(reading, ports, log)
  const summarize = createSummarize(ports.tally, rateLimitTier, systemClock, log)
  adoptConsoleWarnings(log)
  return createAnswerCall(authorize, summarize, systemClock, log)
}

function surviveStrayErrors(log: Log): void {
  // Without these, one stray error of a library would end the process and the calls in it.
  const survive = (event: string) => (error: unknown) => {
    log('error', event, { error: error instanceof Error ? error.name : typeof error })
  }
  process.on('unhandledRejection', survive('unhandled_rejection'))
  process.on('uncaughtException', survive('uncaught_exception'))

  // Deprecations are of libraries, and concern who builds this function, not who runs it.
  process.on('warning', ({ name, message }) => {
    log(name === 'DeprecationWarning' ? 'debug' : 'warn', 'runtime_warning', { name, message })
  })
}
