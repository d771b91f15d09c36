/** The output and the exit status of `npm run doctor`. */
import { describe, expect, it } from '@jest/globals'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import { runScript } from '../support/run-script.ts'
import { useTemporaryFolder } from '../support/temporary-folder.ts'
import { setup, useSetup } from './setup.ts'

describe('npm run doctor', () => {
  useSetup()
  const { write } = useTemporaryFolder()

  function argsWith(config: Readonly<Record<string, string>> = {}): readonly string[] {
    const { config: own, gateway, integration, registrations } = setup.stack
    const { introspector, oicInvoker } = registrations
    const secrets = {
      [introspector.clientId]: introspector.clientSecret,
      [SECRET_OCIDS.backend]: oicInvoker.clientSecret,
    }
    return [
      ...['--config', write('config.json', { ...own, ...config })],
      ...['--secrets', write('secrets.json', secrets)],
      ...['--oic', integration.url],
      ...['--deployment', write('deployment.json', setup.deployment())],
      ...['--gateway', gateway.url, '--route', '/oic/echo/hello'],
    ]
  }

  it('prints one line per check, and exits with 0 without a failure', async () => {
    const input = `Bearer ${setup.token}\n`
    const { status, stdout, stderr } = await runScript('doctor', argsWith(), { input })

    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^ok {4}configuration: /)
    expect(stdout).toMatch(/\nNo failure: \d+ ok, 0 warnings, 0 failures, /)
    expect(stdout).not.toContain(setup.token)
  })

  it('prints JSON, and exits with 1 for a failure', async () => {
    const args = [...argsWith({ back_end_app_client_id: 'unknown' }), '--json']
    const { status, stdout } = await runScript('doctor', args, { input: setup.token })

    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      first_failure: { name: 'backend token', status: 'fail' },
    })
  })

  it.each([
    ['no configuration', () => [], /--config is missing/],
    [
      'a file that is not a configuration',
      () => ['--config', write('a.json', [1])],
      /cannot be checked/,
    ],
    [
      'a gateway without a route',
      () => ['--config', write('b.json', {}), '--gateway', 'https://a.example'],
      /both --gateway and --route/,
    ],
    ['an invalid route', () => ['--route', 'echo'], /begins with \//],
  ])('rejects %s in one line', async (_title, args, message) => {
    const { status, stdout, stderr } = await runScript('doctor', args())

    expect({ status, stdout }).toStrictEqual({ status: 64, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
