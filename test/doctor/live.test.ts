/** `npm run doctor` reads a live set-up by Oracle's SDK: against OCI's services on loopback. */
import { spawn } from 'node:child_process'
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import common from 'oci-common'
import { readLiveSetup, usersVault } from '../../scripts/doctor/live.ts'
import { createOciApi, type OciApi } from '../../scripts/oci/api.ts'
import { findIdentity, type IdentityOptions } from '../../scripts/oci/identity.ts'
import { regionOf } from '../../scripts/oci/region.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { deadlineAt, later, seconds, systemClock } from '../../src/platform/clock.ts'
import { listen } from '../../stack/listen.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE, SECRET_OCIDS } from '../../stack/registrations.ts'
import { verifySignature } from '../../stack/vault/request-signature.ts'
import { startTenancy, type Tenancy } from './oci-rig.ts'

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
    specification: (functionOcid) => {
      const text = JSON.stringify(stack.deployments[0]?.specification)
      return JSON.parse(text.replace(/ocid1\.fnfunc[^"]*/, functionOcid)) as Record<string, unknown>
    },
    secrets: {
      [SECRET_OCIDS.introspection]: introspector.clientSecret,
      [SECRET_OCIDS.backend]: oicInvoker.clientSecret,
    },
  })
})
afterAll(async () => {
  await Promise.all([stack.close(), tenancy.close()])
})
beforeEach(() => {
  // The SDK's remarks.
  for (const name of ['info', 'log', 'warn'] as const) {
    jest.spyOn(console, name).mockImplementation(() => undefined)
  }
})

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

interface Ending {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `input`: undefined leaves standard input open, with nobody who writes to it. */
function run(
  command: 'doctor' | 'explain',
  words: readonly string[],
  input: string | undefined,
  environment: Readonly<Record<string, string>> = tenancy.environment,
): Promise<Ending> {
  const child = spawn(process.execPath, ['--import', 'tsx', `scripts/${command}.ts`, ...words], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', HOME: '/', NODE_NO_WARNINGS: '1', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (printed.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => {
    printed.stderr += chunk.toString()
    if (input === undefined) child.kill()
  })
  if (input !== undefined) child.stdin.end(input)
  return new Promise((resolve) => {
    child.once('close', (status) => {
      resolve({ status, ...printed })
    })
  })
}

async function api(options: Partial<IdentityOptions> = {}): Promise<OciApi> {
  const { environment } = tenancy
  const identity = await findIdentity({ profile: undefined, environment, ...options })
  if (identity?.ok !== true) throw new Error(identity?.error ?? 'no identity')
  return createOciApi(identity.value, environment['OCI_CLI_ENDPOINT'])
}

