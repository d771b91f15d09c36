import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { FLAT } from './configurations-fixture.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLE = 'deploy/authorizer-config.example.json'

describe('as a process', () => {
  const run = (words: readonly string[], input = '') => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'scripts/check-config.ts', ...words],
      { cwd: ROOT, input, encoding: 'utf8', timeout: 60_000 },
    )
    return { status, stdout, stderr }
  }

  it('checks a file', () => {
    const { status, stdout, stderr } = run([EXAMPLE])

    // Its values are placeholders.
    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ authorizer_config: issuers.0.provider.tenant: has a placeholder')
    expect(stdout).toContain('issuer employees')
    expect(stdout).toContain('backend oic\n')
  })

  it('checks a deployment specification, alone or with its configuration', () => {
    const alone = run(['deploy/api-deployment.json'])
    const both = run(['-', '--deployment', 'deploy/api-deployment.json'], JSON.stringify(FLAT))

    expect([alone.status, both.status]).toEqual([1, 1])
    for (const { stdout } of [alone, both]) {
      expect(stdout).toContain(
        '✗ deployment: requestPolicies.authentication.functionId: is missing or a placeholder',
      )
      expect(stdout).toContain('1 problem')
    }
  })

  it('checks standard input and exits with 1 if there are problems', () => {
    const { status, stdout, stderr } = run(['-'], '{"audience": "a"}')

    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ back_end_scope: is missing')
  })

  it.each([
    [[], '', 'FILE is missing'],
    [['no-such-file'], '', 'cannot be read (ENOENT)'],
    [['-'], 'hunter2', 'line 1 is not key=value'],
    [['--colour', '-'], '', 'There is no option --colour'],
  ])('prints a usage error in one line and exits with 2: %j', (words, input, expected) => {
    const { status, stdout, stderr } = run(words, input)

    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('hunter2')
  })

  it('prints its help', () => {
    const { status, stdout } = run(['--help'])

    expect([status, stdout]).toEqual([
      0,
      expect.stringContaining('npm run check-config -- [options] FILE'),
    ])
  })
})
