import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export const ociVersion = '3.95.1'

/** The oldest Python that this version of the CLI installs on. */
const oldestPython = '3.7'

/** What is missing for an `oci` of our own, for a person to read; empty if nothing is. */
export function missingRequirements(): string[] {
  const probe = `import sys, venv, ensurepip; assert sys.version_info >= (${oldestPython.replace('.', ', ')})`
  return spawnSync('python3', ['-c', probe]).status === 0
    ? []
    : [`Python ${oldestPython} or later with venv and pip (python3)`]
}

/** The path of `oci`, in a virtual environment that is made once for each version and user. */
export function prepareOci(tell: (line: string) => void): string {
  const { XDG_CACHE_HOME: caches = join(homedir(), '.cache') } = process.env
  const home = join(caches, 'oic-gateway-authorizer', `oci-cli-${ociVersion}`)
  const complete = join(home, 'complete')
  if (!existsSync(complete)) {
    tell(`installing oci-cli ${ociVersion} into ${home} (800 MB, once)`)
    rmSync(home, { recursive: true, force: true })
    mkdirSync(home, { recursive: true })
    run('python3', ['-m', 'venv', home])
    run(join(home, 'bin', 'pip'), [
      ...['install', '--quiet', '--disable-pip-version-check'],
      `oci-cli==${ociVersion}`,
    ])
    writeFileSync(complete, '')
  }
  return join(home, 'bin', 'oci')
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
