import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { Ending } from './run-commands.ts'

jest.setTimeout(120_000)

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const { scripts } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as {
  scripts: Readonly<Record<string, string>>
}

/** All commands of the project. `token` has tests of its own. */
const COMMANDS = Object.entries(scripts).flatMap(([name, script]) => {
  const file = /^tsx (\S+)$/.exec(script)?.[1]
  return file === undefined || name === 'token' ? [] : [[name, file] as const]
})

/** Their exit status 2 is a verdict, so that usage errors end with 64, EX_USAGE. */
const DIAGNOSES: readonly string[] = ['explain', 'doctor']

const NO_NODE = [
  ['scripts/bench.ts', '--node', '/no/such/node'],
  ['scripts/soak.ts', '--node', '/bin/false'],
] as const

const LINES = [
  ...COMMANDS.flatMap(([, file]) => [
    [file, '--help'],
    [file, '--colour'],
  ]),
  ...NO_NODE,
]

let endings: ReadonlyMap<string, Ending>
beforeAll(async () => {
  const words = ['--import', 'tsx', 'test/command-line/run-commands.ts', JSON.stringify(LINES)]
  const env = { PATH: process.env['PATH'] ?? '', NODE_NO_WARNINGS: '1' }
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: ROOT, env })
  const ended = JSON.parse(stdout) as Ending[]
  endings = new Map(ended.map((ending, index) => [String(LINES[index]), ending]))
})

it('finds the commands', () => {
  expect(COMMANDS.map(([name]) => name)).toEqual(
    expect.arrayContaining(['build', 'demo', 'soak', 'check-config', 'image', 'test:faults']),
  )
})

describe.each(COMMANDS)('npm run %s', (name, file) => {
  it('prints its help', () => {
    expect(endings.get(String([file, '--help']))).toEqual({
      status: 0,
      stdout: expect.stringMatching(new RegExp(`^npm run ${name}( --|\\n)[^]* {2}--help +shows`)),
      stderr: '',
    })
  })

  it('rejects an unknown option in one line', () => {
    expect(endings.get(String([file, '--colour']))).toEqual({
      status: DIAGNOSES.includes(name) ? 64 : 2,
      stdout: '',
      stderr: 'There is no option --colour: see --help.\n',
    })
  })
})

it.each(NO_NODE)('%s rejects %s %s', (...line) => {
  expect(endings.get(String(line))).toEqual({
    status: 2,
    stdout: '',
    stderr: `--node "${line[2]}" is not valid: give the path of a Node that runs here.\n`,
  })
})
