/** `npm run simulate`: models the load that a deployment causes, with and without each cache. */
import { RATE_LIMITS_PER_MINUTE } from '../src/providers/oci-iam.ts'
import { arrivalsOf, simulate, type Arrival, type Deployment } from './bench/simulation.ts'
import { buildFirst } from './command-line/build-first.ts'
import { exitOnUsageError, readCommandLine } from './command-line/command-line.ts'
import { agreesWithStack } from './simulate/agreement.ts'
import { refuseTooManyCalls, SIMULATE } from './simulate/command.ts'
import { seededRandom } from './soak/random.ts'

const { values } = readCommandLine(SIMULATE)
exitOnUsageError(() => {
  refuseTooManyCalls(values)
})

const usual: Deployment = {
  decisionSeconds: values.decision,
  callerTokenSeconds: values['caller-token'],
  introspectionCacheSeconds: 0,
  verifiesJwts: false,
  // Renewed after 80 to 90 per cent of the lifetime above the minimum of two minutes.
  backendTokenSeconds: (values['backend-token'] - 120) * 0.85,
  warmSeconds: 0.06,
  coldSeconds: 1.5,
  idleSeconds: values.idle,
}

const limit = RATE_LIMITS_PER_MINUTE[values.tier]

function summaryOf(name: string, deployment: Deployment, arrivals: readonly Arrival[]): string {
  const usage = simulate(deployment, arrivals)
  return tableRow(name, [
    usage.decisions,
    usage.introspections,
    usage.tokenRequests,
    usage.mostInstances,
    usage.meanInstances.toFixed(1),
    usage.coldStarts,
    usage.busiestMinute,
    `${((usage.busiestMinute / limit) * 100).toFixed(0)} %`,
  ])
}

function tableRow(name: string, cells: readonly (string | number)[]): string {
  return `| ${[name.padEnd(46), ...cells.map((cell) => String(cell).padStart(9))].join(' | ')} |`
}

const HEAD = [
  'decisions',
  'introsp.',
  'tokens',
  'instances',
  'average',
  'cold',
  'busiest',
  'of limit',
]

const LEGEND = `
introsp.    introspections
tokens      requests for a token for Oracle Integration
instances   the most at one time
average     the average number of instances, idle ones included
cold        cold starts
busiest     introspections and token requests in the busiest minute
of limit    its share of the ${limit} requests a minute of tier ${values.tier}`

if (values.check) {
  buildFirst()
  process.exitCode = (await agreesWithStack()) ? 0 : 1
} else {
  const arrivals = arrivalsOf(
    values.callers,
    values.rate,
    values.minutes * 60,
    seededRandom(values.seed),
  )
  console.log(
    `${values.callers} callers, ${values.rate} calls a second, ${values.minutes} minutes: ${arrivals.length} calls`,
  )
  console.log(tableRow('', HEAD))
  const least = { ...usual, decisionSeconds: 60 }
  const variants: readonly (readonly [string, Deployment])[] = [
    ['decision 60 s, a backend token for each call', { ...least, backendTokenSeconds: 0 }],
    ['decision 60 s', least],
    ['decision 60 s, introspection cache 300 s', { ...least, introspectionCacheSeconds: 300 }],
    [`decision ${values.decision} s`, usual],
    ['decision 60 s, JWTs verified', { ...least, verifiesJwts: true }],
    [`decision ${values.decision} s, JWTs verified`, { ...usual, verifiesJwts: true }],
  ]
  for (const [name, deployment] of variants) console.log(summaryOf(name, deployment, arrivals))
  console.log(LEGEND)
}
