import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { missingRequirements, ociVersion, prepareOci } from './support/command-line.ts'
import { documentedCommands } from './support/documents.ts'

const { operand } = readCommandLine({
  name: 'test:oci',
  about: `Runs the commands of README.md and docs/ with the real oci ${ociVersion} against a stand-in for Oracle Cloud on
loopback, where Python is; elsewhere it says what is missing. It takes some four minutes, and one more the first time.`,
  options: {},
  operand: {
    name: 'PATTERN',
    meaning: 'a regular expression: only files whose path it fits',
    isRequired: false,
  },
})

function tell(line: string) {
  process.stdout.write(`${line}\n`)
}

function inProject(path: string) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

const missing = missingRequirements()
if (missing.length > 0) {
  tell(
    'NOTICE: running the documented commands with the real oci needs what this machine does not have:',
  )
  for (const line of missing) tell(`  - ${line}`)
  tell('The commands of the documents were SKIPPED.')
} else {
  const oci = prepareOci(tell)
  const folder = mkdtempSync(join(tmpdir(), 'documented-commands-'))
  const log = join(folder, 'commands')
  const child = spawn(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      inProject('node_modules/jest/bin/jest.js'),
      ...['--config', inProject('test/oci/jest.config.mjs')],
      ...(operand === undefined ? [] : [operand]),
    ],
    { env: { ...process.env, OCI_COMMAND: oci, OCI_COMMANDS_RUN: log }, stdio: 'inherit' },
  )
  child.once('close', (status) => {
    process.exitCode = status ?? 1
    const run = new Set(existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [])
    rmSync(folder, { recursive: true, force: true })
    if (operand !== undefined) return
    const missed = [...documentedCommands()].filter((command) => !run.has(command))
    for (const command of missed) tell(`oci ${command}: no test ran it`)
    if (missed.length > 0) process.exitCode = 1
  })
}
