import { describe, expect, it } from '@jest/globals'
import { Backoff } from '../../../src/platform/backoff.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { StandingClock } from '../support/time.ts'

const PLAN = { failuresBeforePause: 1, first: seconds(2), longest: seconds(10) }

function createBackoff(chance = 1) {
  const clock = new StandingClock()
  const backoff = new Backoff(PLAN, clock, () => chance)
  /** Advances the clock in steps of 0.5 s until the pause is over, and returns its duration. */
  const pause = (): number => {
    let span = 0
    for (; !backoff.isOver; span += 0.5) clock.advance(0.5)
    return span
  }
  const fail = (times: number): void => {
    for (let failures = 0; failures < times; failures += 1) backoff.failed()
  }
  return { backoff, clock, pause, fail }
}

describe('a pause after failures', () => {
  it('does not exist before the first failure', () => {
    expect(createBackoff().backoff.isOver).toBe(true)
  })

  it('doubles with each failure, up to the longest', () => {
    const { backoff, pause } = createBackoff()
    const pauses = Array.from({ length: 6 }, () => {
      backoff.failed()
      return pause()
    })

    expect(pauses).toStrictEqual([0, 2, 4, 8, 10, 10])
  })

  it.each([
    [0, 1],
    [0.5, 1.5],
    [1, 2],
  ])('is shorter by chance: %d changes 2 s to %d s', (chance, expected) => {
    const { pause, fail } = createBackoff(chance)
    fail(2)

    expect(pause()).toBe(expected)
  })

  it('is no longer than the last failure permits', () => {
    const { backoff, pause } = createBackoff()
    const pauses = [10, 10, 3, 3, 10].map((longest) => {
      backoff.failed(seconds(longest))
      return pause()
    })

    expect(pauses).toStrictEqual([0, 2, 3, 3, 10])
  })

  it('starts again with each attempt', () => {
    const { backoff, clock, pause } = createBackoff()
    backoff.tried()
    backoff.failed()
    backoff.tried()
    expect(pause()).toBe(0)

    backoff.failed()
    expect(pause()).toBe(2)
    backoff.tried()
    clock.advance(0.5)
    expect(backoff.isOver).toBe(false)
    expect(pause()).toBe(1.5)
  })

  it('is reset long after the last pause', () => {
    const { backoff, clock, pause, fail } = createBackoff()
    fail(5)
    pause()
    clock.advance(10)
    backoff.failed()

    expect(pause()).toBe(0)
  })

  it('is over if the clock was set back', () => {
    const { backoff, clock, fail } = createBackoff()
    clock.advance(3_600)
    fail(2)
    expect(backoff.isOver).toBe(false)

    clock.advance(-1)
    expect(backoff.isOver).toBe(true)
  })

  it('continues soon after the last pause', () => {
    const { backoff, clock, pause, fail } = createBackoff()
    fail(3)
    pause()
    clock.advance(9)
    backoff.failed()

    expect(pause()).toBe(8)
  })
})
