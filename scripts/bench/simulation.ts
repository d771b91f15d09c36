/** Models a deployment: the calls that reach the function, its instances, and its requests to identity domains. */

export interface Deployment {
  /** How long the gateway caches a decision: at least 60 seconds, as Oracle documents. */
  readonly decisionSeconds: number
  /** The lifetime of a caller's token; a decision never outlives it. */
  readonly callerTokenSeconds: number
  /** 0: each decision introspects. */
  readonly introspectionCacheSeconds: number
  /** Verifies JWTs by their keys instead of introspection. */
  readonly verifiesJwts: boolean
  /** How long an instance uses a token for the backend. */
  readonly backendTokenSeconds: number
  /** The duration of a decision on a warm and on a new instance. */
  readonly warmSeconds: number
  readonly coldSeconds: number
  /** How long an idle instance is kept. Oracle publishes no figure. */
  readonly idleSeconds: number
}

export interface Arrival {
  /** Seconds since the start. */
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
  /** The average number of instances, idle ones included, from the first call to the last. */
  readonly meanInstances: number
  /** Introspections and token requests in the busiest minute, which a domain's rate limit counts. */
  readonly busiestMinute: number
}

interface Instance {
  readonly startedAt: number
  busyUntil: number
  backendTokenUntil: number
  /** When the cached introspection of each caller's token expires. */
  readonly introspectedUntil: Map<number, number>
}

/** An instance handles one call at a time. The platform prefers the one that was used last. */
export function simulate(deployment: Deployment, arrivals: readonly Arrival[]): Usage {
  const decided = new Map<number, number>()
  let instances: Instance[] = []
  const perMinute = new Map<number, number>()
  const count = { decisions: 0, introspections: 0, tokenRequests: 0, coldStarts: 0 }
  let mostInstances = 0
  let instanceSeconds = 0
  const countRequest = (at: number, kind: 'introspections' | 'tokenRequests'): void => {
    count[kind] += 1
    const minute = Math.floor(at / 60)
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1)
  }

  for (const { at, caller } of arrivals) {
    if ((decided.get(caller) ?? 0) > at) continue
    count.decisions += 1
    const tokenEnds =
      (Math.floor(at / deployment.callerTokenSeconds) + 1) * deployment.callerTokenSeconds
    // The gateway caches a decision for at least a minute, even if the token expires earlier.
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
      introspectedUntil: new Map<number, number>(),
    }
    if (free === undefined) {
      count.coldStarts += 1
      instances.push(instance)
      mostInstances = Math.max(mostInstances, instances.length)
    }
    if (!deployment.verifiesJwts && (instance.introspectedUntil.get(caller) ?? 0) <= at) {
      countRequest(at, 'introspections')
      const until = Math.min(at + deployment.introspectionCacheSeconds, tokenEnds)
      instance.introspectedUntil.set(caller, until)
    }
    if (instance.backendTokenUntil <= at) {
      countRequest(at, 'tokenRequests')
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

/** Calls at random times (a Poisson process), each by a random caller. */
export function arrivalsOf(
  callers: number,
  callsPerSecond: number,
  seconds: number,
  random: () => number,
): readonly Arrival[] {
  const arrivals: Arrival[] = []
  for (let at = 0; ;) {
    at -= Math.log(1 - random()) / callsPerSecond
    if (at >= seconds) return arrivals
    arrivals.push({ at, caller: Math.floor(random() * callers) })
  }
}
