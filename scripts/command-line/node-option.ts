import { spawnSync } from 'node:child_process'
import type { Option } from './options.ts'

/** For commands that can run the function on another version of Node. */
export const nodeOption: Option<string> = {
  placeholder: 'PATH',
  meaning: 'the Node that runs the function',
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
