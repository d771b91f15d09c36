/** `npm run doctor` reads a live set-up by Oracle's SDK: against OCI's services on loopback. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readLiveSetup, usersVault } from '../../scripts/doctor/live.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { deadlineAt, plus, seconds, systemClock } from '../../src/platform/clock.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { silenceSdk, startTenancy, type Tenancy } from './oci-rig.ts'
import { runCommand } from './run-command.ts'

let stack: LocalStack
let tenancy: Tenancy
let token: string

beforeAll(async () => {
  stack = await startLocalStack()
  token = await stack.requestCallerToken(stack.registrations.partnerA, `${API_AUDIENCE}echo:invoke`)
  const { introspector, oicInvoker } = stack.registrations
  const { audience = '' } = stack.config
  // As in a tenancy: Vault is that of the region.
  const config = Object.entries(stack.config).filter(
    ([key]) => key !== 'audience' && key !== 'vault_secrets_endpoint',
  )
  tenancy = await startTenancy({
    application: { audience, back_end_scope: 'overridden' },
    config: Object.fromEntries(config),
    endpoint: `${stack.gateway.url}/oic`,
    specification: stack.deployments[0]?.specification,
    secrets: {
      [SECRET_OCIDS.introspection]: introspector.clientSecret,
      [SECRET_OCIDS.backend]: oicInvoker.clientSecret,
    },
  })
})
afterAll(async () => {
  await Promise.all([stack.close(), tenancy.close()])
})
beforeEach(silenceSdk)

function run(command: 'doctor' | 'explain', words: readonly string[], input: string | undefined) {
  return runCommand(command, words, input, { HOME: '/', ...tenancy.environment })
}

function oicAndRoute() {
  return ['--oic', stack.integration.url, '--route', '/echo/hello']
}

describe('a live set-up', () => {
  it('is read and works, with the identity of ~/.oci/config', async () => {
    const words = ['--function', tenancy.functionOcid, '--deployment', tenancy.deploymentOcid]
    const { status, stdout, stderr } = await run('doctor', [...words, ...oicAndRoute()], token)

    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('1 of them from the application')
    expect(stdout).toMatch(/\nNo failure: \d+ ok, 0 warnings, 0 failures, 1 skipped/)
    const { introspector, oicInvoker } = stack.registrations
    for (const secret of [token, introspector.clientSecret, oicInvoker.clientSecret]) {
      expect(stdout).not.toContain(secret)
    }
  })

  it('is read from files with the output of oci', async () => {
    const { store } = tenancy.cloud
    const [application] = store.all('application')
    const printed = (name: string, data: object) =>
      tenancy.write(`${name}.json`, JSON.stringify({ data, etag: 'x' }))
    const { specification, endpoint } = store.get('deployment', tenancy.deploymentOcid)

    const words = [
      ...['--config', printed('function', store.get('function', tenancy.functionOcid))],
      ...['--application', printed('application', application ?? {})],
      ...['--deployment', printed('deployment', asCommandLine({ specification, endpoint }))],
    ]
    const { status, stdout } = await run('doctor', [...words, ...oicAndRoute()], token)

    expect(stdout).toContain('No failure')
    expect(stdout).toContain('ok    route with a valid token')
    expect(status).toBe(0)
  })

  it('fails if the deployment calls another function', async () => {
    const { deploymentOcid, functionOcid, cloud } = tenancy
    const other = cloud.store.add('function', 'ACTIVE', cloud.store.get('function', functionOcid))

    const parts = { functionOcid: other.id, deploymentOcid }
    const { checks } = await readLiveSetup(parts, await tenancy.api())

    expect(checks.find(({ status }) => status === 'fail')).toMatchObject({
      detail: expect.stringContaining('calls another function'),
      remedy: expect.stringContaining(other.id),
    })
  })

  it.each([
    ['a function', { functionOcid: 'ocid1.fnfunc.oc1.phx.none', deploymentOcid: undefined }],
    ['a deployment', { functionOcid: undefined, deploymentOcid: 'ocid1.apideployment.oc1.phx.n' }],
  ])('without %s fails with OCI’s status and the policy', async (_title, parts) => {
    const { checks, own, deployment } = await readLiveSetup(parts, await tenancy.api())

    expect({ own, deployment }).toStrictEqual({ own: undefined, deployment: undefined })
    expect(checks).toMatchObject([
      { status: 'fail', detail: expect.stringContaining('404 NotAuthorizedOrNotFound') },
    ])
    expect(checks[0]?.remedy).toMatch(/allow group GROUP to read (functions|api-gateway)-family/)
  })

  it('with secrets that this user may not read: the remedy is about the user', async () => {
    const vault = usersVault(await tenancy.api())(readConfig({}).settings)
    const deadline = deadlineAt(plus(systemClock.now(), seconds(10)), systemClock)

    const read = await vault.read('ocid1.vaultsecret.oc1.phx.none', deadline)

    expect(read).toMatchObject({
      ok: false,
      error: {
        reason: 'secret_unavailable',
        logContext: {
          detail: 'status_404',
          hint: expect.stringContaining('allow group GROUP to read secret-bundles'),
        },
      },
    })
  })
})

/** `oci` prints the members of models with hyphens, and null for what is not set. */
function asCommandLine(value: unknown): object {
  if (Array.isArray(value)) return value.map(asCommandLine)
  if (typeof value !== 'object' || value === null) return value as object
  const members = Object.entries(value).map(([name, each]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    name === 'parameters' ? (each as unknown) : asCommandLine(each),
  ])
  return { ...Object.fromEntries(members), cors: null } as object
}

describe('standard input without a writer', () => {
  it.each(['doctor', 'explain'] as const)('%s prints what it waits for', async (command) => {
    const config = tenancy.write('config.json', JSON.stringify(stack.config))

    const { stderr } = await run(command, ['--config', config], undefined)

    expect(stderr).toMatch(/^Waiting for .* token .*on standard input/)
  })
})
