import { describe, expect, it } from '@jest/globals'
import { SingleFlight } from '../../../src/platform/cache.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { deadlineWith, PLENTY_OF_TIME } from '../support/time.ts'

describe('SingleFlight', () => {
  it('runs once for concurrent calls, and again afterwards', async () => {
    const flights = new SingleFlight<number, never>()
    let runs = 0
    const work = () => Promise.resolve(success((runs += 1)))

    const concurrent = await Promise.all([
      flights.run('a', PLENTY_OF_TIME, work),
      flights.run('a', PLENTY_OF_TIME, work),
    ])
    const later = await flights.run('a', PLENTY_OF_TIME, work)

    expect([...concurrent, later]).toStrictEqual([1, 1, 2].map(success))
  })

  it('runs separately for each key', async () => {
    const flights = new SingleFlight<string, never>()

    const both = await Promise.all(
      ['a', 'b'].map((key) =>
        flights.run(key, PLENTY_OF_TIME, () => Promise.resolve(success(`of ${key}`))),
      ),
    )

    expect(both).toStrictEqual(['of a', 'of b'].map(success))
  })

  it('rejects all concurrent calls, and does not cache the rejection', async () => {
    const flights = new SingleFlight<string, never>()
    const fail = () => Promise.reject(new Error('broken'))

    const outcomes = await Promise.allSettled([
      flights.run('a', PLENTY_OF_TIME, fail),
      flights.run('a', PLENTY_OF_TIME, fail),
    ])

    expect(outcomes.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected'])
    const succeed = () => Promise.resolve(success('later'))
    expect(await flights.run('a', PLENTY_OF_TIME, succeed)).toStrictEqual(success('later'))
  })

  it.each([
    ['runs again if only the first call has no time left', 0, 1_000, success('second')],
    ['returns the failure if neither call has time left', 0, 0, failure('first')],
    ['returns the failure if both calls have time left', 1_000, 1_000, failure('first')],
  ])('%s', async (_case, first, second, expected) => {
    const flights = new SingleFlight<string, string>()
    const starting = flights.run('a', deadlineWith(first), () => Promise.resolve(failure('first')))
    const joined = flights.run('a', deadlineWith(second), () => Promise.resolve(success('second')))

    expect(await starting).toStrictEqual(failure('first'))
    expect(await joined).toStrictEqual(expected)
  })

  it('returns a success to all calls, even if the first one has no time left', async () => {
    const flights = new SingleFlight<string, string>()
    const starting = flights.run('a', deadlineWith(0), () => Promise.resolve(success('first')))
    const joined = flights.run('a', PLENTY_OF_TIME, () => Promise.resolve(success('second')))

    expect(await Promise.all([starting, joined])).toStrictEqual(['first', 'first'].map(success))
  })
})
