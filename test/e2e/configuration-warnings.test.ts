import { describe, expect, it } from '@jest/globals'
import { coldStart, keysIn } from './support/cold-starts.ts'
import { documentWith, introspectingIssuer, REQUIRED_KEYS } from './support/configurations.ts'
import { startTestWorld } from './support/test-world.ts'
import type { ConfigChanges } from './support/world.ts'

const world = await startTestWorld()

describe('a configuration with warnings', () => {
  it('has a warning about unknown keys', async () => {
    const keys = [
      'back_end_scopes',
      'idcs_introspection_endpont',
      'introspection_cache_second',
      'clients',
      'my_own_key',
      'AUDIENCE',
      'Back_End_Scope',
    ]
    const changes = Object.fromEntries(keys.map((key) => [key, 'x']))
    const { verdict, warnings } = await coldStart(world, changes)
    expect([verdict, warnings]).toEqual(['permit permitted', keys.sort()])
  })

  it('has no warning about variables of the platform', async () => {
    const { warnings } = await coldStart(world, { PATH: '/usr/bin', LANG: 'C' })
    expect(warnings).toEqual([])
  })

  it('has a warning at every cold start if the audience is not checked', async () => {
    for (let start = 0; start < 2; start += 1) {
      expect((await coldStart(world, { audience: 'any' })).warnings).toEqual(['audience'])
    }
  })

  it.each<[string, ConfigChanges, unknown[]]>([
    ['as an error without `allowed_clients`', {}, ['error']],
    ['as a warning with them', { allowed_clients: 'partner-a' }, ['warn']],
    [
      'beside a warning that is an error',
      { allowed_clients: 'partner-a', my_key: 'x' },
      ['error', 'warn'],
    ],
  ])('is logged %s', async (_case, changes, levels) => {
    await world.start({ audience: 'any', ...changes })
    expect(await world.verdict()).toBe('permit permitted')
    const warnings = world.logged('config_warning')
    expect(warnings.map(({ level }) => level)).toEqual(levels)
    expect(JSON.stringify(warnings)).toContain('`any`')
  })

  it.each<[string, ConfigChanges]>([
    ['warn', {}],
    ['error', {}],
    ['error', { allowed_clients: 'partner-a' }],
  ])('even with the log level %s: %j', async (level, changes) => {
    await world.start({ audience: 'any', log_level: level, ...changes })
    world.introspection.replyWith({ status: 500 })
    expect(await world.verdict()).toBe('fault introspection_unavailable')
    expect(keysIn(world, 'config_warning', 'warnings')).toEqual(['audience'])
  })
})

describe('a document beside flat keys', () => {
  it('is used, and the log has a warning about each ignored key', async () => {
    const { authorizer_config } = documentWith(world, [introspectingIssuer(world)])
    // The rules of the flat keys would deny.
    const start = await coldStart(world, { authorizer_config, required_scopes: 'nobody-has-it' })

    expect(start).toEqual({
      verdict: 'permit permitted',
      problems: [],
      warnings: [...REQUIRED_KEYS, 'required_scopes'].sort(),
    })
  })

  it('that is empty has a warning, and the flat keys are used', async () => {
    const { verdict, warnings } = await coldStart(world, { authorizer_config: ' ' })

    expect([verdict, warnings]).toEqual(['permit permitted', ['authorizer_config']])
  })
})
