/** An instance of a function: its process and its socket. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atExit } from '../at-exit.ts'
import { postCall, type Call, type CallOutcome } from './call.ts'
import { functionEnvironment, type EnvironmentOptions } from './environment.ts'
import { collectLines, type LogLine } from './log.ts'

export type InstanceState = 'starting' | 'idle' | 'busy' | 'frozen' | 'ended'

export interface InstanceView {
  /** Counted from 1 per function. */
  readonly number: number
  readonly pid: number | undefined
  readonly state: InstanceState
  /** Set when the process ended by itself. */
  readonly exitCode: number | null
  /** Set when a signal ended the process: SIGKILL is the agent's. */
  readonly signal: NodeJS.Signals | null
}

export interface InstanceOptions extends Omit<
  EnvironmentOptions,
  'listener' | 'home' | 'logFrame'
> {
  number: number
  node: string
  nodeArguments: readonly string[]
  entry: string
  initTimeoutSeconds: number
}

export interface Instance extends InstanceView {
  /** The result of the start. A ready instance is busy with the call for which it was started. */
  readonly started: Promise<'ready' | 'exited' | 'timed_out'>
  /** Reserves the instance for a call. A frozen instance is thawed, like Fn does. */
  take(): void
  /** Makes it available for the next call. */
  release(): void
  call(call: Call): Promise<CallOutcome>
  freeze(): void
  thaw(): void
  /** Sends SIGKILL, like Fn. Resolves when the process has ended and its output was read. */
  end(): Promise<void>
}

/** `sun_path` of a unix socket on Linux without its final zero; the FDK appends `.tmp` at first. */
const longestSocketPathBytes = 107
const pollMilliseconds = 5

export function startInstance(options: InstanceOptions, log: LogLine[]): Instance {
  const folder = mkdtempSync(join(tmpdir(), 'fn-'))
  const listener = join(folder, 'lsnr.sock')
  if (Buffer.byteLength(`${listener}.tmp`) > longestSocketPathBytes) {
    rmSync(folder, { recursive: true })
    throw new Error('the temporary folder has too long a path for a unix socket; set TMPDIR')
  }
  const logFrame = randomBytes(13).toString('hex').toUpperCase()
  const child = spawn(options.node, [...options.nodeArguments, options.entry], {
    cwd: dirname(options.entry),
    env: functionEnvironment({ ...options, listener, home: folder, logFrame }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { number } = options
  collectLines(child.stdout, log, { instance: number, stream: 'stdout' }, logFrame)
  collectLines(child.stderr, log, { instance: number, stream: 'stderr' }, logFrame)

  let state: InstanceState = 'starting'
  const removeFolder = () => {
    rmSync(folder, { recursive: true, force: true })
  }
  const forget = atExit(() => {
    child.kill('SIGKILL')
    removeFolder()
  })
  child.once('error', (error) => {
    log.push({ instance: number, stream: 'stderr', line: error.message })
  })
  child.once('exit', () => {
    state = 'ended'
  })
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => {
      state = 'ended'
      forget()
      removeFolder()
      resolve()
    })
  })

  async function waitForSocket(): Promise<'ready' | 'exited' | 'timed_out'> {
    const deadline = performance.now() + options.initTimeoutSeconds * 1000
    // The FDK creates the symlink when the socket listens.
    while (lstatSync(listener, { throwIfNoEntry: false }) === undefined) {
      if (state === 'ended') return 'exited'
      if (performance.now() > deadline) return 'timed_out'
      await delay(pollMilliseconds)
    }
    if (state === 'starting') state = 'busy'
    return 'ready'
  }

  function thaw(): void {
    if (state !== 'frozen') return
    child.kill('SIGCONT')
    state = 'idle'
  }

  return {
    number,
    pid: child.pid,
    get state() {
      return state
    },
    get exitCode() {
      return child.exitCode
    },
    get signal() {
      return child.signalCode
    },
    started: waitForSocket(),
    take: () => {
      thaw()
      if (state === 'idle') state = 'busy'
    },
    release: () => {
      if (state === 'busy') state = 'idle'
    },
    call: (call) => postCall(listener, call),
    freeze: () => {
      if (state !== 'idle') return
      child.kill('SIGSTOP')
      state = 'frozen'
    },
    thaw,
    end: async () => {
      child.kill('SIGKILL')
      await closed
    },
  }
}
