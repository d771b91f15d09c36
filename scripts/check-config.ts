/**
 * `npm run check-config`: what the function would say of a configuration, before anything is
 * deployed. Exit status 1 where it would not work.
 * I/O: reads a file or standard input; writes standard output.
 */
import { readFileSync } from 'node:fs'
import { checkConfig } from './check-config/check-config.ts'
import { readInput } from './check-config/read-input.ts'
import { UsageError } from './command-line/parse.ts'
import { exitOnUsageError, readCommandLine } from './command-line/command-line.ts'

const { operand: file } = readCommandLine({
  name: 'check-config',
  about: `Says what the function would say of a configuration, before anything is deployed: each problem (✗) and
warning (!) with what to do, or what the configuration comes to. Nothing is asked over the network,
and no value is printed with a problem. It takes a second.`,
  options: {},
  operand: {
    name: 'FILE',
    meaning: 'the file with the configuration, or - for standard input',
    isRequired: true,
  },
  more: `The file has one of three forms:
  key=value on each line; lines that are blank or begin with # are passed over
  a flat JSON object of texts, as \`oci fn function get --query data.config\` prints it
  the JSON configuration document with its \`issuers\`, which goes into authorizer_config or a Vault secret

Exit status: 0 without problems, 1 with problems, 2 where there is nothing to check.

Examples
  npm run -s check-config -- deploy/authorizer-config.example.json
  oci fn function get --function-id ocid1.fnfunc.… --query data.config | npm run -s check-config -- -`,
})

function contentOf(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`FILE cannot be read (${code}): give a file, or - for standard input.`)
  }
}

const values = exitOnUsageError(() => readInput(contentOf(file ?? '-')))
const { text, isUsable } = checkConfig(values)
process.stdout.write(text)
process.exitCode = isUsable ? 0 : 1
