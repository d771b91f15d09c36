/**
 * `npm run simulate`: how many instances, introspections and token requests a deployment causes, with
 * and without each cache, against an identity domain's rate limit. `--check` runs the local stack
 * beside the model and compares. Exit status 1 where both differ.
 * I/O: writes standard output; with `--check` starts the local stack.
 */
import { parseArgs } from 'node:util'
import { RATE_LIMITS_PER_MINUTE } from '../src/config/model.ts'
import { API_AUDIENCE } from '../test/stack/cast.ts'
import { PATH_PREFIXES, startLocalStack } from '../test/stack/local-stack.ts'
import { arrivalsOf, simulate, type Arrival, type Deployment } from './bench/simulation.ts'
import { seededChance } from './soak/chance.ts'

const { values } = parseArgs({
  options: {
    callers: { type: 'string', default: '100' },
    rate: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '60' },
    'caller-token': { type: 'string', default: '3600' },
    'backend-token': { type: 'string', default: '3600' },
    decision: { type: 'string', default: '3600' },
    idle: { type: 'string', default: '300' },
    tier: { type: 'string', default: 'free' },
    seed: { type: 'string', default: '1' },
    check: { type: 'boolean', default: false },
  },
})
const number = (name: Exclude<keyof typeof values, 'check'>): number => Number(values[name])

const usual: Deployment = {
  decisionSeconds: number('decision'),
  callerTokenSeconds: number('caller-token'),
  introspectionCacheSeconds: 0,
  verifiesJwts: false,
  // Renewed at 80 to 90 per cent of what is left above the minimum of two minutes.
  backendTokenSeconds: (number('backend-token') - 120) * 0.85,
  warmSeconds: 0.06,
  coldSeconds: 1.5,
  idleSeconds: number('idle'),
}

const told = (name: string, deployment: Deployment, arrivals: readonly Arrival[]): string => {
  const usage = simulate(deployment, arrivals)
  const limit = (RATE_LIMITS_PER_MINUTE as Readonly<Record<string, number>>)[values.tier]
  const share =
    limit === undefined ? '' : `${((usage.busiestMinute / limit) * 100).toFixed(0)} % of ${limit}`
  const cells = [
    usage.decisions,
    usage.introspections,
    usage.tokenRequests,
    usage.mostInstances,
    usage.coldStarts,
    usage.busiestMinute,
    share,
  ]
  return `| ${[name.padEnd(46), ...cells.map((cell) => String(cell).padStart(9))].join(' | ')} |`
}

if (values.check) process.exitCode = (await checkAgainstStack()) ? 0 : 1
else {
  const arrivals = arrivalsOf(
    number('callers'),
    number('rate'),
    number('minutes') * 60,
    seededChance(number('seed')),
  )
  console.log(
    `${values.callers} callers, ${values.rate} calls a second, ${values.minutes} minutes: ${arrivals.length} calls`,
  )
  const head = ['decisions', 'introsp.', 'tokens', 'instances', 'cold', 'busiest', 'of limit']
  console.log(`| ${[''.padEnd(46), ...head.map((title) => title.padStart(9))].join(' | ')} |`)
  const least = { ...usual, decisionSeconds: 60 }
  const NO_CACHE = { ...least, backendTokenSeconds: 0 }
  console.log(told('decision 60 s, a backend token for each call', NO_CACHE, arrivals))
  console.log(told('decision 60 s', least, arrivals))
  console.log(
    told(
      'decision 60 s, introspection cache 300 s',
      { ...least, introspectionCacheSeconds: 300 },
      arrivals,
    ),
  )
  console.log(told(`decision ${values.decision} s`, usual, arrivals))
  console.log(told('decision 60 s, JWTs verified', { ...least, verifiesJwts: true }, arrivals))
  console.log(
    told(
      `decision ${values.decision} s, JWTs verified`,
      { ...usual, verifiesJwts: true },
      arrivals,
    ),
  )
}

/** The same calls, one after the other, through the local gateway and through the model. */
async function checkAgainstStack(): Promise<boolean> {
  const CALLERS = 5
  const ROUNDS = 6
  const SECONDS_APART = 45
  let agree = true
  for (const introspectionCacheSeconds of [0, 300]) {
    const stack = await startLocalStack({
      config: {
        introspection_cache_seconds: String(introspectionCacheSeconds),
        max_decision_seconds: '60',
      },
    })
    const scope = `${API_AUDIENCE}echo:invoke`
    const tokens: string[] = []
    for (let caller = 0; caller < CALLERS; caller += 1) {
      tokens.push(await stack.requestCallerToken(stack.cast.partnerA, scope))
    }
    const arrivals: Arrival[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [caller, token] of tokens.entries()) {
        arrivals.push({ at: round * SECONDS_APART, caller })
        const headers = { authorization: `Bearer ${token}` }
        const url = `${stack.gateway.url}${PATH_PREFIXES.multiArgument}/echo/hello`
        await (await fetch(url, { headers })).arrayBuffer()
      }
      stack.gatewayClock.advanceSeconds(SECONDS_APART)
    }
    const lines = stack.authorizer.jsonLog().filter(({ event }) => event === 'decision')
    const seen = {
      decisions: lines.length,
      introspections: lines.filter((line) => line['caller_cache'] !== 'hit').length,
      tokenRequests: lines.filter((line) => line['back_end_cache'] === 'miss').length,
      instances: stack.authorizer.instances.length,
    }
    await stack.close()

    // The function's own time stands nearly still meanwhile: its caches outlive the run.
    const kept = introspectionCacheSeconds === 0 ? 0 : Number.POSITIVE_INFINITY
    const model = simulate(
      {
        ...usual,
        decisionSeconds: 60,
        introspectionCacheSeconds: kept,
        warmSeconds: 0,
        coldSeconds: 0,
      },
      arrivals,
    )
    const expected = {
      decisions: model.decisions,
      introspections: model.introspections,
      tokenRequests: model.tokenRequests,
      instances: model.mostInstances,
    }
    const same = JSON.stringify(seen) === JSON.stringify(expected)
    agree &&= same
    console.log(`introspection cache ${introspectionCacheSeconds} s, ${arrivals.length} calls`)
    console.log(`  model       ${JSON.stringify(expected)}`)
    console.log(`  local stack ${JSON.stringify(seen)}${same ? '' : '  differs'}`)
  }
  return agree
}
