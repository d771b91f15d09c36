/** Compares the model with the local stack. */
import { callEcho, partnersToken } from '../../stack/echo-call.ts'
import { startLocalStack } from '../../stack/local-stack.ts'
import { simulate, type Arrival } from '../bench/simulation.ts'

const CALLERS = 5
const ROUNDS = 6
const SECONDS_APART = 45

/** Sends the same calls, one after the other, to the local gateway and to the model. */
export async function agreesWithStack(): Promise<boolean> {
  let agree = true
  for (const introspectionCacheSeconds of [0, 300]) {
    const stack = await startLocalStack({
      config: {
        introspection_cache_seconds: String(introspectionCacheSeconds),
        max_decision_seconds: '60',
      },
    })
    const tokens: string[] = []
    for (let caller = 0; caller < CALLERS; caller += 1) {
      tokens.push(await partnersToken(stack))
    }
    const arrivals: Arrival[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [caller, token] of tokens.entries()) {
        arrivals.push({ at: round * SECONDS_APART, caller })
        await callEcho(stack, token)
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

    // The clock of the function is not moved, so nothing expires from its caches.
    const kept = introspectionCacheSeconds === 0 ? 0 : Number.POSITIVE_INFINITY
    const model = simulate(
      {
        decisionSeconds: 60,
        callerTokenSeconds: 3600,
        introspectionCacheSeconds: kept,
        verifiesJwts: false,
        backendTokenSeconds: 3600,
        warmSeconds: 0,
        coldSeconds: 0,
        idleSeconds: 300,
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
  console.log(
    agree ? 'The model and the local stack agree.' : 'The model and the local stack differ.',
  )
  return agree
}
