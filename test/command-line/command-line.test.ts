/**
 * Owns the proof of how commands read their line: values and defaults, help, and one line for what
 * is wrong.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { choice, decimalNumber, flag, wholeNumber } from '../../scripts/command-line/options.ts'
import { helpOf, readOrder, UsageError } from '../../scripts/command-line/read.ts'

const COMMAND = {
  name: 'paint',
  about: 'Paints a fence. It takes an afternoon.',
  options: {
    coats: wholeNumber('coats of paint', { least: 1, most: 9, otherwise: 2 }),
    boards: wholeNumber('boards', { least: 20, most: 100, otherwise: 40, step: 20 }),
    'dry-hours': decimalNumber('hours between coats', { least: 0.5, most: 48, otherwise: 2.5 }),
    colour: choice('what it becomes', ['red', 'green'], 'green'),
    quick: flag('one side alone'),
  },
  operand: { name: 'FENCE', meaning: 'the fence', isRequired: false },
  more: 'Mind the dog.',
} as const

const DEFAULTS = { coats: 2, boards: 40, 'dry-hours': 2.5, colour: 'green', quick: false }

function read(...words: readonly string[]) {
  return readOrder(COMMAND, words)
}

function messageOf(run: () => unknown): string {
  try {
    run()
    return 'taken'
  } catch (error) {
    return error instanceof UsageError ? error.message : 'another error'
  }
}

describe('an order', () => {
  it('has the defaults where nothing is said', () => {
    expect(read()).toEqual({ values: DEFAULTS, operand: undefined })
  })

  it('has what is said, the last word of it', () => {
    const words = ['--coats', '9', '--coats=1', '--dry-hours', '0.5', 'north', '--quick']

    expect(read(...words, '--boards', '100', '--colour', 'red')).toEqual({
      values: { coats: 1, boards: 100, 'dry-hours': 0.5, colour: 'red', quick: true },
      operand: 'north',
    })
  })

  it.each([['--help'], ['-h'], ['--colour', 'blue', '--help']])('is for help: %s', (...words) => {
    expect(read(...words)).toBe('help')
  })

  it('takes what follows -- for the operand', () => {
    expect(read('--', '--quick')).toEqual({ values: DEFAULTS, operand: '--quick' })
  })
})

describe('what is wrong', () => {
  it.each([
    [['--coats', 'many'], '--coats takes no "many": give a whole number from 1 to 9.'],
    [['--coats', '0'], '--coats takes no "0": give a whole number from 1 to 9.'],
    [['--coats', '10'], '--coats takes no "10": give a whole number from 1 to 9.'],
    [['--coats', '1.5'], '--coats takes no "1.5": give a whole number from 1 to 9.'],
    [['--coats', '-5'], '--coats takes no "-5": give a whole number from 1 to 9.'],
    [['--coats', '--quick'], '--coats takes no "--quick": give a whole number from 1 to 9.'],
    [['--coats', '1\n2'], '--coats takes no "1\\n2": give a whole number from 1 to 9.'],
    [['--coats='], '--coats takes no "": give a whole number from 1 to 9.'],
    [['--coats'], '--coats lacks its value: give a whole number from 1 to 9.'],
    [['--boards', '50'], '--boards takes no "50": give a multiple of 20 from 20 to 100.'],
    [['--dry-hours', '0.4'], '--dry-hours takes no "0.4": give a number from 0.5 to 48.'],
    [['--dry-hours', '1e1'], '--dry-hours takes no "1e1": give a number from 0.5 to 48.'],
    [['--colour', 'blue'], '--colour takes no "blue": give one of red, green.'],
    [['--quick=yes'], '--quick takes no "yes": give no value.'],
    [['--slow'], 'There is no option --slow: see --help.'],
    [['--no-quick'], 'There is no option --no-quick: see --help.'],
    [['--constructor'], 'There is no option --constructor: see --help.'],
    [['-x'], 'There is no option -x: see --help.'],
    [['north', 'south'], '"south" is too much: give one FENCE.'],
  ])('is said in one line, with what is wanted: %j', (words, expected) => {
    expect(messageOf(() => read(...words))).toBe(expected)
  })

  it('is any word where there is no operand', () => {
    const bare = { name: 'paint', about: 'Paints.', options: {} }

    expect(messageOf(() => readOrder(bare, ['north']))).toBe(
      '"north" is too much: give options alone.',
    )
  })

  it('is no word where one has to be', () => {
    const operand = { ...COMMAND.operand, isRequired: true }

    expect(messageOf(() => readOrder({ ...COMMAND, operand }, []))).toBe(
      'FENCE is missing: give the fence.',
    )
  })
})

describe('the help', () => {
  it('tells all that can be said', () => {
    expect(helpOf(COMMAND)).toBe(`npm run paint -- [options] [FENCE]

Paints a fence. It takes an afternoon.

  FENCE           the fence
  --coats N       coats of paint; default 2
  --boards N      boards; default 40
  --dry-hours N   hours between coats; default 2.5
  --colour NAME   what it becomes: red, green; default green
  --quick         one side alone
  --help          shows this

Mind the dog.
`)
  })

  it('is short where there is nothing to say', () => {
    expect(helpOf({ name: 'paint', about: 'Paints.', options: {} })).toBe(
      'npm run paint\n\nPaints.\n\n  --help   shows this\n',
    )
  })
})
