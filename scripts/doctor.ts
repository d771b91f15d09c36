/** `npm run doctor`: checks a set-up from the configuration to the route. */
import { readFileSync } from 'node:fs'
import { createPorts } from '../src/boot/compose.ts'
import type { Settings } from '../src/config/model.ts'
import { endpointProblem } from '../src/platform/endpoint.ts'
import { systemClock } from '../src/platform/clock.ts'
import type { SecretStore } from '../src/vault/secret-store.ts'
import { readInput } from './check-config/read-input.ts'
import { EX_USAGE, readCommandLine } from './command-line/command-line.ts'
import { file, flag, type Option } from './command-line/options.ts'
import { UsageError } from './command-line/parse.ts'
import type { Check } from './doctor/check.ts'
import { diagnose } from './doctor/diagnose.ts'
import { firstFailure, toJsonReport, toLine, toSummary } from './doctor/report.ts'
import { secretsOf } from './doctor/secrets.ts'
import { readToken } from './explain/read-token.ts'
import { readSecrets } from './explain/secrets.ts'
import { toJson } from './explain/shown.ts'

const { values } = readCommandLine(
  {
    name: 'doctor',
    about: `Checks a set-up, live or local, in the order in which one thing can be the cause of the next:
configuration, secrets, endpoints, clock, keys, introspection, token for the back end, Oracle
Integration, deployment, the caller's token, and the route through the gateway. Each failure has
its remedy. It makes the function's own requests with the function's own code, prints tokens and
secrets as fingerprints only, and writes nothing to disk.`,
    options: {
      config: file('the configuration, in any form that check-config accepts'),
      secrets: file('the secrets: a line OCID=secret or CLIENT_ID=secret each'),
      deployment: file('the API deployment specification, in JSON'),
      oic: url('the address of Oracle Integration; default: the host of the scope'),
      gateway: url("the deployment's endpoint; with --route it is called"),
      route: text('/PATH', 'a route that answers GET; the back end is called with a good token'),
      json: flag('prints one JSON object'),
    },
    more: `A caller's token may come on standard input, to be checked and sent to the route.

Without --secrets, secrets are read from Vault if the environment has a resource principal, as that
of a function or an instance; otherwise from CLIENT_SECRET, if there is only one, or from a prompt.
If an identity domain refuses a client, its secret is tried at the configuration's other identity
domains of Oracle, to recognize swapped domains.

Exit status: 0 no failure, 1 a failure, 64 wrong usage.

Examples
  oci fn function get --function-id ocid1.fnfunc.… > function.json
  npm run -s doctor -- --config function.json --secrets secrets.env < /dev/null
  npm run -s doctor -- --config function.json --secrets secrets.env --deployment api-deployment.json \\
    --gateway https://….apigateway.….oci.customer-oci.com --route /oic/echo/hello < token.txt`,
  },
  EX_USAGE,
)

try {
  process.exitCode = await examine()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = EX_USAGE
}
// Kept connections would delay the end of the process.
process.stdout.write('', () => process.exit())

async function examine(): Promise<number> {
  const { config, secrets, deployment, gateway, route, oic } = values
  if (config === undefined) {
    throw new UsageError('--config is missing: give the file with the configuration.')
  }
  if ((gateway === undefined) !== (route === undefined)) {
    throw new UsageError('Give both --gateway and --route, or neither.')
  }
  const configuration = readInput(readFile('--config', config))
  const specification = deployment === undefined ? undefined : readDeployment(deployment)
  const token = process.stdin.isTTY ? undefined : tokenIn(readFile('standard input', '-'))
  const hasPrincipal = process.env['OCI_RESOURCE_PRINCIPAL_VERSION'] !== undefined
  const examination = {
    configuration,
    secrets: await readSecrets(
      configuration,
      secrets,
      secrets === undefined && hasPrincipal ? () => [] : secretsOf,
    ),
    // The place for Cloud Shell's and ~/.oci/config's credentials: another reader of bundles.
    vault: hasPrincipal ? functionsVault : undefined,
    deployment: specification,
    oic,
    route: gateway === undefined || route === undefined ? undefined : `${gateway}${route}`,
    token,
    clock: systemClock,
  }
  const checks: Check[] = []
  for await (const check of diagnose(examination)) {
    checks.push(check)
    if (!values.json) process.stdout.write(`${toLine(check)}\n`)
  }
  process.stdout.write(values.json ? `${toJson(toJsonReport(checks))}\n` : `${toSummary(checks)}\n`)
  return firstFailure(checks) === undefined ? 0 : 1
}

/** Vault as the function reads it: with the resource principal of the environment. */
function functionsVault(settings: Settings): SecretStore {
  const region = process.env['OCI_RESOURCE_PRINCIPAL_REGION']
  return createPorts(settings, region, systemClock, () => undefined).secrets
}

function tokenIn(content: Buffer): string | undefined {
  const token = content.toString('utf8')
  return token.trim() === '' ? undefined : readToken(token)
}

function readDeployment(path: string): object {
  let json: unknown
  try {
    json = JSON.parse(readFile('--deployment', path).toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  if (typeof json !== 'object' || json === null) {
    throw new UsageError('--deployment is not a JSON object: give the deployment specification.')
  }
  return json
}

function readFile(name: string, path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new UsageError(`${name} cannot be read (${code}).`)
  }
}

function text(placeholder: string, meaning: string): Option<string | undefined> {
  return {
    placeholder,
    meaning,
    default: undefined,
    defaultText: '',
    expected: 'a path that begins with /',
    parse: (value) => (value.startsWith('/') ? value : undefined),
  }
}

function url(meaning: string): Option<string | undefined> {
  return {
    placeholder: 'URL',
    meaning,
    default: undefined,
    defaultText: '',
    expected: 'an address that begins with https://',
    parse: (value) =>
      endpointProblem(value) === undefined ? value.replace(/\/+$/, '') : undefined,
  }
}
