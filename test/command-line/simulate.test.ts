import { describe, expect, it } from '@jest/globals'
import { simulate } from '../../scripts/bench/simulation.ts'
import { parseCommandLine } from '../../scripts/command-line/parse.ts'
import { refuseTooManyCalls, SIMULATE } from '../../scripts/simulate/command.ts'

function valuesOf(...args: readonly string[]) {
  const commandLine = parseCommandLine(SIMULATE, args)
  if (commandLine === 'help') throw new Error('a command line was expected')
  return commandLine.values
}

describe('the options of a simulation', () => {
  it('have defaults', () => {
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
  ])('are rejected: %j', (args, expected) => {
    expect(() => valuesOf(...args)).toThrow(expected)
  })

  it('are limited by the number of calls', () => {
    expect(() => {
      refuseTooManyCalls(valuesOf('--rate', '10000', '--minutes', '16'))
    }).not.toThrow()
    expect(() => {
      refuseTooManyCalls(valuesOf('--rate', '10000', '--minutes', '17'))
    }).toThrow('make 10200000 calls: give fewer, 10000000 at most.')
  })
})

describe('the instances of a simulation', () => {
  const deployment = {
    decisionSeconds: 60,
    callerTokenSeconds: 3600,
    introspectionCacheSeconds: 0,
    verifiesJwts: true,
    backendTokenSeconds: 3000,
    warmSeconds: 0.1,
    coldSeconds: 1,
    idleSeconds: 99,
  }
  const instancesOf = (...arrivals: readonly (readonly [at: number, caller: number])[]) => {
    const calls = arrivals.map(([at, caller]) => ({ at, caller }))
    const { mostInstances, meanInstances } = simulate(deployment, calls)
    return [mostInstances, meanInstances]
  }

  it('are averaged from the first to the last call, including idle ones', () => {
    expect(instancesOf([0, 1], [50, 2])).toEqual([1, 1])
    // Both start at once and end after 100 of 400 s.
    expect(instancesOf([0, 1], [0, 2], [400, 3])).toEqual([2, 0.5])
    // The second ends after 100 s; the first is used again and ends 100 s later.
    expect(instancesOf([0, 1], [0, 2], [90.9, 3], [400, 4])).toEqual([2, expect.closeTo(0.725)])
  })
})
