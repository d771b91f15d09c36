import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import type { Authorize } from '../../../src/authorizer.ts'
import { denial, fault } from '../../../src/decision.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { answered, inSeconds, PERMIT } from '../support/calls.ts'
import { StandingClock } from '../support/time.ts'

describe('the deadline of a call', () => {
  const remainingOf = async (fnDeadline: Date | undefined): Promise<number | undefined> => {
    let remaining: number | undefined
    const decide: Authorize = (_payload, deadline) => {
      remaining = deadline.remaining()
      return Promise.resolve(PERMIT)
    }
    await answered(decide, { fnDeadline })
    return remaining
  }
  const never: Authorize = () => new Promise(() => undefined)

  it.each([
    ['half a second before the platform’s', inSeconds(10), 9500],
    ['now, where the platform’s is about to pass', inSeconds(0.4), 0],
    ['now, where the platform’s has passed', inSeconds(-60), 0],
    ['that of OCI’s default where there is none', undefined, 29_500],
    ['that of OCI’s default where it cannot be read', new Date('soon'), 29_500],
  ])('is %s', async (_case, fnDeadline, expected) => {
    expect(await remainingOf(fnDeadline)).toBe(expected)
  })

  it('ends a call that would never end', async () => {
    const { answer, lines } = await answered(never, { fnDeadline: inSeconds(0.51) })

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'deadline_exceeded' }]])
  })

  it('ends a call by the wall clock, too', async () => {
    const fnDeadline = new Date(systemClock.now() * 1000 + 510)
    const { answer, lines } = await answered(never, { fnDeadline }, systemClock)

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'deadline_exceeded' }]])
  })

  it('explains a fault that it caused, with what is known', async () => {
    const clock = new StandingClock()
    const decide = () => {
      clock.advance(60)
      return Promise.resolve(
        fault('introspection_unavailable', { issuer: 'callers', detail: 'timed_out' }),
      )
    }
    const { lines } = await answered(decide, {}, clock)

    expect(lines).toMatchObject([
      [
        'error',
        'decision',
        { reason: 'deadline_exceeded', issuer: 'callers', detail: 'timed_out' },
      ],
    ])
  })

  it('changes nothing in a decision that was made', async () => {
    const { answer, lines } = await answered(denial('token_expired'), {
      fnDeadline: inSeconds(0),
    })

    expect(answer).toMatchObject({ active: false })
    expect(lines).toMatchObject([['info', 'decision', { reason: 'token_expired' }]])
  })

  it.each([60, 30 * 86_400, 10 * 365 * 86_400])(
    'does not shorten a call if it is %d seconds away',
    async (fnDeadlineSeconds) => {
      const decidesSoon: Authorize = () => delay(50, PERMIT)
      const fnDeadline = inSeconds(fnDeadlineSeconds)

      const { answer } = await answered(decidesSoon, { fnDeadline })

      expect(answer).toMatchObject({ active: true })
    },
  )

  it('ignores a decision that comes too late, without a second line or an exception', async () => {
    let decideLate: (error: Error) => void = () => undefined
    const { lines } = await answered(
      () =>
        new Promise((_resolve, reject) => {
          decideLate = reject
        }),
      { fnDeadline: inSeconds(0.51) },
    )

    decideLate(new Error('late'))
    await new Promise(setImmediate)

    expect(lines).toHaveLength(1)
  })
})
