import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  logConsoleWarnings,
  createLog,
  createOutput,
  LOG_LEVELS,
  type LogLevel,
  type LogRecord,
} from '../../../src/platform/log.ts'
import { StandingClock } from '../support/time.ts'

function logInto(lines: string[], least: LogLevel = 'debug') {
  return createLog(least, new StandingClock(), (line) => lines.push(line))
}

function lineOf(record: LogRecord): string {
  const lines: string[] = []
  logInto(lines)('info', 'decision', record)
  return lines.join()
}

describe('a line of the log', () => {
  it('is one JSON object with its time, its level and its event', () => {
    const line = lineOf({
      outcome: 'deny',
      duration_ms: 1.5,
      issuer: null,
      warned: true,
      list: ['a'],
    })

    expect(line).toMatch(/^\{.*\}\n$/)
    expect(JSON.parse(line)).toStrictEqual({
      time: '2027-01-15T08:00:00.000Z',
      level: 'info',
      event: 'decision',
      outcome: 'deny',
      duration_ms: 1.5,
      issuer: null,
      warned: true,
      list: ['a'],
    })
  })

  it.each([
    ['a line break', 'a\r\n{"event":"decision","outcome":"permit"}\n'],
    ['quotes and backslashes', '"\\"}'],
    ['a NUL and an escape', '\0\u001b[31m'],
    ['half a character', '\ud83d'],
    ['a character beyond the first plane', '😀'],
  ])('stays one line with %s in a value', (_case, value) => {
    const line = lineOf({ client_id: value, list: [value] })

    expect(line.split('\n')).toStrictEqual([expect.any(String) as unknown, ''])
    expect(JSON.parse(line)).toMatchObject({ client_id: value, list: [value] })
  })

  it('is one line of JSON with any values', () => {
    const values = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean())

    fc.assert(
      fc.property(fc.dictionary(fc.string(), values), (record) => {
        const line = lineOf(record)

        expect(line.indexOf('\n')).toBe(line.length - 1)
        expect(JSON.parse(line)).toHaveProperty('time')
      }),
    )
  })

  it.each([
    ['as it is', 512, 'x'.repeat(512)],
    ['cut', 513, `${'x'.repeat(512)}…`],
    ['cut', 100_000, `${'x'.repeat(512)}…`],
  ])('has a value %s that is %d characters long', (_case, length, expected) => {
    const value = 'x'.repeat(length)

    expect(JSON.parse(lineOf({ a: value, b: { c: [value] } }))).toMatchObject({
      a: expected,
      b: { c: [expected] },
    })
  })

  it('is JSON if a value is cut in the middle of a character', () => {
    const line = lineOf({ a: `${'x'.repeat(511)}😀😀` })

    expect(JSON.parse(line)).toHaveProperty('a', `${'x'.repeat(511)}\ud83d…`)
  })
})

describe('the level of the log', () => {
  it.each(LOG_LEVELS.map((least, index) => [least, LOG_LEVELS.slice(index)] as const))(
    'logs from %s on',
    (least, expected) => {
      const lines: string[] = []
      const log = logInto(lines, least)

      for (const level of LOG_LEVELS) log(level, 'event', {})

      expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toStrictEqual(
        expected,
      )
    },
  )
})

describe('warnings of libraries', () => {
  const { warn } = console
  const lines: string[] = []

  beforeEach(() => {
    lines.length = 0
    logConsoleWarnings(logInto(lines))
  })
  afterEach(() => {
    console.warn = warn
  })

  it('become lines of the log, as text only', () => {
    console.warn('something\nis', 'odd', { password: 's3cret' }, new Error('s3cret'), 5)

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      event: 'library_warning',
      text: 'something\nis odd',
    })
    expect(lines[0]).not.toContain('s3cret')
  })

  it.each(['Error in function: x', 'Error 502 : x', 'Request x', 'All retry attempts x'])(
    'that repeat a failure are details: %s',
    (text) => {
      console.warn(text)

      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'debug', text })
    },
  )
})

describe('standard output', () => {
  it('is held until it is released, and keeps its order', () => {
    const printed: string[] = []
    const output = createOutput(true, (line) => printed.push(line))

    for (const line of ['a', 'b']) output.write(line)
    expect(printed).toStrictEqual([])
    output.release()
    output.write('c')
    output.release()

    expect(printed).toStrictEqual(['a', 'b', 'c'])
  })

  it('is not held otherwise', () => {
    const printed: string[] = []
    createOutput(false, (line) => printed.push(line)).write('a')

    expect(printed).toStrictEqual(['a'])
  })
})
