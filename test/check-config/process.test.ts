import { describe, expect, it } from '@jest/globals'
import { runScript } from '../support/run-script.ts'
import { FLAT } from './configurations-fixture.ts'

const EXAMPLE = 'deploy/authorizer-config.example.json'

describe('npm run check-config', () => {
  const run = (args: readonly string[], input = '') => runScript('check-config', args, { input })

  it('checks a file', async () => {
    const { status, stdout, stderr } = await run([EXAMPLE])

    // Its values are placeholders.
    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ authorizer_config: issuers.0.provider.tenant: has a placeholder')
    expect(stdout).toContain('issuer employees')
    expect(stdout).toContain('backend oic\n')
  })

  it('checks a deployment specification, alone or with its configuration', async () => {
    const alone = await run(['deploy/api-deployment.json'])
    const both = await run(
      ['-', '--deployment', 'deploy/api-deployment.json'],
      JSON.stringify(FLAT),
    )

    expect([alone.status, both.status]).toEqual([1, 1])
    for (const { stdout } of [alone, both]) {
      expect(stdout).toContain(
        '✗ deployment: requestPolicies.authentication.functionId: is missing or a placeholder',
      )
      expect(stdout).toContain('1 problem')
    }
  })

  it('checks standard input and exits with 1 if there are problems', async () => {
    const { status, stdout, stderr } = await run(['-'], '{"audience": "a"}')

    expect([status, stderr]).toEqual([1, ''])
    expect(stdout).toContain('✗ back_end_scope: is missing')
  })

  it.each([
    [[], '', 'FILE is missing'],
    [['no-such-file'], '', 'cannot be read (ENOENT)'],
    [['-'], 'hunter2', 'line 1 is not key=value'],
    [['--colour', '-'], '', 'There is no option --colour'],
  ])('prints a usage error in one line and exits with 2: %j', async (args, input, expected) => {
    const { status, stdout, stderr } = await run(args, input)

    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(expected)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('hunter2')
  })

  it('prints its help', async () => {
    expect(await run(['--help'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('npm run check-config -- [options] FILE'),
    })
  })
})
