import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Subject } from './runner.ts'

const FOLDER = 'scripts/bench/references/python'

/**
 * The reference in Python under its own FDK, in a virtual environment that is created once for each
 * list of requirements. Throws where Python or a package is missing.
 */
export function pythonSubject(environment: Subject['environment']): Subject {
  const bin = join(virtualEnvironment(join(FOLDER, 'requirements.txt')), 'bin')
  return {
    command: [join(bin, 'fdk'), resolve(FOLDER, 'func.py'), 'handler'],
    // What the FDK of Python requires of the platform's variables.
    environment: { ...environment, FN_APP_ID: 'bench', FN_FN_ID: 'bench', FN_LOGFRAME_NAME: '' },
    // The FDK logs each request there.
    errors: 'ignore',
  }
}

function virtualEnvironment(requirements: string): string {
  const { XDG_CACHE_HOME: caches = join(homedir(), '.cache') } = process.env
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8)
  const home = join(caches, 'oic-gateway-authorizer', `bench-python-${version}`)
  const complete = join(home, 'complete')
  if (existsSync(complete)) return home
  console.log(`installing the packages of ${requirements} into ${home} (250 MB, once)`)
  rmSync(home, { recursive: true, force: true })
  mkdirSync(home, { recursive: true })
  run('python3', ['-m', 'venv', home])
  const pip = join(home, 'bin', 'pip')
  run(pip, ['install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  writeFileSync(complete, '')
  return home
}

function run(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
