/**
 * Owns the proof of which patterns are taken.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { readPattern } from '../../scripts/command-line/pattern.ts'

const NAMES = ['status 200', 'status 502']

describe('a pattern', () => {
  it.each(['', 'status 5', '^status \\d+$'])('is taken where it fits a name: %s', (text) => {
    expect(readPattern(text, NAMES).source).toBe(new RegExp(text).source)
  })

  it('is taken for any where names are not known', () => {
    expect(readPattern('status 6').source).toBe('status 6')
  })

  it.each([
    ['status 6', 'fits nothing: give a part of a name, as "status 200".'],
    ['status (', 'cannot be read: give a regular expression.'],
  ])('is refused: %s', (text, expected) => {
    expect(() => readPattern(text, NAMES)).toThrow(`PATTERN "${text}" ${expected}`)
  })
})
