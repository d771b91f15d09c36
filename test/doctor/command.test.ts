/** `npm run doctor` as a process: what it prints, and its exit status. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { SECRET_OCIDS } from '../../stack/registrations.ts'
import { runCommand } from './run-command.ts'
import { startSetup, type Setup } from './setup.ts'

describe('npm run doctor', () => {
  let setup: Setup
  let folder: string
  beforeAll(async () => {
    setup = await startSetup()
    folder = mkdtempSync(join(tmpdir(), 'doctor-'))
  })
  afterAll(async () => {
    await setup.close()
    rmSync(folder, { recursive: true })
  })

  function write(name: string, content: unknown): string {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(content))
    return path
  }

  function words(config: Readonly<Record<string, string>> = {}): readonly string[] {
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

  it('prints one line for each check and exits with 0 without a failure', async () => {
    const { status, stdout, stderr } = await runCommand(
      'doctor',
      words(),
      `Bearer ${setup.token}\n`,
    )

    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(/^ok {4}configuration: /)
    expect(stdout).toMatch(/\nNo failure: \d+ ok, 0 warnings, 0 failures, /)
    expect(stdout).not.toContain(setup.token)
  })

  it('prints JSON and exits with 1 for a failure', async () => {
    const broken = words({ back_end_app_client_id: 'not-activated' })
    const { status, stdout } = await runCommand('doctor', [...broken, '--json'], setup.token)

    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      first_failure: { name: 'backend token', status: 'fail' },
    })
  })

  it.each([
    ['no configuration', () => [], /--config is missing/],
    [
      'a file that is no configuration',
      () => ['--config', write('a.json', [1])],
      /cannot be checked/,
    ],
    [
      'a gateway without a route',
      () => ['--config', write('b.json', {}), '--gateway', 'https://a.example'],
      /both --gateway and --route/,
    ],
    ['a route of another form', () => ['--route', 'echo'], /begins with \//],
  ])('rejects %s in one line', async (_title, args, message) => {
    const { status, stdout, stderr } = await runCommand('doctor', args(), '')

    expect({ status, stdout }).toStrictEqual({ status: 64, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
  })
})
