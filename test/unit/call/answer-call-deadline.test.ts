import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import type { Authorize } from '../../../src/authorizer.ts'
import { denial, fault } from '../../../src/decision.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { answerCallWith, inSeconds, PERMIT } from '../support/calls.ts'
import { StandingClock } from '../support/time.ts'

describe('the deadline of a call', () => {
  const remainingOf = async (fnDeadline: Date | undefined): Promise<number | undefined> => {
    let remaining: number | undefined
    const decide: Authorize = (_payload, deadline) => {
      remaining = deadline.remaining()
      return Promise.resolve(PERMIT)
    }
    await answerCallWith(decide, { fnDeadline })
    return remaining
  }
  const never: Authorize = () => new Promise(() => undefined)

  it.each([
    ['half a second before the deadline of Fn', inSeconds(10), 9500],
    ['now, if the deadline of Fn is near', inSeconds(0.4), 0],
    ['now, if the deadline of Fn has passed', inSeconds(-60), 0],
    ['the default without a deadline of Fn', undefined, 29_500],
    ['the default for an invalid deadline of Fn', new Date('soon'), 29_500],
  ])('is %s', async (_case, fnDeadline, expected) => {
    expect(await remainingOf(fnDeadline)).toBe(expected)
  })

  it.each([
    ['a clock that only the test moves', new StandingClock()],
    ['the system clock', systemClock],
  ])('ends a call without a decision: %s', async (_case, clock) => {
    const fnDeadline = new Date(clock.now() * 1000 + 510)
    const { answer, lines } = await answerCallWith(never, { fnDeadline }, clock)

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'deadline_exceeded' }]])
  })

  it('replaces the reason of a fault that it caused', async () => {
    const clock = new StandingClock()
    const logContext = { issuer: 'callers', detail: 'timed_out' }
    const decide = () => {
      clock.advance(60)
      return Promise.resolve(fault('introspection_unavailable', logContext))
    }
    const { lines } = await answerCallWith(decide, {}, clock)

    expect(lines).toMatchObject([
      [
        'error',
        'decision',
        {
          reason: 'deadline_exceeded',
          ...logContext,
          hint: 'The time ran out during: introspection_unavailable.',
        },
      ],
    ])
  })

  it('does not replace the reason of another fault', async () => {
    const invalid = fault('config_invalid', { detail: 'audience' })
    const { lines } = await answerCallWith(invalid, { fnDeadline: inSeconds(0) })

    expect(lines).toMatchObject([['error', 'decision', { reason: 'config_invalid' }]])
  })

  it('does not change a decision', async () => {
    const { answer, lines } = await answerCallWith(denial('token_expired'), {
      fnDeadline: inSeconds(0),
    })

    expect(answer).toMatchObject({ active: false })
    expect(lines).toMatchObject([['info', 'decision', { reason: 'token_expired' }]])
  })

  it.each([60, 30 * 86_400, 10 * 365 * 86_400])(
    'does not end a call if it is %d seconds away',
    async (fnDeadlineSeconds) => {
      const fnDeadline = inSeconds(fnDeadlineSeconds)
      const { answer } = await answerCallWith(() => delay(50, PERMIT), { fnDeadline })

      expect(answer).toMatchObject({ active: true })
    },
  )

  it('ignores a late decision, without a second log line or an exception', async () => {
    let rejectLate: (error: Error) => void = () => undefined
    const authorize = () => new Promise<never>((_resolve, reject) => (rejectLate = reject))
    const { lines } = await answerCallWith(authorize, { fnDeadline: inSeconds(0.51) })

    rejectLate(new Error('late'))
    await new Promise(setImmediate)

    expect(lines).toHaveLength(1)
  })
})
