/** `npm run check:stack`: prepares what the checks of the stack need and runs them, or reports what is missing. */
import { buildFirst } from '../../scripts/command-line/build-first.ts'
import { readCommandLine } from '../../scripts/command-line/command-line.ts'
import { runJest } from '../support/run-jest.ts'
import { hasPython, prepareTools } from './tools.ts'

readCommandLine({
  name: 'check:stack',
  about: `Checks the Terraform stack in deploy/stack, and the examples, without Terraform: syntax, the provider's schema,
enumerations, Resource Manager's form, the rendered configuration and specification on the local
gateway. It needs Python 3 with venv, and takes half a minute; longer the first time, when it downloads 120 MB
and keeps them in ~/.cache/oic-gateway-authorizer.`,
  options: {},
})

function report(line: string) {
  process.stdout.write(`${line}\n`)
}

if (hasPython()) {
  buildFirst()
  prepareTools(report)
  process.exitCode = runJest('test/deploy/jest.config.mjs', ['--runInBand'])
} else {
  report('NOTICE: the checks of the Terraform stack need Python 3 with venv.')
  report('They were SKIPPED.')
}
