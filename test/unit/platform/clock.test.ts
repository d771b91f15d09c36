import { describe, expect, it } from '@jest/globals'
import {
  deadlineAt,
  earlier,
  earliest,
  later,
  numericDate,
  seconds,
  secondsUntil,
} from '../../../src/platform/clock.ts'
import { START, StandingClock } from '../support/time.ts'

describe('instants', () => {
  it('are moved by seconds', () => {
    expect(later(numericDate(100), seconds(5))).toBe(105)
    expect(earlier(numericDate(100), seconds(5))).toBe(95)
    expect(earliest(numericDate(3), numericDate(1), numericDate(2))).toBe(1)
  })

  it('are so far away, and less than nothing once they have passed', () => {
    expect(secondsUntil(numericDate(100), numericDate(98.5))).toBe(1.5)
    expect(secondsUntil(numericDate(100), numericDate(130))).toBe(-30)
  })
})

describe('a deadline', () => {
  it('has the milliseconds left until its instant, at least 0', () => {
    const clock = new StandingClock()
    const deadline = deadlineAt(later(START, seconds(2.5)), clock)

    expect(deadline.remaining()).toBe(2500)
    clock.advance(2)
    expect(deadline.remaining()).toBe(500)
    clock.advance(100)
    expect(deadline.remaining()).toBe(0)
  })
})
