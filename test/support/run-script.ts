/** Runs commands of the project as processes. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ScriptRun {
  readonly ended: Promise<Ending>
  /** Returns the first group of the first match on standard error. */
  waitFor(pattern: RegExp): Promise<string>
  interrupt(): void
}

interface Options {
  readonly input?: string
  /** Keeps standard input open without writing to it. */
  readonly isInputOpen?: boolean
  readonly environment?: Readonly<Record<string, string>>
}

export function startScript(
  name: string,
  args: readonly string[],
  { input = '', isInputOpen = false, environment = {} }: Options = {},
): ScriptRun {
  const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${name}.ts`, ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...environment },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  // A process may end before it has read its input.
  child.stdin.on('error', () => undefined)
  if (!isInputOpen) child.stdin.end(input)
  const ended = new Promise<Ending>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, ...output })
    })
  })
  const waitFor = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const search = (): void => {
        const [, found] = pattern.exec(output.stderr) ?? []
        if (found === undefined) return
        child.stderr.off('data', search)
        resolve(found)
      }
      child.stderr.on('data', search)
      void ended.then(() => {
        reject(new Error(`no match of ${pattern.source} in ${output.stderr}`))
      })
      search()
    })
  return { ended, waitFor, interrupt: () => child.kill('SIGINT') }
}

export function runScript(...parts: Parameters<typeof startScript>): Promise<Ending> {
  return startScript(...parts).ended
}
