/**
 * Owns the proof that each command tells its help, or in one line what is wrong, before it begins
 * with anything.
 * I/O: starts processes; reads `package.json`.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it, jest } from '@jest/globals'

jest.setTimeout(120_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
  scripts: Readonly<Record<string, string>>
}

/** All that is ours; the token's help goes to standard error, and has a test of its own. */
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
  const told = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (told.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (told.stderr += chunk.toString()))
  return new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => {
      resolve({ status, ...told })
    })
  })
}

it('finds the commands', () => {
  expect(COMMANDS.map(([name]) => name)).toEqual(
    expect.arrayContaining(['build', 'demo', 'soak', 'check-config', 'test:faults']),
  )
})

describe.each(COMMANDS)('npm run %s', (name, file) => {
  let endings: Awaited<ReturnType<typeof run>>[]
  beforeAll(async () => {
    endings = await Promise.all([run(file, '--help'), run(file, '--colour')])
  })

  it('tells its help', () => {
    expect(endings[0]).toEqual({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`^npm run ${name}( --|\\n)[^]* {2}--help +shows`)),
      stderr: '',
    })
  })

  it('refuses an option that it does not have, in one line', () => {
    expect(endings[1]).toEqual({
      // 2 means something else there.
      status: name === 'explain' ? 64 : 2,
      stdout: '',
      stderr: 'There is no option --colour: see --help.\n',
    })
  })
})

it.each([
  ['/no/such/node', 'scripts/bench.ts'],
  ['/bin/false', 'scripts/soak.ts'],
])('no %s runs the function', async (path, file) => {
  const { status, stdout, stderr } = await run(file, '--node', path)

  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(`--node "${path}" is not valid: give the path of a Node that runs here.\n`)
})
