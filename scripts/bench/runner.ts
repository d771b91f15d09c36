/**
 * Owns the run of one function for the benchmark: when it listens, when it has answered, what it
 * weighs.
 * I/O: starts and kills a process, in a control group where that is wanted; talks over its socket.
 */
import { spawn } from 'node:child_process'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Subject {
  readonly entry: string
  readonly environment: Readonly<Record<string, string>>
  readonly nodeArguments: readonly string[]
}

export interface Running {
  /** From the start of the process until its socket was there. */
  readonly socketMilliseconds: number
  /** How long the call took, and what came. */
  call(body: string): Promise<{ readonly milliseconds: number; readonly body: string }>
  /** MiB that are resident now. */
  residentMebibytes(): number
  end(): Promise<void>
}

/** A share of one CPU for the processes in it. */
export interface ControlGroup {
  readonly tasks: string
  remove(): void
}

const CGROUP = '/sys/fs/cgroup/cpu'

/** Control groups, version 1: `share` of one CPU, in periods of 100 ms as platforms have them. */
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
  node: string,
  { entry, environment, nodeArguments }: Subject,
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
  // A shell of its own joins the group, and becomes the function: what it costs all pay alike.
  const joining = group === undefined ? ':' : `echo $$ > ${group.tasks}`
  const begun = performance.now()
  const child = spawn('sh', ['-c', `${joining}; exec "$@"`, 'sh', node, ...nodeArguments, entry], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (lstatSync(socketPath, { throwIfNoEntry: false }) === undefined) {
    if (child.exitCode !== null) throw new Error(`${entry} exited with ${child.exitCode}`)
    await delay(1)
  }
  const socketMilliseconds = performance.now() - begun
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  return {
    socketMilliseconds,
    call: (body) =>
      new Promise((resolve, reject) => {
        const sent = performance.now()
        const headers = {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'fn-deadline': new Date(Date.now() + 15_000).toISOString(),
        }
        const options = { socketPath, agent, method: 'POST', path: '/call', headers }
        const outgoing = request(options, (incoming) => {
          let text = ''
          incoming.setEncoding('utf8')
          incoming.on('data', (chunk: string) => (text += chunk))
          incoming.on('end', () => {
            resolve({ milliseconds: performance.now() - sent, body: text })
          })
        })
        outgoing.on('error', reject).end(body)
      }),
    residentMebibytes: () => {
      const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
    },
    end: async () => {
      agent.destroy()
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.kill('SIGKILL')
      await closed
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
