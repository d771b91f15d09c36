import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { homeRegion, namespace } from './cloud/others.ts'
import { steps, shellBlocks, under } from './support/documents.ts'
import { modelProblems } from './support/models.ts'
import {
  endReading,
  keys,
  live,
  paste,
  session,
  setUpShell,
  startReading,
  storeSecrets,
  versions,
} from './support/reader.ts'
import { newSecret } from './support/session.ts'
import { credentials, oicHost, oicPath } from './support/world.ts'

beforeAll(startReading)
afterAll(endReading)

// Each test continues after the previous one, in a new shell, like a reader.
describe('the steps on the command line', () => {
  it('start with values and functions', async () => {
    await setUpShell()
    expect(readFileSync(join(session.folder, 'oic.env'), 'utf8')).toContain('COMPARTMENT')
  })

  it('1: test the applications', async () => {
    const { stdout } = await paste(under(steps, /^1\. /))
    expect(stdout).toContain('"active":true')
    expect(stdout).toContain('integration called with Bearer')
  })

  it('2: put both secrets into a new vault', async () => {
    const { calls } = await storeSecrets()
    expect(versions('introspection-client')).toEqual([credentials.introspection[1]])
    expect(versions('oic-client')).toEqual([credentials.OIC[1]])
    const refused = calls.filter(({ status }) => status !== 0)
    expect(refused.map(({ args }) => args.slice(0, 4).join(' '))).toEqual([
      'kms management key list',
    ])
    expect(refused[0]?.args).toContain('--no-retry')
  })

  it('3: deploy the function', async () => {
    await paste(under(steps, /^3\. /))
    expect(live('function')).toMatchObject([
      { displayName: 'oic-gateway-authorizer', memoryInMBs: 256, timeoutInSeconds: 15, config: {} },
    ])
    const docker = session.commands.filter(({ name }) => name === 'docker')
    const verbs = docker.map(({ args }) => args[0]).join(' ')
    expect(verbs).toBe('login version build push logout')
    const contexts = session.commands.filter(({ name, args }) => name === 'fn' && args[0] === 'use')
    expect(contexts).toHaveLength(1)
  })

  it('4: give permissions, a log and keys', async () => {
    const { stdout, calls } = await paste(under(steps, /^4\. /))
    expect(stdout).toContain('"active":false')
    const [policy] = live('policy')
    const statements = policy?.['statements'] as string[]
    const [target] = live('function')
    const secrets = live('secret').map(({ id }) => id)
    expect(statements).toHaveLength(3)
    for (const [index, id] of secrets.entries()) {
      expect(statements[index]).toContain(`request.principal.id='${target?.id ?? ''}'`)
      expect(statements[index]).toContain(`target.secret.id='${id}'`)
    }
    const create = calls.find(({ args }) => args.join(' ').startsWith('iam policy create'))
    expect(create?.args).toContain(homeRegion)
    expect(live('log')).toMatchObject([
      { configuration: { source: { category: 'invoke', resource: live('application')[0]?.id } } },
    ])
    expect(Object.keys(keys())).toHaveLength(9)
  })

  it('5: deploy the API, with nothing left to fill in', async () => {
    await paste(under(steps, /^5\. /))
    const [deployment] = live('deployment')
    const specification = JSON.stringify(deployment?.['specification'])
    expect(deployment).toMatchObject({ pathPrefix: '/oic', lifecycleState: 'ACTIVE' })
    expect(specification).toContain(`https://${oicHost}${oicPath}/`)
    expect(specification).not.toMatch(/ECHO|your-oic-host|UNIQUE/)
  })

  it('5: deploy the API with the scope of Entra, and again as it was', async () => {
    const block = under(shellBlocks('docs/identity-providers/entra.md'), /^Deploy it/).at(-1)
    const scopes = () =>
      /"allowedScope":\[[^\]]*\]/.exec(
        JSON.stringify(live('deployment')[0]?.['specification']),
      )?.[0]
    await paste(block ? [block] : [])
    expect(scopes()).toBe('"allowedScope":["Orders.Invoke"]')
    await paste(under(steps, /^5\. /).slice(1))
    expect(scopes()).toBe('"allowedScope":["orders:invoke"]')
  })

  it('6: call the API', async () => {
    const { stdout } = await paste(under(steps, /^6\. /))
    expect(stdout.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 401', 'HTTP/1.1 200'])
    expect(stdout).toContain('integration called with Bearer')
  })

  it('change nothing when pasted again', async () => {
    const state = () =>
      JSON.stringify(
        [
          ...(['vault', 'key', 'secret', 'application'] as const),
          ...(['policy', 'loggroup', 'log', 'gateway'] as const),
        ].map(live),
      )
    const before = state()
    const secrets = `INTROSPECTION_SECRET=x OIC_SECRET=y`
    const again = under(steps, /^[245]\. /)
    await paste([], secrets, ...again.map(({ text }) => text))
    expect(state()).toBe(before)
    expect(live('deployment')).toHaveLength(1)
  })

  it('save values and functions, no secret and no token, and put none on a command line', () => {
    const kept = readFileSync(join(session.folder, 'oic.env'), 'utf8')
    const commandLines = [
      ...session.ociCalls().map(({ args }) => args.join(' ')),
      ...session.commands.map(({ args }) => args.join(' ')),
    ].join('\n')
    const secrets = Object.values(credentials).map(([, secret]) => secret)
    const encoded = secrets.map((secret) => Buffer.from(secret).toString('base64'))
    expect(
      secrets.filter((secret) => kept.includes(secret) || commandLines.includes(secret)),
    ).toEqual([])
    expect(encoded.filter((secret) => commandLines.includes(secret))).toEqual([])
    expect(kept).not.toMatch(/ (OIC_)?TOKEN=/)
  })
})

