/** The `summary` log line: the last minute's decisions, and the requests sent and saved. */
import type { Decision } from '../decision.ts'
import { plus, seconds, secondsBetween, type Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Tally } from '../platform/tally.ts'
import { RATE_LIMITS_PER_MINUTE, type RateLimitTier } from '../providers/oci-iam.ts'

/** Counts a decision, and logs a summary if one is due. */
export type Summarize = (decision: Decision) => void

/** Timers stop while a function is frozen, so the first call after this period logs the summary. */
const PERIOD = seconds(60)

export function createSummarize(
  tally: Tally,
  tier: RateLimitTier | undefined,
  clock: Clock,
  log: Log,
): Summarize {
  let begun = clock.now()
  let decisions = { permit: 0, deny: 0, fault: 0 }
  let saved = { introspection: 0, token: 0 }

  return ({ outcome, logContext }) => {
    decisions[outcome] += 1
    if (logContext.callerCache === 'hit') saved.introspection += 1
    if (logContext.backendCache === 'hit') saved.token += 1
    const now = clock.now()
    if (now < plus(begun, PERIOD)) return

    const span = secondsBetween(begun, now)
    const { calls, rateLimited } = tally.take()
    log('info', 'summary', {
      seconds: Math.round(span),
      decisions,
      calls: { ...calls },
      calls_saved: saved,
      ...(tier === undefined ? {} : { rate_limit: rateLimit(tier, rateLimited, span) }),
    })
    begun = now
    decisions = { permit: 0, deny: 0, fault: 0 }
    saved = { introspection: 0, token: 0 }
  }
}

/** Of this instance only. Other instances and other clients of the domain use the same limit. */
function rateLimit(tier: RateLimitTier, calls: number, span: number) {
  const perMinute = (calls * 60) / span
  const limit = RATE_LIMITS_PER_MINUTE[tier]
  return {
    tier,
    limit_per_minute: limit,
    calls_per_minute: Math.round(perMinute * 10) / 10,
    share: Math.round((perMinute / limit) * 1000) / 1000,
  }
}