describe('a live set-up', () => {
  it('is read and works, with the identity of ~/.oci/config', async () => {
    const { status, stdout, stderr } = await run(
      'doctor',
      [
        ...['--function', tenancy.functionOcid, '--deployment', tenancy.deploymentOcid],
        ...['--oic', stack.integration.url, '--route', '/echo/hello'],
      ],
      token,
    )

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

    const { status, stdout } = await run(
      'doctor',
      [
        ...['--config', printed('function', store.get('function', tenancy.functionOcid))],
        ...['--application', printed('application', application ?? {})],
        ...['--deployment', printed('deployment', asCommandLine({ specification, endpoint }))],
        ...['--oic', stack.integration.url, '--route', '/echo/hello'],
      ],
      token,
    )

    expect(stdout).toContain('No failure')
    expect(stdout).toContain('ok    route with a good token')
    expect(status).toBe(0)
  })

  it('fails if the deployment calls another function', async () => {
    const deployment = tenancy.cloud.store.get('deployment', tenancy.deploymentOcid)
    const other = tenancy.cloud.store.add('function', 'ACTIVE', {
      ...tenancy.cloud.store.get('function', tenancy.functionOcid),
    })

    const { checks } = await readLiveSetup(
      { functionOcid: other.id, deploymentOcid: deployment.id },
      await api(),
    )

    expect(checks.find(({ status }) => status === 'fail')).toMatchObject({
      detail: expect.stringContaining('calls another function'),
      remedy: expect.stringContaining(other.id),
    })
  })

  it.each([
    ['a function', { functionOcid: 'ocid1.fnfunc.oc1.phx.none', deploymentOcid: undefined }],
    ['a deployment', { functionOcid: undefined, deploymentOcid: 'ocid1.apideployment.oc1.phx.n' }],
  ])('without %s fails with OCI’s status and the policy', async (_title, parts) => {
    const { checks, own, deployment } = await readLiveSetup(parts, await api())

    expect({ own, deployment }).toStrictEqual({ own: undefined, deployment: undefined })
    expect(checks).toMatchObject([
      { status: 'fail', detail: expect.stringContaining('404 NotAuthorizedOrNotFound') },
    ])
    expect(checks[0]?.remedy).toMatch(/allow group GROUP to read (functions|api-gateway)-family/)
  })

  it('with secrets that this user may not read: the remedy is about the user', async () => {
    const vault = usersVault(await api())(readConfig({}).settings)
    const deadline = deadlineAt(later(systemClock.now(), seconds(10)), systemClock)

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

describe('the identity', () => {
  it('is undefined without a configuration', async () => {
    const environment = { HOME: '/nowhere' }

    expect(await findIdentity({ profile: undefined, environment })).toBeUndefined()
  })

  it.each<readonly [string, Partial<IdentityOptions>, RegExp]>([
    ['a profile that is not there', { profile: 'OTHER' }, /No profile named OTHER/],
    ['a profile without a key', { profile: 'DEFAULT' }, /missing \w+ in config/],
    [
      'a file that is not there',
      { environment: { OCI_CLI_CONFIG_FILE: '/nowhere/config' } },
      /There is no \/nowhere\/config/,
    ],
    [
      'another kind of identity',
      { environment: { OCI_CLI_AUTH: 'password' } },
      /set one of api_key, security_token/,
    ],
  ])('is reported in one line: %s', async (_title, options, expected) => {
    const { environment } = tenancy
    const identity = await findIdentity({ profile: undefined, environment, ...options })

    expect(identity).toMatchObject({ ok: false, error: expect.stringMatching(expected) })
    expect((identity as { error: string }).error).not.toContain('\n')
  })

  it('that is unknown to OCI fails with the members of the profile', async () => {
    const { privateKey } = newKeys()
    const profile = `[DEFAULT]\nuser=ocid1.user.oc1..other\ntenancy=ocid1.tenancy.oc1..one\nfingerprint=00:11\nkey_file=${tenancy.write('other.pem', privateKey)}\nregion=us-phoenix-1\n`
    const environment = { OCI_CONFIG_FILE: tenancy.write('other-config', profile) }
    const { functionOcid } = tenancy

    const { checks } = await readLiveSetup(
      { functionOcid, deploymentOcid: undefined },
      await api({ environment }),
    )

    expect(checks).toMatchObject([
      {
        status: 'fail',
        detail: expect.stringContaining('401'),
        remedy: expect.stringContaining('fingerprint'),
      },
    ])
  })

  it.each([
    ['the profile', 'delegation_token_file', {}],
    ['the environment', undefined, { OCI_obo_token: 'delegation-token' }],
  ])('is the user of Cloud Shell, by the delegation token of %s', async (_title, member, more) => {
    const { privateKey, publicKey } = newKeys()
    const file = tenancy.write('delegation-token', 'delegation-token\n')
    const line = member === undefined ? '' : `${member}=${file}\n`
    const profile = `[eu-frankfurt-1]\ntenancy=ocid1.tenancy.oc1..one\nregion=eu-frankfurt-1\n${line}`
    const environment = {
      OCI_CLI_AUTH: 'instance_obo_user',
      OCI_CLI_CONFIG_FILE: tenancy.write('cloud-shell', profile),
      OCI_CONFIG_PROFILE: 'eu-frankfurt-1',
      ...more,
    }
    const instance = new common.SimpleAuthenticationDetailsProvider(
      ...(['ocid1.tenancy.oc1..one', 'instance', '22', privateKey, null] as const),
    )
    const seen: unknown[] = []
    const service = await listen(async ({ method = '', url: target = '', headers }, response) => {
      const key = createPublicKey(publicKey)
      const verdict = await verifySignature({ method, target, headers }, Date.now() / 1000, () =>
        Promise.resolve({ key, subject: 'instance' }),
      )
      const signed = /headers="([^"]*)"/.exec(headers.authorization ?? '')?.[1] ?? ''
      seen.push([verdict.valid, headers['opc-obo-token'], signed.includes('opc-obo-token')])
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"code":"x"}')
    })

    const identity = await findIdentity({
      ...{ profile: undefined, environment },
      instanceIdentity: () => Promise.resolve(instance),
    })
    if (identity?.ok !== true) throw new Error(identity?.error)
    await createOciApi(identity.value, service.url).readFunction('ocid1.fnfunc.oc1.phx.a')
    await service.close()

    expect(identity.value.source).toContain('Cloud Shell’s user')
    expect(seen).toStrictEqual([[true, 'delegation-token', true]])
  })

  it('reads the region of an OCID, by its identifier or its code', () => {
    expect(regionOf('ocid1.fnfunc.oc1.phx.a')).toBe('us-phoenix-1')
    expect(regionOf('ocid1.fnfunc.oc1.eu-frankfurt-1.a')).toBe('eu-frankfurt-1')
    expect(regionOf('ocid1.tenancy.oc1..a')).toBeUndefined()
  })
})

function newKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

describe('standard input without a writer', () => {
  it.each(['doctor', 'explain'] as const)('%s prints what it waits for', async (command) => {
    const config = tenancy.write('config.json', JSON.stringify(stack.config))

    const { stderr } = await run(command, ['--config', config], undefined)

    expect(stderr).toMatch(/^Waiting for .* token .*on standard input/)
  })
})
