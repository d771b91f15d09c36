/**
 * Owns the option by which the function runs on another Node.
 * I/O: asks that one for its version.
 */
import { spawnSync } from 'node:child_process'
import type { Option } from './options.ts'

export const nodeOption: Option<string> = {
  placeholder: 'PATH',
  meaning: 'the Node that runs the function',
  otherwise: process.execPath,
  otherwiseTold: 'this one',
  wanted: 'the path of a Node that runs here',
  read: (path) => {
    const { error, stdout } = spawnSync(path === '' ? '.' : path, ['--version'], {
      encoding: 'utf8',
    })
    return error === undefined && /^v\d/.test(stdout) ? path : undefined
  },
}
