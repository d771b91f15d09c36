/** Runs a function as the platform does: a process with a socket. */
import { spawn } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'

export interface Subject {
  /** The program and its arguments. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Its standard error. Default `inherit`. */
  readonly errors?: 'inherit' | 'ignore'
}

export interface Running {
  /** From the start of the process until its socket existed. */
  readonly socketMilliseconds: number
  /** `connection`: whether the call opens a new one or reuses the open one. Default `kept`. */
  call(body: string, connection?: 'new' | 'kept'): Promise<Answered>
  /** CPU time of all its threads since the start. */
  cpuMilliseconds(): number
  residentMebibytes(): number
  end(): Promise<void>
}

export interface Answered {
  readonly milliseconds: number
  readonly body: string
}

/** A share of one CPU for the processes in it. */
export interface ControlGroup {
  readonly tasks: string
  remove(): void
}

const CGROUP = '/sys/fs/cgroup/cpu'

/** Control groups, version 1: `share` of one CPU, in the usual periods of 100 ms. */
export function cpuGroup(share: number): ControlGroup | undefined {
  const folder = join(CGROUP, `bench-${process.pid}`)
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, 'cpu.cfs_period_us'), '100000')
    writeFileSync(join(folder, 'cpu.cfs_quota_us'), String(share * 100_000))
  } catch {
    return undefined
  }
  return {
    tasks: join(folder, 'tasks'),
    remove: () => {
      rmdirSync(folder)
    },
  }
}

export async function start(
  { command, environment, errors = 'inherit' }: Subject,
  group?: ControlGroup,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const socketPath = join(folder, 'lsnr.sock')
  const env = {
    ...environment,
    HOME: folder,
    FN_FORMAT: 'http-stream',
    FN_LISTENER: `unix:${socketPath}`,
  }
  // A shell joins the group and then becomes the function; its cost is the same for all subjects.
  const joining = group === undefined ? ':' : `echo $$ > ${group.tasks}`
  const startedAt = performance.now()
  const child = spawn('sh', ['-c', `${joining}; exec "$@"`, 'sh', ...command], {
    env,
    stdio: ['ignore', 'ignore', errors],
  })
  while (lstatSync(socketPath, { throwIfNoEntry: false }) === undefined) {
    if (child.exitCode !== null) {
      throw new Error(`${command.join(' ')} exited with ${child.exitCode}`)
    }
    await delay(1)
  }
  const socketMilliseconds = performance.now() - startedAt
  const kept = new Agent({ keepAlive: true, maxSockets: 1 })
  const process = `/proc/${String(child.pid)}`

  return {
    socketMilliseconds,
    call: (body, connection = 'kept') =>
      callOverSocket(socketPath, body, connection === 'kept' ? kept : false),
    cpuMilliseconds: () => cpuMilliseconds(process),
    residentMebibytes: () => {
      const status = readFileSync(join(process, 'status'), 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
    },
    end: async () => {
      kept.destroy()
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function callOverSocket(socketPath: string, body: string, agent: Agent | false) {
  return new Promise<Answered>((resolve, reject) => {
    const sent = performance.now()
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'fn-deadline': new Date(Date.now() + 15_000).toISOString(),
      'fn-call-id': '01BENCH',
      'fn-intent': 'httprequest',
    }
    const options = { socketPath, agent, method: 'POST', path: '/call', headers }
    const outgoing = request(options, (incoming) => {
      text(incoming).then((body) => {
        resolve({ milliseconds: performance.now() - sent, body })
      }, reject)
    })
    outgoing.on('error', reject).end(body)
  })
}

/** Nanoseconds on a CPU, by thread: the first number in the scheduler's statistics. */
function cpuMilliseconds(process: string): number {
  const tasks = join(process, 'task')
  const times = readdirSync(tasks).map((task) =>
    Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]),
  )
  return times.reduce((sum, time) => sum + time, 0) / 1e6
}
