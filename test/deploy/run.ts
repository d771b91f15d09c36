/** `npm run check:stack`: prepares what the checks of the stack need and runs them, or says what is missing. */
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { runJest } from '../support/run-jest.ts'
import { hasPython, prepareTools } from './tools.ts'

readCommandLine({
  name: 'check:stack',
  about: `Checks the Terraform stack in deploy/stack, and the examples, without Terraform: syntax, the provider's schema,
enumerations, Resource Manager's form, the rendered configuration and specification on the local
gateway. It needs Python 3 with venv, and takes half a minute; the first time longer, for 120 MB to
fetch, which are kept in ~/.cache/oic-gateway-authorizer.`,
  options: {},
})

function tell(line: string) {
  process.stdout.write(`${line}\n`)
}

if (hasPython()) {
  buildFirst()
  prepareTools(tell)
  process.exitCode = runJest('test/deploy/jest.config.mjs', ['--runInBand'])
} else {
  tell('NOTICE: the checks of the Terraform stack need Python 3 with venv.')
  tell('They were SKIPPED.')
}
