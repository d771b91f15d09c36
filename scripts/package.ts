/** `npm run package`: the Terraform stack as a zip for Resource Manager, `dist/oic-authorizer-stack.zip`. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readCommandLine } from './command-line/command-line.ts'

readCommandLine({
  name: 'package',
  about: `Writes dist/oic-authorizer-stack.zip: the Terraform stack and its form, for Resource Manager. It contains
only the committed files of deploy/stack, and needs git.`,
  options: {},
})

const project = fileURLToPath(new URL('..', import.meta.url))
const file = 'dist/oic-authorizer-stack.zip'
mkdirSync(`${project}/dist`, { recursive: true })
rmSync(`${project}/${file}`, { force: true })
// Resource Manager requires the files at the root of the zip.
const { status } = spawnSync('git', ['archive', '--format=zip', '-o', file, 'HEAD:deploy/stack'], {
  cwd: project,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (status === 0) process.stdout.write(`${file}\n`)
process.exitCode = status ?? 1
