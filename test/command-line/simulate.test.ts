import { describe, expect, it } from '@jest/globals'
import { parseCommandLine } from '../../scripts/command-line/parse.ts'
import { refuseTooManyCalls, SIMULATE } from '../../scripts/simulate/command.ts'

function valuesOf(...words: readonly string[]) {
  const commandLine = parseCommandLine(SIMULATE, words)
  if (commandLine === 'help') throw new Error('a command line was expected')
  return commandLine.values
}

describe('a simulation', () => {
  it('has defaults of a usual deployment', () => {
    expect(valuesOf()).toEqual({
      callers: 100,
      rate: 50,
      minutes: 60,
      'caller-token': 3600,
      'backend-token': 3600,
      decision: 3600,
      idle: 300,
      tier: 'free',
      seed: 1,
      check: false,
    })
  })

  it.each([
    [['--tier', 'gold'], 'free, oracle_apps, oracle_apps_premium, premium, external_user'],
    [['--callers', 'many'], 'a whole number from 1 to 1000000'],
    [['--callers', '0'], 'a whole number from 1 to 1000000'],
    [['--rate', '0'], 'a number from 0.01 to 10000'],
    [['--minutes', '1.5'], 'a whole number from 1 to 1440'],
    [['--caller-token', '30'], 'a whole number from 60 to 2592000'],
    [['--backend-token', '120'], 'a whole number from 180 to 2592000'],
    [['--decision', '59'], 'a whole number from 60 to 3600'],
    [['--idle', '-1'], 'a whole number from 0 to 86400'],
    [['--seed', 'x'], 'a whole number from 0 to 4294967295'],
  ])('rejects %j', (words, expected) => {
    expect(() => valuesOf(...words)).toThrow(expected)
  })

  it('limits the number of calls', () => {
    expect(() => {
      refuseTooManyCalls(valuesOf('--rate', '10000', '--minutes', '16'))
    }).not.toThrow()
    expect(() => {
      refuseTooManyCalls(valuesOf('--rate', '10000', '--minutes', '17'))
    }).toThrow('make 10200000 calls: give fewer, 10000000 at most.')
  })
})
