import { describe, expect, it } from '@jest/globals'
import { SingleFlight } from '../../../src/platform/cache.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { deadlineWith, PLENTY_OF_TIME } from '../support/time.ts'

describe('a single flight', () => {
  it('runs once for all concurrent callers, and again afterwards', async () => {
    const flights = new SingleFlight<number, never>()
    let runs = 0
    const work = () => Promise.resolve(success((runs += 1)))

    const together = await Promise.all([
      flights.run('a', PLENTY_OF_TIME, work),
      flights.run('a', PLENTY_OF_TIME, work),
    ])
    const afterwards = await flights.run('a', PLENTY_OF_TIME, work)

    expect([...together, afterwards]).toStrictEqual([1, 1, 2].map(success))
  })

  it('is separate for each key', async () => {
    const flights = new SingleFlight<string, never>()

    const both = await Promise.all(
      ['a', 'b'].map((key) =>
        flights.run(key, PLENTY_OF_TIME, () => Promise.resolve(success(`of ${key}`))),
      ),
    )

    expect(both).toStrictEqual(['of a', 'of b'].map(success))
  })

  it('fails for all who wait, and does not cache the failure', async () => {
    const flights = new SingleFlight<string, never>()
    const broken = () => Promise.reject(new Error('broken'))

    const outcomes = await Promise.allSettled([
      flights.run('a', PLENTY_OF_TIME, broken),
      flights.run('a', PLENTY_OF_TIME, broken),
    ])

    expect(outcomes.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected'])
    const whole = () => Promise.resolve(success('whole'))
    expect(await flights.run('a', PLENTY_OF_TIME, whole)).toStrictEqual(success('whole'))
  })

  it.each([
    ['has time left has a run of its own', 0, 1_000, success('second')],
    ['has none, either, has its failure', 0, 0, failure('first')],
    ['has time left has its failure where it had time, too', 1_000, 1_000, failure('first')],
  ])('that ended with the time of who began it: who %s', async (_case, first, second, expected) => {
    const flights = new SingleFlight<string, string>()
    const begun = flights.run('a', deadlineWith(first), () => Promise.resolve(failure('first')))
    const joined = flights.run('a', deadlineWith(second), () => Promise.resolve(success('second')))

    expect(await begun).toStrictEqual(failure('first'))
    expect(await joined).toStrictEqual(expected)
  })

  it('that succeeded is for all, whosever time is up', async () => {
    const flights = new SingleFlight<string, string>()
    const begun = flights.run('a', deadlineWith(0), () => Promise.resolve(success('first')))
    const joined = flights.run('a', PLENTY_OF_TIME, () => Promise.resolve(success('second')))

    expect(await Promise.all([begun, joined])).toStrictEqual(['first', 'first'].map(success))
  })
})
