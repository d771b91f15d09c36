/**
 * Owns the log's summary: what the last minute's traffic cost its neighbours, and what it did not.
 * I/O: the log that it is given.
 */
import { RATE_LIMITS_PER_MINUTE, type RateLimitTier } from '../config/model.ts'
import type { Decision } from '../decision.ts'
import { later, seconds, secondsUntil, type Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { Tally } from '../platform/tally.ts'

/** Notes a decision, and tells a summary where one is due. */
export type Summarize = (decision: Decision) => void

/** A function has no timers that can be relied on: a summary comes with the first call after this. */
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

  return ({ outcome, circumstances }) => {
    decisions[outcome] += 1
    if (circumstances.callerCache === 'hit') saved.introspection += 1
    if (circumstances.backEndCache === 'hit') saved.token += 1
    const now = clock.now()
    if (now < later(begun, PERIOD)) return

    const span = secondsUntil(now, begun)
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

/** Of this instance alone: all others, and everybody else at the domain, come on top. */
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
