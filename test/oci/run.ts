import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { runJest } from '../support/run-jest.ts'
import { missingRequirements, ociVersion, prepareOci } from './support/command-line.ts'
import { documentedCommands } from './support/documents.ts'

const { operand } = readCommandLine({
  name: 'test:oci',
  about: `Runs the commands of README.md and docs/ with the real oci ${ociVersion} against a stand-in for Oracle Cloud on
loopback. It needs Python; without it, it prints what is missing. It takes about four minutes, and another one
the first time.`,
  options: {},
  operand: {
    name: 'PATTERN',
    meaning: 'a regular expression: only files whose path it matches',
    isRequired: false,
  },
})

function tell(line: string) {
  process.stdout.write(`${line}\n`)
}

const missing = missingRequirements()
if (missing.length > 0) {
  tell(
    'NOTICE: this machine does not have the requirements of the documented commands with the real oci:',
  )
  for (const line of missing) tell(`  - ${line}`)
  tell('The commands of the documents were SKIPPED.')
} else {
  const oci = prepareOci(tell)
  const folder = mkdtempSync(join(tmpdir(), 'documented-commands-'))
  const log = join(folder, 'commands')
  const words = operand === undefined ? [] : [operand]
  process.exitCode = runJest('test/oci/jest.config.mjs', words, {
    OCI_COMMAND: oci,
    OCI_COMMANDS_RUN: log,
  })
  const run = new Set(existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [])
  rmSync(folder, { recursive: true, force: true })
  const missed =
    operand === undefined ? [...documentedCommands()].filter((command) => !run.has(command)) : []
  for (const command of missed) tell(`oci ${command}: no test ran it`)
  if (missed.length > 0) process.exitCode = 1
}
