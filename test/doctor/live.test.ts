/** `npm run doctor` reads a live set-up with the OCI SDK, from local services. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { readLiveSetup, usersVault } from '../../scripts/doctor/live.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { deadlineAt, plus, seconds, systemClock } from '../../src/platform/clock.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { runScript, startScript } from '../support/run-script.ts'
import { silenceSdk, startTenancy, type Tenancy } from './tenancy.ts'

let stack: LocalStack
let tenancy: Tenancy
let token: string

beforeAll(async () => {
  stack = await startLocalStack()
  token = await stack.requestCallerToken(stack.registrations.partnerA, `${API_AUDIENCE}echo:invoke`)
  const { introspector, oicInvoker } = stack.registrations
  const { audience = '' } = stack.config
  // The default is Vault of the region.
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

function runDoctor(args: readonly string[]) {
  const environment = { HOME: '/', ...tenancy.environment }
  return runScript('doctor', args, { input: token, environment })
}

function oicArgs() {
  return ['--oic', stack.integration.url, '--route', '/echo/hello']
}

describe('a live set-up', () => {
  it('is read with the identity of ~/.oci/config', async () => {
    const args = ['--function', tenancy.functionOcid, '--deployment', tenancy.deploymentOcid]
    const { status, stdout, stderr } = await runDoctor([...args, ...oicArgs()])

    expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('1 of them from the application')
    expect(stdout).toMatch(/\nNo failure: \d+ ok, 0 warnings, 0 failures, 1 skipped/)
    const { introspector, oicInvoker } = stack.registrations
    for (const secret of [token, introspector.clientSecret, oicInvoker.clientSecret]) {
      expect(stdout).not.toContain(secret)
    }
  })

  it('is read from files with the output of the OCI CLI', async () => {
    const { store } = tenancy.cloud
    const [application] = store.all('application')
    const writeOutput = (name: string, data: object) =>
      tenancy.write(`${name}.json`, JSON.stringify({ data, etag: 'x' }))
    const { specification, endpoint } = store.get('deployment', tenancy.deploymentOcid)

    const args = [
      ...['--config', writeOutput('function', store.get('function', tenancy.functionOcid))],
      ...['--application', writeOutput('application', application ?? {})],
      ...['--deployment', writeOutput('deployment', toCliOutput({ specification, endpoint }))],
    ]
    const { status, stdout } = await runDoctor([...args, ...oicArgs()])

    expect(stdout).toContain('No failure')
    expect(stdout).toContain('ok    route with a valid token')
    expect(status).toBe(0)
  })

  it('fails if the deployment calls a different function', async () => {
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
  ])('fails without %s, with the status of OCI and the required policy', async (_title, parts) => {
    const { checks, own, deployment } = await readLiveSetup(parts, await tenancy.api())

    expect({ own, deployment }).toStrictEqual({ own: undefined, deployment: undefined })
    expect(checks).toMatchObject([
      { status: 'fail', detail: expect.stringContaining('404 NotAuthorizedOrNotFound') },
    ])
    expect(checks[0]?.remedy).toMatch(/allow group GROUP to read (functions|api-gateway)-family/)
  })

  it('fails for a secret that the user may not read, with the required policy', async () => {
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

/** Converts a model to the output of the OCI CLI: names with hyphens, and null for missing values. */
function toCliOutput(value: unknown): object {
  if (Array.isArray(value)) return value.map(toCliOutput)
  if (typeof value !== 'object' || value === null) return value as object
  const members = Object.entries(value).map(([name, each]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    name === 'parameters' ? (each as unknown) : toCliOutput(each),
  ])
  return { ...Object.fromEntries(members), cors: null } as object
}

describe('standard input without a writer', () => {
  it.each(['doctor', 'explain'])('causes %s to print a message', async (command) => {
    const config = tenancy.write('config.json', JSON.stringify(stack.config))

    const run = startScript(command, ['--config', config], { isInputOpen: true })
    const message = await run.waitFor(/^(.+)\n/)
    run.interrupt()
    await run.ended

    expect(message).toMatch(/^Waiting for .* token .*on standard input/)
  })
})
