import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it, jest } from '@jest/globals'

jest.setTimeout(120_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
  scripts: Readonly<Record<string, string>>
}

/** All commands but `token`, whose help has a test of its own. */
const COMMANDS = Object.entries(scripts).flatMap(([name, script]) => {
  const file = /^tsx (\S+)$/.exec(script)?.[1]
  return file === undefined || name === 'token' ? [] : [[name, file] as const]
})

function run(file: string, ...words: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()))
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, ...output })
    })
  })
}

it('finds the commands', () => {
  expect(COMMANDS.map(([name]) => name)).toEqual(
    expect.arrayContaining(['build', 'demo', 'soak', 'check-config', 'test:faults']),
  )
})

it.each(COMMANDS)(
  'npm run %s -- --help prints its help and does nothing else',
  async (name, file) => {
    expect(await run(file, '--help')).toEqual({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`^npm run ${name}( --|\\n)[^]* {2}--help +shows`)),
      stderr: '',
    })
  },
)

// The same module reads each command line; these have different exit statuses for usage errors.
it.each([
  ['check-config', 2],
  ['explain', 64],
  ['doctor', 64],
])(
  'npm run %s rejects an unknown option in one line, with exit status %i',
  async (name, status) => {
    expect(await run(`scripts/${name}.ts`, '--colour')).toEqual({
      status,
      stdout: '',
      stderr: 'There is no option --colour: see --help.\n',
    })
  },
)

it.each([
  ['/no/such/node', 'scripts/bench.ts'],
  ['/bin/false', 'scripts/soak.ts'],
])('rejects --node %s, which does not run', async (path, file) => {
  const { status, stdout, stderr } = await run(file, '--node', path)

  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(`--node "${path}" is not valid: give the path of a Node that runs here.\n`)
})
