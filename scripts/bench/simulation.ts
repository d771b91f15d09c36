/**
 * The model of a deployment: which calls reach the function, on how many instances, and what they
 * cost the identity domain.
 */

export interface Deployment {
  /** How long the gateway keeps a decision, in seconds: 60 at least, as Oracle documents. */
  readonly decisionSeconds: number
  /** How long a caller's token lives, in seconds; a decision never outlives it. */
  readonly callerTokenSeconds: number
  /** 0 where each decision asks. */
  readonly introspectionCacheSeconds: number
  /** Whether tokens are verified here, without introspection. */
  readonly verifiesJwts: boolean
  /** How long the backend's token serves an instance, in seconds. */
  readonly backendTokenSeconds: number
  /** How long a decision takes, in seconds: warm, and on an instance that has to be started. */
  readonly warmSeconds: number
  readonly coldSeconds: number
  /** How long an idle instance is kept, in seconds. Oracle publishes no figure. */
  readonly idleSeconds: number
}

export interface Arrival {
  /** Seconds from the beginning. */
  readonly at: number
  readonly caller: number
}

export interface Usage {
  readonly calls: number
  readonly decisions: number
  readonly introspections: number
  readonly tokenRequests: number
  readonly coldStarts: number
  readonly mostInstances: number
  /** Instances at a time on average, idle ones included, from the first call to the last. */
  readonly meanInstances: number
  /** Introspections and token requests in the busiest minute: what a domain's rate limit counts. */
  readonly busiestMinute: number
}

interface Instance {
  readonly startedAt: number
  busyUntil: number
  backendTokenUntil: number
  /** Until when what is known of each caller's token serves. */
  readonly known: Map<number, number>
}

/** Instances take one call at a time, the one that was used last first, as the platform does. */
export function simulate(deployment: Deployment, arrivals: readonly Arrival[]): Usage {
  const decided = new Map<number, number>()
  let instances: Instance[] = []
  const perMinute = new Map<number, number>()
  const count = { decisions: 0, introspections: 0, tokenRequests: 0, coldStarts: 0 }
  let mostInstances = 0
  let instanceSeconds = 0
  const ask = (at: number, kind: 'introspections' | 'tokenRequests'): void => {
    count[kind] += 1
    const minute = Math.floor(at / 60)
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1)
  }

  for (const { at, caller } of arrivals) {
    if ((decided.get(caller) ?? 0) > at) continue
    count.decisions += 1
    const tokenEnds =
      (Math.floor(at / deployment.callerTokenSeconds) + 1) * deployment.callerTokenSeconds
    // The gateway keeps a decision for a minute, however short the token lives.
    const kept = Math.max(60, Math.min(deployment.decisionSeconds, tokenEnds - at))
    decided.set(caller, at + kept)

    instances = instances.filter((one) => {
      const endsAt = one.busyUntil + deployment.idleSeconds
      if (endsAt <= at) instanceSeconds += endsAt - one.startedAt
      return endsAt > at
    })
    const free = instances
      .filter(({ busyUntil }) => busyUntil <= at)
      .sort((one, other) => other.busyUntil - one.busyUntil)[0]
    const instance = free ?? {
      startedAt: at,
      busyUntil: 0,
      backendTokenUntil: 0,
      known: new Map<number, number>(),
    }
    if (free === undefined) {
      count.coldStarts += 1
      instances.push(instance)
      mostInstances = Math.max(mostInstances, instances.length)
    }
    if (!deployment.verifiesJwts && (instance.known.get(caller) ?? 0) <= at) {
      ask(at, 'introspections')
      const until = Math.min(at + deployment.introspectionCacheSeconds, tokenEnds)
      instance.known.set(caller, until)
    }
    if (instance.backendTokenUntil <= at) {
      ask(at, 'tokenRequests')
      instance.backendTokenUntil = at + deployment.backendTokenSeconds
    }
    instance.busyUntil = at + (free === undefined ? deployment.coldSeconds : deployment.warmSeconds)
  }
  const end = arrivals.at(-1)?.at ?? 0
  for (const { startedAt, busyUntil } of instances) {
    instanceSeconds += Math.min(end, busyUntil + deployment.idleSeconds) - startedAt
  }
  return {
    calls: arrivals.length,
    ...count,
    mostInstances,
    meanInstances: instanceSeconds / Math.max(1, end - (arrivals[0]?.at ?? 0)),
    busiestMinute: Math.max(0, ...perMinute.values()),
  }
}

/** Calls that come by chance (a Poisson process), each by any of the callers. */
export function arrivalsOf(
  callers: number,
  callsPerSecond: number,
  seconds: number,
  chance: () => number,
): readonly Arrival[] {
  const arrivals: Arrival[] = []
  for (let at = 0; ;) {
    at -= Math.log(1 - chance()) / callsPerSecond
    if (at >= seconds) return arrivals
    arrivals.push({ at, caller: Math.floor(chance() * callers) })
  }
}
