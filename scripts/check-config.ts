/** `npm run check-config`: checks a configuration before it is deployed. */
import { parseJson } from '../stack/json.ts'
import { checkConfig, checkDeploymentAlone } from './check-config/check-config.ts'
import { readDeploymentJson } from './check-config/deployment-input.ts'
import { isDeployment } from './check-config/deployment-specification.ts'
import { readInput } from './check-config/read-input.ts'
import { UsageError } from './command-line/parse.ts'
import { exitOnUsageError, readCommandLine } from './command-line/command-line.ts'
import { text as textOption } from './command-line/options.ts'
import { readFile } from './command-line/read-file.ts'

const { operand: file, values: options } = readCommandLine({
  name: 'check-config',
  about: `Checks a configuration before it is deployed: prints each problem (✗) and warning (!) with its remedy,
and a summary. It reports what the function would report, and what the function cannot detect, such as
placeholders. It makes no network requests, prints no value with a problem, and takes a second.`,
  options: {
    deployment: textOption(
      'FILE',
      'its API deployment specification, in JSON',
      'a file',
      (path) => path,
    ),
  },
  operand: {
    name: 'FILE',
    meaning: 'the file with the configuration, or - for standard input',
    isRequired: true,
  },
  more: `The file has one of these forms:
  key=value on each line; blank lines and lines that begin with # are ignored
  a flat JSON object of strings, as \`oci fn function get --query data.config\` prints it
  the JSON configuration document with its \`issuers\`, for authorizer_config or a Vault secret
  an API deployment specification alone, or the output of \`oci api-gateway deployment get\`

The placeholders of the template deploy/authorizer-config.example.json are reported as problems.

Exit status: 0 without problems, 1 with problems, 2 if there is nothing to check.

Examples
  npm run -s check-config -- authorizer-config.json --deployment api-deployment.json
  oci fn function get --function-id ocid1.fnfunc.… --query data.config | npm run -s check-config -- -`,
})

function read(name: string, path: string): Buffer {
  return readFile(name, path === '-' ? 0 : path, ': give a file, or - for standard input.')
}

function parsed(content: Uint8Array): object | undefined {
  const value = parseJson(new TextDecoder().decode(content))
  return typeof value === 'object' && value !== null ? value : undefined
}

function readDeployment(path: string): object {
  const json = parsed(read('--deployment', path))
  if (json === undefined) throw new UsageError('--deployment is not a JSON object.')
  return readDeploymentJson(json)?.specification ?? json
}

const { text, isUsable } = exitOnUsageError(() => {
  const content = read('FILE', file ?? '-')
  const json = parsed(content)
  const alone = readDeploymentJson(json)?.specification ?? json
  if (alone !== undefined && isDeployment(alone)) return checkDeploymentAlone(alone)
  const deployment =
    options.deployment === undefined ? undefined : readDeployment(options.deployment)
  return checkConfig(readInput(content), deployment)
})
process.stdout.write(text)
process.exitCode = isUsable ? 0 : 1
