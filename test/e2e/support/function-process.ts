/** Runs a built function without an agent: the test sets its socket, files and headers. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { atExit } from '../../../stack/at-exit.ts'
import { collectLines, jsonLines, type LogLine } from '../../../stack/fn/log.ts'
import { readBody } from '../../../stack/listen.ts'
import { verdictOf, type LogRecord } from './outcome.ts'
import { FUNCTION_ENTRY } from './harness.ts'
import { opaqueToken, payloadOf } from './tokens.ts'

/** The single-argument payload with a token. */
export const TOKEN_PAYLOAD = JSON.stringify({
  type: 'TOKEN',
  token: 'Bearer the-token-of-this-test',
})

export type FunctionProcess = Awaited<ReturnType<typeof startFunctionProcess>>

/**
 * Resolves when the function accepts connections. Rejects if it ends before that. The folder of the
 * socket is a new temporary one by default.
 */
export async function startFunctionProcess(
  environment: Readonly<Record<string, string>>,
  { entry = FUNCTION_ENTRY, folder = mkdtempSync(join(tmpdir(), 'fn-')) } = {},
) {
  const socketPath = join(folder, 'lsnr.sock')
  const child = spawn(process.execPath, [entry], {
    cwd: folder,
    env: { ...environment, FN_FORMAT: 'http-stream', FN_LISTENER: `unix:${socketPath}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const forget = atExit(() => child.kill('SIGKILL'))
  const log: LogLine[] = []
  collectLines(child.stdout, log, { instance: 1, stream: 'stdout' })
  collectLines(child.stderr, log, { instance: 1, stream: 'stderr' })
  const closed = once(child, 'close').then(forget)

  /** Ends it as the platform does, and leaves the folder as it is. */
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await closed
  }
  while (!(await acceptsConnections(socketPath))) {
    if (child.exitCode !== null) throw new Error(`the function exited with ${child.exitCode}`)
    await delay(5)
  }
  if (child.pid === undefined) throw new Error('the function has no process')
  const post = async (body: string, headers: OutgoingHttpHeaders = {}) => {
    const answer = await send(socketPath, body, headers)
    // The lines printed before the response are in the pipes: this turn reads them.
    await nextTurn()
    return answer
  }
  /** Calls with the multi-argument payload and these arguments. */
  const callWith = (data: object, headers?: OutgoingHttpHeaders) => post(payloadOf(data), headers)
  /** The log lines of all decisions. */
  const decisions = (): LogRecord[] => jsonLines(log).filter(({ event }) => event === 'decision')
  return {
    pid: child.pid,
    folder,
    log,
    decisions,
    /** Outcome and reason of each decision. */
    verdicts: () => decisions().map(verdictOf),
    /** Closes the pipes of its output. */
    stopReading: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    post,
    callWith,
    /** Calls with this token; by default with a new opaque one. */
    decide: (token = opaqueToken()) => callWith({ token: `Bearer ${token}` }),
    kill,
    /** Ends it and removes the folder. */
    end: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function acceptsConnections(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath)
  const isConnected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isConnected
}

async function send(socketPath: string, body: string, headers: OutgoingHttpHeaders) {
  const outgoing = request({ socketPath, agent: false, method: 'POST', path: '/call', headers })
  outgoing.end(body)
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: incoming.statusCode ?? 0, body: (await readBody(incoming)).toString() }
}
