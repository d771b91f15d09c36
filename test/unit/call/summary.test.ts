import { describe, expect, it } from '@jest/globals'
import { denial, fault, type Decision } from '../../../src/decision.ts'
import type { LogRecord } from '../../../src/platform/log.ts'
import { success } from '../../../src/platform/result.ts'
import { Tally, type RequestKind } from '../../../src/platform/tally.ts'
import type { RateLimitTier } from '../../../src/providers/oci-iam.ts'
import { createSummarize } from '../../../src/call/summary.ts'
import { PERMIT } from '../support/calls.ts'
import { answer } from '../support/http-answers.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

function setUp(tier?: RateLimitTier) {
  const clock = new StandingClock()
  const tally = new Tally()
  const lines: LogRecord[] = []
  const summarize = createSummarize(tally, tier, clock, (_level, _event, record) => {
    lines.push(record)
  })
  const sendRequests = async (
    kind: RequestKind,
    times: number,
    isRateLimited = true,
  ): Promise<void> => {
    const http = tally.counting(
      () => Promise.resolve(success(answer(200, {}))),
      kind,
      () => isRateLimited,
    )
    for (let count = 0; count < times; count += 1) {
      await http({ method: 'GET', url: 'https://x.example', headers: {} }, PLENTY_OF_TIME)
    }
  }
  const decide = (...decisions: readonly Decision[]): void => {
    for (const decision of decisions) summarize(decision)
  }
  return { clock, lines, sendRequests, decide }
}

const HIT = { ...PERMIT, logContext: { callerCache: 'hit', backendCache: 'hit' } } as const
const MISS = { ...PERMIT, logContext: { callerCache: 'miss', backendCache: 'miss' } } as const

describe('the summary', () => {
  it('counts decisions, requests and saved requests since the last summary', async () => {
    const { clock, lines, sendRequests, decide } = setUp()
    await sendRequests('introspection', 3)
    await sendRequests('secret', 2)
    decide(MISS, HIT, HIT, denial('token_inactive'), fault('internal_error'))
    clock.advance(60)
    decide(HIT)

    expect(lines).toStrictEqual([
      {
        seconds: 60,
        decisions: { permit: 4, deny: 1, fault: 1 },
        calls: { introspection: 3, token: 0, keys: 0, discovery: 0, secret: 2 },
        calls_saved: { introspection: 3, token: 3 },
      },
    ])
  })

  it('is written once a minute with the next decision', () => {
    const { clock, lines, decide } = setUp()
    for (let seconds = 0; seconds < 200; seconds += 1) {
      clock.advance(1)
      decide(MISS)
    }

    expect(lines.map(({ seconds, decisions }) => [seconds, decisions])).toStrictEqual(
      [1, 2, 3].map(() => [60, { permit: 60, deny: 0, fault: 0 }]),
    )
  })

  it('is not written without decisions, and has the length of its period', () => {
    const { clock, lines, decide } = setUp()
    clock.advance(3600)
    expect(lines).toStrictEqual([])

    decide(MISS)
    expect(lines).toMatchObject([{ seconds: 3600 }])
  })

  it('has the share of the rate limit if the tier is known', async () => {
    const { clock, lines, sendRequests, decide } = setUp('free')
    await sendRequests('introspection', 60)
    await sendRequests('token', 15)
    await sendRequests('introspection', 40, false)
    clock.advance(120)
    decide(MISS)

    expect(lines).toMatchObject([
      { rate_limit: { tier: 'free', limit_per_minute: 150, calls_per_minute: 37.5, share: 0.25 } },
    ])
  })
})
