import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pythonEnvironment } from '../command-line/cached-folder.ts'
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
    // Python's FDK requires these variables of the platform.
    environment: { ...environment, FN_APP_ID: 'bench', FN_FN_ID: 'bench', FN_LOGFRAME_NAME: '' },
    // The FDK logs each request there.
    errors: 'ignore',
  }
}

function virtualEnvironment(requirements: string): string {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 8)
  return pythonEnvironment(`python-bench-${version}`, ['-r', requirements], (folder) => {
    console.log(`installing the packages of ${requirements} into ${folder} (250 MB, once)`)
  })
}
