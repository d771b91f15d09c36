import { describe, expect, it } from '@jest/globals'
import {
  deadlineAt,
  minus,
  earliestOf,
  plus,
  numericDate,
  seconds,
  secondsBetween,
} from '../../../src/platform/clock.ts'
import { START, StandingClock } from '../support/time.ts'

describe('instants', () => {
  it('are moved by seconds and compared', () => {
    expect(plus(numericDate(100), seconds(5))).toBe(105)
    expect(minus(numericDate(100), seconds(5))).toBe(95)
    expect(earliestOf(numericDate(3), numericDate(1), numericDate(2))).toBe(1)
  })

  it('have a signed distance in seconds', () => {
    expect(secondsBetween(numericDate(98.5), numericDate(100))).toBe(1.5)
    expect(secondsBetween(numericDate(130), numericDate(100))).toBe(-30)
  })
})

describe('a deadline', () => {
  it('returns the remaining milliseconds, at least 0', () => {
    const clock = new StandingClock()
    const deadline = deadlineAt(plus(START, seconds(2.5)), clock)

    expect(deadline.remaining()).toBe(2500)
    clock.advance(2)
    expect(deadline.remaining()).toBe(500)
    clock.advance(100)
    expect(deadline.remaining()).toBe(0)
  })
})
