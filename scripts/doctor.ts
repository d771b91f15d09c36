/** `npm run doctor`: checks a set-up from the configuration to the route. */
import type { FlatConfiguration } from '../src/config/flat-keys.ts'
import { endpointProblem } from '../src/platform/endpoint.ts'
import { systemClock } from '../src/platform/clock.ts'
import { isRecord, parseJson } from '../stack/json.ts'
import { readDeploymentJson, type GivenDeployment } from './check-config/deployment-input.ts'
import { readInput } from './check-config/read-input.ts'
import { endWith, EX_USAGE, readCommandLine } from './command-line/command-line.ts'
import { file, flag, text } from './command-line/options.ts'
import { UsageError } from './command-line/parse.ts'
import { readFile } from './command-line/read-file.ts'
import { readStandardInput } from './command-line/standard-input.ts'
import type { Check } from './doctor/check.ts'
import { diagnose, type Examination } from './doctor/diagnose.ts'
import { functionsVault } from './doctor/functions-vault.ts'
import { readLiveSetup, usersVault } from './doctor/live.ts'
import { firstFailure, toJsonReport, toLine, toSummary } from './doctor/report.ts'
import { secretsOf } from './doctor/secrets.ts'
import { readToken } from './explain/read-token.ts'
import { readSecrets } from './explain/secrets.ts'
import { toJson } from './explain/shown.ts'
import type { OciApi } from './oci/api.ts'

const { values } = readCommandLine(
  {
    name: 'doctor',
    about: `Checks a set-up, live or local, in the order in which one failure can cause the next: configuration,
secrets, endpoints, clock, keys, introspection, token for the back end, Oracle Integration, deployment,
the caller's token, and the route through the gateway. Each failure has its remedy. It makes the
function's requests with the function's code, prints only fingerprints of tokens and secrets, and
writes nothing to disk.`,
    options: {
      function: startingWith(
        'ocid1.fnfunc.',
        'OCID',
        'reads the configuration of this function and of its application',
      ),
      config: file('the configuration, in any form that check-config accepts'),
      application: file("the application's configuration, which that of the function overrides"),
      secrets: file('the secrets: lines OCID=secret or CLIENT_ID=secret'),
      deployment: {
        ...file("the API deployment's OCID, or a file with its specification or oci's output"),
        placeholder: 'OCID|FILE',
      },
      oic: url('the address of Oracle Integration; default: the host of the scope'),
      gateway: url("the deployment's endpoint; default: that of --deployment, if it has one"),
      route: startingWith('/', '/PATH', 'a route with GET; a valid token reaches the back end'),
      profile: text(
        'NAME',
        'the profile of ~/.oci/config; default: OCI_CLI_PROFILE, or DEFAULT',
        'a name',
      ),
      json: flag('prints one JSON object'),
    },
    more: `It checks a caller's token on standard input, and sends it to the route.

It calls OCI with the identity of the command oci: that of Cloud Shell, of ~/.oci/config
(OCI_CLI_CONFIG_FILE, OCI_CLI_PROFILE, OCI_CLI_REGION, OCI_CLI_AUTH), or a resource principal.

It reads secrets that --secrets does not have from Vault with that identity. Without an identity they
come from CLIENT_SECRET, if there is only one, or from a prompt. If an identity domain refuses a
client, the doctor tries its secret at the configuration's other identity domains of Oracle, to detect
swapped domains.

Exit status: 0 no failure, 1 a failure, 64 wrong usage.

Examples
  npm run -s doctor -- --function ocid1.fnfunc.… --deployment ocid1.apideployment.… < /dev/null
  npm run -s doctor -- --function ocid1.fnfunc.… --deployment ocid1.apideployment.… \\
    --route /echo/hello < token.txt
  oci fn function get --function-id ocid1.fnfunc.… > function.json
  npm run -s doctor -- --config function.json --secrets secrets.env < /dev/null`,
  },
  EX_USAGE,
)

// Oracle's SDK writes to the console; this command writes to the streams.
for (const name of ['debug', 'info', 'log', 'warn'] as const) console[name] = () => undefined

const TOKEN = 'a caller’s token (`< /dev/null` to continue without)'
const hasPrincipal = process.env['OCI_RESOURCE_PRINCIPAL_VERSION'] !== undefined
const NO_IDENTITY =
  'There is no identity for OCI’s API: run this in Cloud Shell, or `oci setup config` first; or give --config and --deployment as files.'

await endWith(examine)

