import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pythonEnvironment } from '../../../scripts/command-line/cached-folder.ts'

export const ociVersion = '3.95.1'

/** The oldest Python that this version of the CLI installs on. */
const oldestPython = '3.7'

/** What this machine lacks for installing `oci`, one line each. */
export function missingRequirements(): string[] {
  const probe = `import sys, venv, ensurepip; assert sys.version_info >= (${oldestPython.replace('.', ', ')})`
  return spawnSync('python3', ['-c', probe]).status === 0
    ? []
    : [`Python ${oldestPython} or later with venv and pip (python3)`]
}

/** The path of `oci`, in a virtual environment that is made once for each version and user. */
export function prepareOci(tell: (line: string) => void): string {
  const packages = [`oci-cli==${ociVersion}`]
  const environment = pythonEnvironment(`python-oci-cli-${ociVersion}`, packages, (folder) => {
    tell(`installing oci-cli ${ociVersion} into ${folder} (800 MB, once)`)
  })
  return join(environment, 'bin', 'oci')
}
