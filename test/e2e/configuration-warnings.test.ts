import { describe, expect, it } from '@jest/globals'
import { coldStart, keysIn } from './support/cold-starts.ts'
import { documentWith, introspectingIssuer, REQUIRED_KEYS } from './support/configurations.ts'
import { PERMIT, type ConfigChanges } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'

const harness = await startTestHarness()

describe('the warning', () => {
  const UNKNOWN_KEYS = [
    'back_end_scopes',
    'idcs_introspection_endpont',
    'introspection_cache_second',
    'clients',
    'my_own_key',
    'AUDIENCE',
    'Back_End_Scope',
  ]

  it('about unknown keys contains all of them', async () => {
    const changes = Object.fromEntries(UNKNOWN_KEYS.map((key) => [key, 'x']))
    const { verdict, warnings } = await coldStart(harness, changes)
    expect([verdict, warnings]).toEqual([PERMIT, UNKNOWN_KEYS.sort()])
  })

  it('about unknown keys does not contain variables of the platform', async () => {
    const { warnings } = await coldStart(harness, { PATH: '/usr/bin', LANG: 'C' })
    expect(warnings).toEqual([])
  })

  it('about an audience that is not checked is logged at every cold start', async () => {
    for (let start = 0; start < 2; start += 1) {
      expect((await coldStart(harness, { audience: 'any' })).warnings).toEqual(['audience'])
    }
  })

  it.each<[string, ConfigChanges, unknown[]]>([
    ['an error without `allowed_clients`', {}, ['error']],
    ['a warning with `allowed_clients`', { allowed_clients: 'partner-a' }, ['warn']],
    [
      'a warning beside an unknown key',
      { allowed_clients: 'partner-a', my_key: 'x' },
      ['error', 'warn'],
    ],
  ])('about an audience that is not checked is %s', async (_case, changes, levels) => {
    await harness.start({ audience: 'any', ...changes })
    expect(await harness.verdict()).toBe(PERMIT)
    const warnings = harness.logged('config_warning')
    expect(warnings.map(({ level }) => level)).toEqual(levels)
    expect(JSON.stringify(warnings)).toContain('`any`')
  })

  it.each<[string, ConfigChanges]>([
    ['warn', {}],
    ['error', {}],
    ['error', { allowed_clients: 'partner-a' }],
  ])('about an unchecked audience is logged at log_level %s: %j', async (level, changes) => {
    await harness.start({ audience: 'any', log_level: level, ...changes })
    harness.introspection.replyWith({ status: 500 })
    expect(await harness.verdict()).toBe('fault introspection_unavailable')
    expect(keysIn(harness, 'config_warning', 'warnings')).toEqual(['audience'])
  })
})

describe('a document beside flat keys', () => {
  it('is used, with a warning about each flat key, which is ignored', async () => {
    const { authorizer_config } = documentWith(harness, [introspectingIssuer(harness)])
    // If it were not ignored, this key would cause a denial.
    const start = await coldStart(harness, { authorizer_config, required_scopes: 'missing' })
    expect(start).toEqual({
      verdict: PERMIT,
      problems: [],
      warnings: [...REQUIRED_KEYS, 'required_scopes'].sort(),
    })
  })

  it('is ignored with a warning if it is empty', async () => {
    const { verdict, warnings } = await coldStart(harness, { authorizer_config: ' ' })
    expect([verdict, warnings]).toEqual([PERMIT, ['authorizer_config']])
  })
})
