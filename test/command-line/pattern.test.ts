import { describe, expect, it } from '@jest/globals'
import { readPattern } from '../../scripts/command-line/pattern.ts'

const NAMES = ['status 200', 'status 502']

describe('readPattern', () => {
  it.each(['', 'status 5', '^status \\d+$'])('accepts %j, which matches a name', (text) => {
    expect(readPattern(text, NAMES).source).toBe(new RegExp(text).source)
  })

  it('accepts any pattern without names', () => {
    expect(readPattern('status 6').source).toBe('status 6')
  })

  it.each([
    ['status 6', 'matches nothing: give a part of a name, as "status 200".'],
    ['status (', 'is not valid: give a regular expression.'],
  ])('rejects %s', (text, expected) => {
    expect(() => readPattern(text, NAMES)).toThrow(`PATTERN "${text}" ${expected}`)
  })
})
