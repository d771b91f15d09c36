/**
 * The entry point: the only file that uses the FDK and the environment. It turns request bytes into a
 * response. For a fault it throws one constant error, which the FDK answers with 502.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { handle } from '@fnproject/fdk'
import type { AnswerCall, Call } from './call/answer-call.ts'
import { asksForDebugging } from './config/checks/environment-warnings.ts'
import { loadCompiledFile } from './platform/compiled-file.ts'
import { dropStandardError } from './platform/log.ts'
import type { start } from './boot/start.ts'

if (asksForDebugging(process.env)) dropStandardError()
// Node writes warnings to standard error as plain text; `boot/start.ts` logs them instead.
process.removeAllListeners('warning')

/**
 * The FDK answers a thrown error with 502, sends its message as the body and logs its stack. This
 * one is constant: it has no cause, and its stack is only its message. So neither the body nor the log
 * has anything about the call.
 */
const CANNOT_DECIDE = new Error('The authorizer could not decide')
CANNOT_DECIDE.stack = `Error: ${CANNOT_DECIDE.message}`

let started: AnswerCall | undefined
function startOnce(): AnswerCall {
  const file = join(__dirname, 'authorizer.js')
  return (started ??= (loadCompiledFile(file) as { start: typeof start }).start(process.env))
}

/** Undefined for a fault or a defect. The error of a defect is dropped: it could contain anything. */
async function answer(call: Call): ReturnType<AnswerCall> {
  try {
    return await startOnce()(call)
  } catch {
    return undefined
  }
}

// A killed instance leaves its socket behind, and the FDK fails to start if it exists.
const socket = /^unix:(.+)$/.exec(process.env['FN_LISTENER'] ?? '')?.[1]
if (socket !== undefined) {
  for (const path of [socket, `${socket}.tmp`]) rmSync(path, { force: true })
}

// With the FDK, only a throw sets an error status, and an undefined result ends the process. In its
// other input modes it decodes each chunk of the body separately, which breaks multi-byte characters.
handle(
  async (payload, context) => {
    const response = await answer({
      payload,
      callId: context.callID ?? undefined,
      header: (name) => context.getHeader(name) ?? undefined,
      fnDeadline: context.deadline ?? undefined,
    })
    if (response === undefined) throw CANNOT_DECIDE
    return response
  },
  { inputMode: 'buffer' },
)

// The platform waits for the socket, so listen first and load the authorizer afterwards.
setImmediate(startOnce)
