/** `npm run test:interop`: runs the tests against a Keycloak, or prints what is missing for that. */
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
  about: `Runs the tests against a real Keycloak ${keycloakVersion}. Without Java 17 or later and Maven, it prints what is
missing. It builds first, and takes a minute or two; the first time longer, as it downloads 170 MB.`,
  options: {},
  operand: {
    name: 'PATTERN',
    meaning: 'a regular expression: only tests whose name matches it',
    isRequired: false,
  },
})
const pattern = operand === undefined ? undefined : exitOnUsageError(() => readPattern(operand))

function inProject(path: string) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

/**
 * Runs Jest in its own process group. Tests do not receive signals, so this process ends the group
 * and removes its files.
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
    // The group has already ended.
  }
}

buildFirst()
const missing = missingRequirements()
if (missing.length > 0) {
  console.log('NOTICE: the tests against a real Keycloak require what this machine does not have:')
  for (const line of missing) console.log(`  - ${line}`)
  console.log('Interop with Keycloak was SKIPPED.')
} else {
  const home = await prepareKeycloak(inProject('node_modules/.cache'), console.log)
  console.log(`starting Keycloak ${keycloakVersion}`)
  process.exitCode = await runJest(home)
}
