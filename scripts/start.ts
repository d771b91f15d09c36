/** `npm start`: keeps the local stack running until Ctrl-C and prints how to call it. */
import { DeploymentError } from '../stack/gateway/deployment.ts'
import { parseJson } from '../stack/json.ts'
import { planConfiguration, type OwnConfiguration } from '../stack/own-configuration.ts'
import { planDeployment, type OwnDeployment } from '../stack/own-deployment.ts'
import { buildFirst } from './command-line/build-first.ts'
import { exitOnUsageError, readCommandLine } from './command-line/command-line.ts'
import { file, wholeNumber } from './command-line/options.ts'
import { UsageError } from './command-line/parse.ts'
import { readFile } from './command-line/read-file.ts'
import { describeConsole, describeOwn, describeStack } from './start/describe.ts'
import { readConfiguration, startConsoleStack, type ConsoleStack } from './start/console-stack.ts'

const FIRST_PORT = 8460

const { values } = readCommandLine({
  name: 'start',
  about: `Runs the local stack until Ctrl-C: gateway, function, identity providers, Vault and Oracle Integration,
all on loopback, and prints how to call it. It builds first, which takes some seconds.`,
  options: {
    config: file('your own configuration, in any form that check-config accepts'),
    deployment: file('your own API deployment specification, mounted at /own'),
    port: wholeNumber('port of the gateway; the other servers have the next ones', {
      min: 1024,
      max: 65_500,
      default: FIRST_PORT,
    }),
  },
  more: `It replaces real providers of the configuration and back ends of the specification by stand-ins on
loopback, and prints which. It reports problems of a configuration like check-config, and starts with it,
so that each call shows the fault. It replaces a port that is in use by a free one.

Examples
  npm start
  npm start -- --config deploy/authorizer-config.example.json
  npm start -- --config my-config.env --deployment my-deployment.json --port 9000`,
})

function readOwnConfiguration(path: string): { own: OwnConfiguration; report: string } {
  const { values: given, check } = readConfiguration(readFile('--config: the file', path))
  const report = check.isUsable
    ? check.text
    : `${check.text}The stack starts with it, to show the fault.\n`
  return { own: planConfiguration(given), report }
}

function readOwnDeployment(path: string): OwnDeployment {
  const json = parseJson(readFile('--deployment: the file', path).toString())
  if (json !== undefined) return planDeployment(json)
  throw new UsageError('--deployment: the file is not JSON. Give the deployment specification.')
}

const { configuration, deployment } = exitOnUsageError(() => ({
  configuration: values.config === undefined ? undefined : readOwnConfiguration(values.config),
  deployment: values.deployment === undefined ? undefined : readOwnDeployment(values.deployment),
}))
if (configuration !== undefined) console.log(`${values.config ?? ''}:\n${configuration.report}`)

console.error('Building dist/ …')
buildFirst()

let started: ConsoleStack
try {
  started = await startConsoleStack({
    ownConfiguration: configuration?.own,
    ownDeployment: deployment,
    firstPort: values.port,
    onStart: (part) => {
      console.error(`Starting ${part} …`)
    },
  })
} catch (error) {
  // The platform rejects the configuration, or the gateway the specification.
  if (!(error instanceof Error) || !isRefusal(error)) throw error
  console.error(error.message)
  process.exit(1)
}

function isRefusal(error: Error): boolean {
  return error instanceof DeploymentError || error.message.includes('configuration')
}

const { stack, webConsole } = started
console.log(describeOwn(stack, configuration?.own, deployment))
console.log(describeStack(stack, values.port, started))
console.log(describeConsole(webConsole))

let shown = 0
const follow = setInterval(() => {
  for (const { line } of stack.authorizer.log.slice(shown)) console.log(line)
  shown = stack.authorizer.log.length
}, 200)

function end(): void {
  clearInterval(follow)
  void started.close().then(() => process.exit(0))
}
process.once('SIGINT', end)
process.once('SIGTERM', end)
