/**
 * Owns the function on its platform: bytes in, answer out, one constant throw.
 * I/O: the only door to the FDK, to the environment and to the process.
 */
import { rmSync } from 'node:fs'
import { handle } from '@fnproject/fdk'
import { createAnswerCall } from './answer-call.ts'
import { createWorld } from './compose.ts'
import { readConfig } from './config/read-config.ts'
import { asksForDebugging } from './config/surroundings.ts'
import { createConfiguredAuthorizer } from './configured-authorizer.ts'
import { systemClock } from './platform/clock.ts'
import { createSummarize } from './summary.ts'
import { adoptConsoleWarnings, createLog, dropStandardError } from './platform/log.ts'

if (asksForDebugging(process.env)) dropStandardError()

const reading = readConfig(process.env)
const log = createLog(reading.settings.logLevel, systemClock)
const world = createWorld(
  reading.settings,
  process.env['OCI_RESOURCE_PRINCIPAL_REGION'],
  systemClock,
  log,
)
const authorize = createConfiguredAuthorizer(reading, world, log)
const summarize = createSummarize(world.tally, reading.settings.rateLimitTier, systemClock, log)
const answerCall = createAnswerCall(authorize, summarize, systemClock, log)

/**
 * What the FDK turns into a 502, its text into the body and its stack into the log. Constant,
 * without cause and stack, so that neither has anything of the call.
 */
const CANNOT_DECIDE = new Error('The authorizer could not decide')
CANNOT_DECIDE.stack = `Error: ${CANNOT_DECIDE.message}`

// Without these, one stray error of a library would end the process and the calls in it.
const survive = (event: string) => (error: unknown) => {
  log('error', event, { error: error instanceof Error ? error.name : typeof error })
}
process.on('unhandledRejection', survive('unhandled_rejection'))
process.on('uncaughtException', survive('uncaught_exception'))

// Node would write its warnings to standard error as plain text. Deprecations are of libraries, and
// concern who builds this function, not who runs it.
process.removeAllListeners('warning')
process.on('warning', ({ name, message }) => {
  log(name === 'DeprecationWarning' ? 'debug' : 'warn', 'runtime_warning', { name, message })
})

// A killed instance leaves its socket behind, and the FDK fails where it finds one.
const socket = /^unix:(.+)$/.exec(process.env['FN_LISTENER'] ?? '')?.[1]
if (socket !== undefined) {
  for (const path of [socket, `${socket}.tmp`]) rmSync(path, { force: true })
}

// The FDK takes no status but from a throw, and ends the process on an undefined result. It joins
// the chunks of a body as texts in every mode but this one, and so breaks characters.
handle(
  async (payload, context) => {
    const response = await answerCall({
      payload,
      callId: context.callID ?? undefined,
      fnDeadline: context.deadline ?? undefined,
    })
    if (response === undefined) throw CANNOT_DECIDE
    return response
  },
  { inputMode: 'buffer' },
)
adoptConsoleWarnings(log)
