/**
 * Owns `npm run test:interop`: prepares a Keycloak and runs the tests against it, or says what is
 * missing for that.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readPattern } from '../../scripts/command-line/pattern.ts'
import { exitOnUsageError, readCommandLine } from '../../scripts/command-line/command-line.ts'
import { keycloakVersion, prepareKeycloak } from './keycloak/distribution.ts'
import { missingRequirements } from './keycloak/requirements.ts'

const { operand } = readCommandLine({
  name: 'test:interop',
  about: `Runs the tests against a real Keycloak ${keycloakVersion}, where Java 17 or later and Maven are; elsewhere it says
what is missing. It builds first, and takes a minute or two; the first time longer, for 170 MB to fetch.`,
  options: {},
  operand: {
    name: 'PATTERN',
    meaning: 'a regular expression: only tests whose name it fits',
    isRequired: false,
  },
})
const pattern = operand === undefined ? undefined : exitOnUsageError(() => readPattern(operand))

function inProject(path: string) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

function tell(line: string) {
  process.stdout.write(`${line}\n`)
}

/**
 * Runs jest and all that its tests start in a process group of its own: tests in jest's sandbox hear
 * of no signal, so that what they leave behind, processes and files, is for this process to end.
 */
function runJest(home: string): Promise<number> {
  const temporaryFolder = mkdtempSync(join(tmpdir(), 'interop-'))
  const child = spawn(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      inProject('node_modules/jest/bin/jest.js'),
      ...['--config', inProject('test/interop/jest.config.mjs'), '--runInBand'],
      ...(pattern === undefined ? [] : ['--testNamePattern', pattern.source]),
    ],
    {
      detached: true,
      env: { ...process.env, KEYCLOAK_HOME: home, TMPDIR: temporaryFolder },
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const endGroup = () => {
    endProcessGroup(child.pid)
  }
  process.on('SIGINT', endGroup).on('SIGTERM', endGroup).on('SIGHUP', endGroup)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => {
      endGroup()
      rmSync(temporaryFolder, { recursive: true, force: true })
      resolve(status ?? 1)
    })
  })
}

function endProcessGroup(leader: number | undefined): void {
  try {
    if (leader !== undefined) process.kill(-leader, 'SIGKILL')
  } catch {
    // Nothing is left of it, as it should be.
  }
}

buildFirst()
const missing = missingRequirements()
if (missing.length > 0) {
  tell('NOTICE: the tests against a real Keycloak need what this machine does not have:')
  for (const line of missing) tell(`  - ${line}`)
  tell('Interop with Keycloak was SKIPPED.')
} else {
  const home = await prepareKeycloak(inProject('node_modules/.cache'), tell)
  tell(`starting Keycloak ${keycloakVersion}`)
  process.exitCode = await runJest(home)
}
