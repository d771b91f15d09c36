/** Runs `npm run token` as a process. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

export interface Run {
  /** Resolves with the first match on standard error. */
  printed(pattern: RegExp): Promise<string>
  interrupt(): void
  readonly ended: Promise<Ending>
}

export interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export function runToken(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/token.ts', ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, stdout, stderr })
    })
  })
  return {
    ended,
    interrupt: () => child.kill('SIGINT'),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const listen = (): void => {
          const [, found] = pattern.exec(stderr) ?? []
          if (found === undefined) return
          child.stderr.off('data', listen)
          resolve(found)
        }
        child.stderr.on('data', listen)
        void ended.then(() => {
          reject(new Error(`it ended before it printed ${pattern.source}: ${stderr}`))
        })
        listen()
      }),
  }
}
