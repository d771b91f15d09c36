/** Runs `doctor` and `explain` as processes. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `input`: undefined leaves standard input open without writing to it. */
export function runCommand(
  command: 'doctor' | 'explain',
  words: readonly string[],
  input: string | undefined,
  environment: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${command}.ts`, ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    printed.stderr += chunk.toString()
    if (input === undefined) child.kill()
  })
  if (input !== undefined) child.stdin.end(input)
  return new Promise((resolve) => {
    child.once('close', (status) => {
      resolve({ status, ...printed })
    })
  })
}
