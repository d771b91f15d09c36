import { describe, expect, it } from '@jest/globals'
import { choice, decimalNumber, flag, wholeNumber } from '../../scripts/command-line/options.ts'
import { helpText, parseCommandLine } from '../../scripts/command-line/parse.ts'
import { usageErrorOf } from './usage-error.ts'

const COMMAND = {
  name: 'paint',
  about: 'Paints a fence. It takes an afternoon.',
  options: {
    coats: wholeNumber('coats of paint', { min: 1, max: 9, default: 2 }),
    boards: wholeNumber('boards', { min: 20, max: 100, default: 40, step: 20 }),
    'dry-hours': decimalNumber('hours between coats', { min: 0.5, max: 48, default: 2.5 }),
    colour: choice('colour', ['red', 'green'], 'green'),
    quick: flag('only one side'),
  },
  operand: { name: 'FENCE', meaning: 'the fence', isRequired: false },
  more: 'Mind the dog.',
} as const

const DEFAULTS = { coats: 2, boards: 40, 'dry-hours': 2.5, colour: 'green', quick: false }

function parse(...args: readonly string[]) {
  return parseCommandLine(COMMAND, args)
}

describe('parseCommandLine', () => {
  it('uses the defaults', () => {
    expect(parse()).toEqual({ values: DEFAULTS, operand: undefined })
  })

  it('uses the last value of each option', () => {
    const args = ['--coats', '9', '--coats=1', '--dry-hours', '0.5', 'north', '--quick']

    expect(parse(...args, '--boards', '100', '--colour', 'red')).toEqual({
      values: { coats: 1, boards: 100, 'dry-hours': 0.5, colour: 'red', quick: true },
      operand: 'north',
    })
  })

  it.each([['--help'], ['-h'], ['--colour', 'blue', '--help']])('returns help: %s', (...args) => {
    expect(parse(...args)).toBe('help')
  })

  it('reads the argument after -- as the operand', () => {
    expect(parse('--', '--quick')).toEqual({ values: DEFAULTS, operand: '--quick' })
  })
})

describe('a usage error', () => {
  it.each([
    [['--coats', 'many'], '--coats "many" is not valid: give a whole number from 1 to 9.'],
    [['--coats', '0'], '--coats "0" is not valid: give a whole number from 1 to 9.'],
    [['--coats', '10'], '--coats "10" is not valid: give a whole number from 1 to 9.'],
    [['--coats', '1.5'], '--coats "1.5" is not valid: give a whole number from 1 to 9.'],
    [['--coats', '-5'], '--coats "-5" is not valid: give a whole number from 1 to 9.'],
    [['--coats', '--quick'], '--coats "--quick" is not valid: give a whole number from 1 to 9.'],
    [['--coats', '1\n2'], '--coats "1\\n2" is not valid: give a whole number from 1 to 9.'],
    [['--coats='], '--coats "" is not valid: give a whole number from 1 to 9.'],
    [['--coats'], '--coats needs a value: give a whole number from 1 to 9.'],
    [['--boards', '50'], '--boards "50" is not valid: give a multiple of 20 from 20 to 100.'],
    [['--dry-hours', '0.4'], '--dry-hours "0.4" is not valid: give a number from 0.5 to 48.'],
    [['--dry-hours', '1e1'], '--dry-hours "1e1" is not valid: give a number from 0.5 to 48.'],
    [['--colour', 'blue'], '--colour "blue" is not valid: give one of red, green.'],
    [['--quick=yes'], '--quick "yes" is not valid: give no value.'],
    [['--slow'], 'There is no option --slow: see --help.'],
    [['--no-quick'], 'There is no option --no-quick: see --help.'],
    [['--constructor'], 'There is no option --constructor: see --help.'],
    [['-x'], 'There is no option -x: see --help.'],
    [['north', 'south'], '"south" is one argument too many: give one FENCE.'],
  ])('is one line with the expected value: %j', (args, expected) => {
    expect(usageErrorOf(() => parse(...args))).toBe(expected)
  })

  it('is thrown for an unexpected operand', () => {
    const command = { name: 'paint', about: 'Paints.', options: {} }

    expect(usageErrorOf(() => parseCommandLine(command, ['north']))).toBe(
      '"north" is one argument too many: give only options.',
    )
  })

  it('is thrown for a missing operand', () => {
    const operand = { ...COMMAND.operand, isRequired: true }

    expect(usageErrorOf(() => parseCommandLine({ ...COMMAND, operand }, []))).toBe(
      'FENCE is missing: give the fence.',
    )
  })
})

describe('helpText', () => {
  it('lists all options', () => {
    expect(helpText(COMMAND)).toBe(`npm run paint -- [options] [FENCE]

Paints a fence. It takes an afternoon.

  FENCE           the fence
  --coats N       coats of paint; default 2
  --boards N      boards; default 40
  --dry-hours N   hours between coats; default 2.5
  --colour NAME   colour: red, green; default green
  --quick         only one side
  --help          shows this

Mind the dog.
`)
  })

  it('is short without options', () => {
    expect(helpText({ name: 'paint', about: 'Paints.', options: {} })).toBe(
      'npm run paint\n\nPaints.\n\n  --help   shows this\n',
    )
  })
})
