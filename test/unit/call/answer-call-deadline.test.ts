import { describe, expect, it } from '@jest/globals'
import { createAnswerCall } from '../../../src/call/answer-call.ts'
import type { Authorize } from '../../../src/authorizer.ts'
import { denial, fault } from '../../../src/decision.ts'
import { systemClock, type Deadline } from '../../../src/platform/clock.ts'
import { answered, PAYLOAD, PERMIT } from '../support/calls.ts'
import { START, StandingClock } from '../support/time.ts'

describe('the deadline of a call', () => {
  const remainingOf = async (fnDeadline: Date | undefined): Promise<number | undefined> => {
    const deadlines: Deadline[] = []
    const answerCall = createAnswerCall(
      (_payload, deadline) => {
        deadlines.push(deadline)
        return Promise.resolve(PERMIT)
      },
      () => undefined,
      new StandingClock(),
      () => undefined,
    )
    await answerCall({ payload: PAYLOAD, callId: 'call-1', fnDeadline })
    return deadlines[0]?.remaining()
  }
  const never: Authorize = () => new Promise(() => undefined)

  it.each([
    ['half a second before the platform’s', new Date((START + 10) * 1000), 9500],
    ['now, where the platform’s is about to pass', new Date((START + 0.4) * 1000), 0],
    ['now, where the platform’s has passed', new Date((START - 60) * 1000), 0],
    ['that of OCI’s default where there is none', undefined, 29_500],
    ['that of OCI’s default where it cannot be read', new Date('soon'), 29_500],
  ])('is %s', async (_case, fnDeadline, expected) => {
    expect(await remainingOf(fnDeadline)).toBe(expected)
  })

  it('ends a call that would never end', async () => {
    const { answer, lines } = await answered(never, { fnDeadlineSeconds: 0.51 })

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'deadline_exceeded' }]])
  })

  it('ends a call by the wall clock, too', async () => {
    const lines: unknown[] = []
    const answerCall = createAnswerCall(
      never,
      () => undefined,
      systemClock,
      (...line) => lines.push(line),
    )

    const answer = await answerCall({
      payload: PAYLOAD,
      callId: 'call-1',
      fnDeadline: new Date(systemClock.now() * 1000 + 510),
    })

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'deadline_exceeded' }]])
  })

  it('explains a fault that it caused, with what is known', async () => {
    const clock = new StandingClock()
    const { lines } = await answered(
      () => {
        clock.advance(60)
        return Promise.resolve(
          fault('introspection_unavailable', { issuer: 'callers', detail: 'timed_out' }),
        )
      },
      { clock },
    )

    expect(lines).toMatchObject([
      [
        'error',
        'decision',
        { reason: 'deadline_exceeded', issuer: 'callers', detail: 'timed_out' },
      ],
    ])
  })

  it('changes nothing in a decision that was made', async () => {
    const { answer, lines } = await answered(() => Promise.resolve(denial('token_expired')), {
      fnDeadlineSeconds: 0,
    })

    expect(answer).toMatchObject({ active: false })
    expect(lines).toMatchObject([['info', 'decision', { reason: 'token_expired' }]])
  })

  it.each([60, 30 * 86_400, 10 * 365 * 86_400])(
    'does not shorten a call if it is %d seconds away',
    async (fnDeadlineSeconds) => {
      const decidesSoon: Authorize = () =>
        new Promise((resolve) => {
          setTimeout(() => {
            resolve(PERMIT)
          }, 50)
        })

      const { answer } = await answered(decidesSoon, { fnDeadlineSeconds })

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
      { fnDeadlineSeconds: 0.51 },
    )

    decideLate(new Error('late'))
    await new Promise(setImmediate)

    expect(lines).toHaveLength(1)
  })
})