async function examine(): Promise<number> {
  const { function: functionOcid, deployment, oic, route } = values
  const deploymentOcid = deployment?.startsWith('ocid1.') === true ? deployment : undefined
  const ownConfiguration = configurationIn('--config', values.config)
  const applicationConfiguration = configurationIn('--application', values.application)
  if (functionOcid === undefined && ownConfiguration === undefined) {
    throw new UsageError('--config is missing: give a file with the configuration, or --function.')
  }
  if (functionOcid !== undefined && ownConfiguration !== undefined) {
    throw new UsageError('Give either --function or --config, not both.')
  }
  if (functionOcid !== undefined && applicationConfiguration !== undefined) {
    throw new UsageError('--application needs --config: with --function it is read from OCI.')
  }
  const given =
    deployment === undefined || deploymentOcid !== undefined
      ? undefined
      : readDeployment(deployment)
  if (values.gateway !== undefined && route === undefined) {
    throw new UsageError('Give both --gateway and --route, or neither.')
  }
  if (route !== undefined && deploymentOcid === undefined && !(values.gateway ?? given?.endpoint)) {
    throw new UsageError(
      'Give both --gateway and --route, or neither; a deployment by OCID has its own endpoint.',
    )
  }
  const token = process.stdin.isTTY ? undefined : tokenIn(await readStandardInput(TOKEN))
  const api = await findApi(functionOcid !== undefined || deploymentOcid !== undefined)
  const checks: Check[] = []
  const report = (check: Check): void => {
    checks.push(check)
    if (!values.json) process.stdout.write(`${toLine(check)}\n`)
  }
  const parts = { functionOcid, deploymentOcid }
  const live = api === undefined ? undefined : await readLiveSetup(parts, api)
  live?.checks.forEach(report)
  const own = functionOcid === undefined ? ownConfiguration : live?.own
  const application = functionOcid === undefined ? applicationConfiguration : live?.application
  const gateway = values.gateway ?? live?.gateway ?? given?.endpoint
  const examination: Examination = {
    configuration: own,
    application,
    functionOcid,
    secrets: await secretsFor({ ...application, ...own }, api),
    vault: vaultOf(api),
    deployment: live?.deployment ?? given?.specification,
    oic,
    route: gateway === undefined || route === undefined ? undefined : `${gateway}${route}`,
    token,
    clock: systemClock,
  }
  for await (const check of diagnose(examination)) report(check)
  process.stdout.write(values.json ? `${toJson(toJsonReport(checks))}\n` : `${toSummary(checks)}\n`)
  return firstFailure(checks) === undefined ? 0 : 1
}

function configurationIn(name: string, path: string | undefined): FlatConfiguration | undefined {
  return path === undefined ? undefined : readInput(readFile(name, path))
}

/** Undefined without an identity, or if it is not needed. */
async function findApi(isNeeded: boolean): Promise<OciApi | undefined> {
  if (!isNeeded && values.secrets !== undefined) return undefined
  // The SDK takes a second to load.
  const { findIdentity } = await import('./oci/identity.ts')
  const identity = await findIdentity({ profile: values.profile, environment: process.env })
  if (!identity?.ok) {
    if (!isNeeded && values.profile === undefined) return undefined
    throw new UsageError(identity?.error ?? NO_IDENTITY)
  }
  const { createOciApi } = await import('./oci/api.ts')
  return createOciApi(identity.value, process.env['OCI_CLI_ENDPOINT'])
}

/** With an identity, secrets that the file does not have are read from Vault. */
function secretsFor(configuration: FlatConfiguration, api: OciApi | undefined) {
  const isRequired = values.secrets !== undefined || (api === undefined && !hasPrincipal)
  return readSecrets(configuration, values.secrets, isRequired ? secretsOf : () => [])
}

function vaultOf(api: OciApi | undefined): Examination['vault'] {
  if (hasPrincipal) return functionsVault(process.env['OCI_RESOURCE_PRINCIPAL_REGION'])
  return api === undefined ? undefined : usersVault(api)
}

function tokenIn(content: Buffer): string | undefined {
  const token = content.toString('utf8')
  return token.trim() === '' ? undefined : readToken(token)
}

function readDeployment(path: string): GivenDeployment {
  const json = parseJson(readFile('--deployment', path).toString())
  if (!isRecord(json)) {
    throw new UsageError('--deployment is not a JSON object: give the deployment specification.')
  }
  return readDeploymentJson(json) ?? { specification: json, endpoint: undefined }
}

function startingWith(prefix: string, placeholder: string, meaning: string) {
  return text(placeholder, meaning, `a value that begins with ${prefix}`, (value) =>
    value.startsWith(prefix) ? value : undefined,
  )
}

function url(meaning: string) {
  return text('URL', meaning, 'a URL that begins with https://', (value) =>
    endpointProblem(value) === undefined ? value.replace(/\/+$/, '') : undefined,
  )
}
