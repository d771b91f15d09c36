/**
 * Owns the function on its platform: bytes in, answer out, one constant throw.
 * I/O: the only door to the FDK and to the environment.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { handle } from '@fnproject/fdk'
import type { AnswerCall } from './call/answer-call.ts'
import { asksForDebugging } from './config/checks/environment-warnings.ts'
import { loadCompiledFile } from './platform/compiled-file.ts'
import { dropStandardError } from './platform/log.ts'
import type { start } from './boot/start.ts'

if (asksForDebugging(process.env)) dropStandardError()
// Node would write its warnings to standard error as plain text; `start.ts` has them logged.
process.removeAllListeners('warning')

/**
 * What the FDK turns into a 502, its text into the body and its stack into the log. Constant,
 * without cause and stack, so that neither has anything of the call.
 */
const CANNOT_DECIDE = new Error('The authorizer could not decide')
CANNOT_DECIDE.stack = `Error: ${CANNOT_DECIDE.message}`

let started: AnswerCall | undefined
function startOnce(): AnswerCall {
  const file = join(__dirname, 'authorizer.js')
  return (started ??= (loadCompiledFile(file) as { start: typeof start }).start(process.env))
}

// A killed instance leaves its socket behind, and the FDK fails where it finds one.
const socket = /^unix:(.+)$/.exec(process.env['FN_LISTENER'] ?? '')?.[1]
if (socket !== undefined) {
  for (const path of [socket, `${socket}.tmp`]) rmSync(path, { force: true })
}

// The FDK takes no status but from a throw, and ends the process on an undefined result. It joins
// the chunks of a body as texts in every mode but this one, and so breaks characters.
handle(
  async (payload, context) => {
    const response = await startOnce()({
      payload,
      callId: context.callID ?? undefined,
      fnDeadline: context.deadline ?? undefined,
    })
    if (response === undefined) throw CANNOT_DECIDE
    return response
  },
  { inputMode: 'buffer' },
)

// Once the socket is there: the platform waits for it, and the first call comes while this loads.
setImmediate(startOnce)
