import { spawnSync } from 'node:child_process'
import type { Option } from './options.ts'

/** For commands that can run the function with another version of Node. */
export const nodeOption: Option<string> = {
  placeholder: 'PATH',
  meaning: 'the Node that executes the function',
  default: process.execPath,
  defaultText: 'this one',
  expected: 'the path of a Node that runs here',
  parse: (path) => {
    const { error, stdout } = spawnSync(path === '' ? '.' : path, ['--version'], {
      encoding: 'utf8',
    })
    return error === undefined && /^v\d/.test(stdout) ? path : undefined
  },
}