// In the same session: each test continues after the previous one.
await import('./operations.ts')

it('the secrets come back in a vault that was kept when everything else was removed', async () => {
  const [vault] = session.cloud.store.existing('vault')
  Object.assign(vault ?? {}, { lifecycleState: 'ACTIVE' })
  const step = under(steps, /^2\. /).map(({ text }) => text)
  const values = `INTROSPECTION_SECRET=x OIC_SECRET=y`
  const { stderr } = await session.paste(values, ...step)
  expect(stderr).toContain('name already exists')
  expect(live('secret').map((one) => one['secretName'])).not.toContain('oic-client')

  await paste(under(shellBlocks('docs/operations.md'), /^Take it down/).slice(1))
  await paste([], values, ...step)
  expect(versions('introspection-client')).toEqual([credentials.introspection[1]])
  expect(versions('oic-client')).toEqual([credentials.OIC[1], newSecret])
})

describe('the steps with Terraform', () => {
  const page = shellBlocks('docs/live-stack.md')

  it('push the image and find its digest', async () => {
    const [block] = under(page, /^Ten commands/)
    const own = (block?.text ?? '').replaceAll('namespace/', `${namespace}/`)
    const { stdout } = await paste([], 'OCI_TENANCY=ocid1.tenancy.oc1..one', own)
    expect(stdout).toContain('Login Succeeded')
    expect(stdout).toMatch(/^sha256:[0-9a-f]{64}$/m)
  })

  it('read the state from Resource Manager', async () => {
    const texts = under(page, /^Resource Manager/).map(({ text }) => text)
    await paste([], 'STACK=ocid1.ormstack.oc1..one', ...texts)
    const state = readFileSync(join(session.folder, 'project/credentials.json'), 'utf8')
    expect(JSON.parse(state)).toHaveProperty('outputs.credentials')
  })
})

it('match the SDK’s models, and send nothing else', () => {
  expect(session.cloud.bodies.length).toBeGreaterThan(10)
  expect(modelProblems(session.cloud.bodies)).toEqual([])
})
