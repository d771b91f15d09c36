/** `npm run check:stack`: prepares what the checks of the stack need and runs them, or says what is missing. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { hasPython, prepareTools } from './tools.ts'

readCommandLine({
  name: 'check:stack',
  about: `Checks the Terraform stack in deploy/stack, and the examples, without Terraform: syntax, the provider's schema,
enumerations, Resource Manager's form, the rendered configuration and specification on the local
gateway. It needs Python 3 with venv, and takes half a minute; the first time longer, for 120 MB to
fetch, which are kept in ~/.cache/oic-gateway-authorizer.`,
  options: {},
})

function inProject(path: string) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url))
}

function tell(line: string) {
  process.stdout.write(`${line}\n`)
}

if (hasPython()) {
  buildFirst()
  prepareTools(tell)
  const { status } = spawnSync(
    process.execPath,
    [
      ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
      inProject('node_modules/jest/bin/jest.js'),
      ...['--config', inProject('test/deploy/jest.config.mjs'), '--runInBand'],
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  process.exitCode = status ?? 1
} else {
  tell('NOTICE: the checks of the Terraform stack need Python 3 with venv.')
  tell('They were SKIPPED.')
}
