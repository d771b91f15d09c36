/**
 * The run of a built function without an agent: with the socket, the files and the headers that a
 * test wants.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { request, type OutgoingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { atExit } from '../../../stack/at-exit.ts'
import { collectLines, jsonLines, type LogLine } from '../../../stack/fn/log.ts'
import { readBody } from '../../../stack/listen.ts'
import { payloadOf } from './callers-tokens.ts'
import { verdictOf, type LogRecord } from './outcome.ts'
import { FUNCTION_ENTRY } from './world.ts'

/** The single-argument payload with a token. */
export const TOKEN_PAYLOAD = JSON.stringify({
  type: 'TOKEN',
  token: 'Bearer the-token-of-this-test',
})

interface Answer {
  readonly status: number
  readonly body: string
}

export interface ByHand {
  readonly pid: number
  readonly folder: string
  readonly log: readonly LogLine[]
  decisions(): LogRecord[]
  /** Outcome and reason of each decision. */
  verdicts(): string[]
  /** Nobody reads its log any more. */
  stopReading(): void
  post(body: string, headers?: OutgoingHttpHeaders): Promise<Answer>
  /** The multi-argument payload with these arguments. */
  callWith(data: object, headers?: OutgoingHttpHeaders): Promise<Answer>
  /** Ends it as the platform does, and leaves the folder as it is. */
  kill(): Promise<void>
  /** Ends it and removes the folder. */
  end(): Promise<void>
}

export interface ByHandOptions {
  /** Where the socket lies; a new temporary folder by default. */
  readonly folder?: string
  readonly entry?: string
}

/** Resolves when the function takes connections; rejects when it ends instead. */
export async function startByHand(
  environment: Readonly<Record<string, string>>,
  options: ByHandOptions = {},
): Promise<ByHand> {
  const { entry = FUNCTION_ENTRY, folder = mkdtempSync(join(tmpdir(), 'fn-')) } = options
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

  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await closed
  }
  while (!(await takesConnections(socketPath))) {
    if (child.exitCode !== null) throw new Error(`the function exited with ${child.exitCode}`)
    await delay(5)
  }
  if (child.pid === undefined) throw new Error('the function has no process')
  const post: ByHand['post'] = async (body, headers = {}) => {
    const answer = await send(socketPath, body, headers)
    // What was printed before the answer lies in the pipes by now; this turn reads it.
    await nextTurn()
    return answer
  }
  const decisions = (): LogRecord[] => jsonLines(log).filter(({ event }) => event === 'decision')
  return {
    pid: child.pid,
    folder,
    log,
    decisions,
    verdicts: () => decisions().map(verdictOf),
    stopReading: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    post,
    callWith: (data, headers) => post(payloadOf(data), headers),
    kill,
    end: async () => {
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function takesConnections(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => {
      resolve(false)
    })
  })
}

function send(socketPath: string, body: string, headers: OutgoingHttpHeaders): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, agent: false, method: 'POST', path: '/call', headers })
    outgoing.once('error', reject)
    outgoing.once('response', (incoming) => {
      readBody(incoming).then((bytes) => {
        resolve({ status: incoming.statusCode ?? 0, body: bytes.toString() })
      }, reject)
    })
    outgoing.end(body)
  })
}
