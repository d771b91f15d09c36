import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { homeRegion, namespace } from './cloud/others.ts'
import type { Kind } from './cloud/store.ts'
import { steps, shellBlocks, under, type Block } from './support/documents.ts'
import { modelProblems } from './support/models.ts'
import { complaints, newSecret, settings, startSession, type Session } from './support/session.ts'
import { credentials, oicHost, oicPath } from './support/world.ts'

const operations = shellBlocks('docs/operations.md')
let session: Session

beforeAll(async () => {
  session = await startSession()
})
afterAll(() => session.close())

/** Pastes blocks; neither the shell nor `oci` may complain. */
async function paste(blocks: readonly Block[], ...more: string[]) {
  const before = session.ociCalls().length
  const { stdout, stderr } = await session.paste(...blocks.map(({ text }) => text), ...more)
  const calls = session.ociCalls().slice(before)
  expect(complaints(calls, stderr)).toEqual([])
  return { stdout, stderr, calls }
}

function live(kind: Kind) {
  return session.cloud.store.live(kind)
}

function keys(): Record<string, string> {
  return (live('function')[0]?.['config'] ?? {}) as Record<string, string>
}

/** All versions of the secret of that name, the newest last. */
function versions(name: string): string[] {
  const { id = '' } = live('secret').find((one) => one['secretName'] === name) ?? {}
  return (session.cloud.secrets.get(id)?.versions ?? []).map(({ content }) => content.toString())
}

// Each test goes on where the one before it ended, as a reader does, in a shell of its own.
describe('the steps on the command line', () => {
  it('start with values and functions', async () => {
    const [values, functions, ...rest] = under(steps, /^Set up the shell/)
    expect(rest).toEqual([])
    await paste(values && functions ? [values] : [], settings, functions?.text ?? '')
  })

  it('1: test the applications', async () => {
    const { stdout } = await paste(under(steps, /^1\. /))
    expect(stdout).toContain('"active":true')
    expect(stdout).toContain('integration called with Bearer')
  })

  it('2: put both secrets into a new vault', async () => {
    const secrets = `INTROSPECTION_SECRET=${credentials.introspection[1]} OIC_SECRET=${credentials.OIC[1]}`
    const [block] = under(steps, /^2\. /)
    const { calls } = await paste([], secrets, block?.text ?? '')
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
    expect(docker.map(({ args }) => args[0])).toEqual([
      'login',
      'version',
      'build',
      'push',
      'logout',
    ])
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
    const before = JSON.stringify(
      ['vault', 'key', 'secret', 'application', 'policy', 'loggroup', 'log', 'gateway'].map(
        (kind) => live(kind as Kind),
      ),
    )
    const secrets = `INTROSPECTION_SECRET=x OIC_SECRET=y`
    const again = under(steps, /^[245]\. /)
    await paste([], secrets, ...again.map(({ text }) => text))
    const after = JSON.stringify(
      ['vault', 'key', 'secret', 'application', 'policy', 'loggroup', 'log', 'gateway'].map(
        (kind) => live(kind as Kind),
      ),
    )
    expect(after).toBe(before)
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

describe('operations', () => {
  it('saves the keys and checks them', async () => {
    const { stdout } = await paste(under(operations, /^Before a change/))
    expect(JSON.parse(readFileSync(join(session.folder, 'project/keys.json'), 'utf8'))).toEqual(
      keys(),
    )
    expect(stdout).toMatch(/introspection/)
  })

  it('upgrades to a new tag and keeps the keys', async () => {
    const before = keys()
    await paste(under(operations, /^Upgrade/))
    expect(live('function')[0]?.['image']).toMatch(/:0\.1\.1$/)
    expect(keys()).toEqual(before)
  })

  it('rolls back to the old image and keeps the keys', async () => {
    const before = keys()
    const { stdout } = await paste(under(operations, /^Roll back/))
    expect(stdout).toContain('"0.1.1"')
    expect(live('function')[0]?.['image']).toMatch(/:0\.1\.0$/)
    expect(keys()).toEqual(before)
    expect(Object.keys(before)).toHaveLength(9)
  })

  it('changes a key and restores a saved state', async () => {
    const saved = keys()
    const [change, restore] = under(operations, /^Keys/)
    await paste([], change?.text.split('\n')[0] ?? '')
    expect(keys()).toEqual({ ...saved, log_level: 'debug' })
    await paste(change ? [change] : [])
    expect(keys()).toEqual(saved)
    await paste([], 'set_key audience nobody; set_key log_level warn', restore?.text ?? '')
    expect(keys()).toEqual(saved)
  })

  it('puts a new version of a secret into Vault', async () => {
    await paste(under(operations, /^Secrets/))
    expect(versions('oic-client')).toEqual([credentials.OIC[1], newSecret])
    expect(versions('introspection-client')).toEqual([credentials.introspection[1]])
    expect(live('secret').find((one) => one['secretName'] === 'oic-client')).toMatchObject({
      lifecycleState: 'ACTIVE',
      currentVersionNumber: 2,
    })
  })

  it('checks the compiled code', async () => {
    const { stdout } = await paste(
      [],
      'TAG=0.1.0',
      ...under(operations, /compiled/).map(({ text }) => text),
    )
    expect(stdout).toContain('false')
  })

  it('gives ServiceInvoker to the application', async () => {
    const { identityDomain } = session.cloud
    const instance = { displayName: 'oic-example', isOPCService: true }
    identityDomain.applications.push(
      { ...instance, id: 'other', name: 'other', audience: 'https://other.example:443' },
      {
        ...instance,
        id: 'oic',
        name: 'oic',
        audience: 'https://oic-example.ocp.oraclecloud.com:443',
      },
      { id: 'client', name: 'oics-id', displayName: 'OIC', isOPCService: false },
    )
    identityDomain.roles.push(
      { id: 'role-of-other', displayName: 'ServiceInvoker', app: { value: 'other' } },
      { id: 'role', displayName: 'ServiceInvoker', app: { value: 'oic' } },
    )
    const blocks = under(shellBlocks('docs/oic-tokens.md'), /^Give ServiceInvoker by API/)
    const [, lookUp = '', grant = '', user = ''] = blocks.map(({ text }) => text)
    identityDomain.users.push({ id: 'alice-id', userName: 'alice@example.com' })
    const domain = `OIC_DOMAIN=${session.cloud.url}`
    const first = await paste([], domain, lookUp, grant)
    expect(first.stdout).toContain('"grant-1"')
    const toApplication = {
      grantMechanism: 'ADMINISTRATOR_TO_APP',
      grantee: { type: 'App', value: 'client' },
      app: { value: 'oic' },
      entitlement: { attributeName: 'appRoles', attributeValue: 'role' },
    }
    expect(identityDomain.grants).toMatchObject([toApplication])
    const toAlice = user.replace('OIC_USER=…', 'OIC_USER=alice@example.com')
    const again = await paste([], domain, lookUp, toAlice)
    expect(again.stdout).toMatch(/"grant-1"[^]*"grant-2"/)
    expect(identityDomain.grants[1]).toMatchObject({
      ...toApplication,
      grantMechanism: 'ADMINISTRATOR_TO_USER',
      grantee: { type: 'User', value: 'alice-id' },
    })
  })

  it('gives ServiceInvoker by the same body without oci', () => {
    const rest = under(shellBlocks('docs/oic-tokens.md'), /^With REST alone/)
    const [, body = ''] = /<< EOF\n(.*)\nEOF/s.exec(rest.at(-1)?.text ?? '') ?? []
    const ids: Readonly<Record<string, string>> = {
      CLIENT_APP: 'client',
      OIC_APP: 'oic',
      ROLE: 'role',
    }
    const filled = body.replaceAll(/\$\{(\w+):\?\}/g, (_, name: string) => ids[name] ?? '')
    const { id, ...created } = session.cloud.identityDomain.grants[0] ?? {}
    expect(id).toBe('grant-1')
    expect(JSON.parse(filled)).toEqual(created)
  })

  it('moves a deployment from another function to this one, and back', async () => {
    const page = shellBlocks('docs/migrating.md')
    const textUnder = (heading: RegExp) => under(page, heading).map(({ text }) => text)
    const old = session.cloud.store.add('function', 'ACTIVE', { displayName: 'python', config: {} })
    const [deployment] = live('deployment')
    const target = live('function')[0]?.id ?? ''
    const functionOf = ({ specification }: Record<string, unknown> = {}) =>
      /"functionId":"([^"]*)"/.exec(JSON.stringify(specification))?.[1]
    const specification = JSON.stringify(deployment?.['specification']).replace(target, old.id)
    Object.assign(deployment ?? {}, { specification: JSON.parse(specification) as object })
    writeFileSync(join(session.folder, 'project/new.json'), JSON.stringify(keys()))
    const values = `OLD_FUNCTION=${old.id} DEPLOYMENT=${deployment?.id ?? ''} GATEWAY=${live('gateway')[0]?.id ?? ''}`

    await paste([], values, textUnder(/^1\. /)[0] ?? '')
    await paste([], values, textUnder(/^2\. /)[1] ?? '')
    const { stdout } = await paste([], values, ...textUnder(/^3\. /))
    expect(stdout).toMatch(/^1$/m)
    expect(stdout).toMatch(/HTTP\/1\.1 200\n\nintegration called with Bearer/)
    expect(live('deployment').map((one) => [one['pathPrefix'], functionOf(one)])).toEqual([
      ['/oic', old.id],
      ['/oic-next', target],
    ])

    await paste([], values, ...textUnder(/^4\. /))
    expect(functionOf(live('deployment')[0])).toBe(target)
    await paste([], values, ...textUnder(/^The way back/))
    expect(live('deployment')[0]?.['specification']).toEqual(JSON.parse(specification))
    await paste([], values, ...textUnder(/^Afterwards/))
    expect(live('deployment').map((one) => one['pathPrefix'])).toEqual(['/oic'])
    expect(live('function').map(({ id }) => id)).toEqual([target])
  })

  it('fetches the configuration document that is in Vault', async () => {
    const [target] = live('function')
    const saved = keys()
    const id = session.cloud.addSecret('{"issuers":[]}')
    Object.assign(target ?? {}, { config: { authorizer_config_secret_ocid: id } })
    await paste(under(shellBlocks('docs/troubleshooting.md'), /^Why was this token refused/))
    Object.assign(target ?? {}, { config: saved })
    session.cloud.store.get('secret', id).lifecycleState = 'DELETED'
    const file = join(session.folder, 'project/authorizer-config.json')
    expect(readFileSync(file, 'utf8')).toBe('{"issuers":[]}')
  })

  it('puts the configuration document into Vault, and replaces it', async () => {
    const [document, other] = ['{"issuers":[]}', '{"issuers":[],"backends":[]}']
    const file = join(session.folder, 'project/authorizer-config.json')
    writeFileSync(file, document)
    const before = keys()
    await paste([], 'set_key authorizer_config {}')
    const [, create, use] = under(
      shellBlocks('docs/configuration.md'),
      /^The configuration document/,
    )
    await paste([create, use].filter((block) => block !== undefined))
    const { id = '' } =
      live('secret').find((one) => one['secretName'] === 'oic-authorizer-config') ?? {}
    expect(keys()).toEqual({ ...before, authorizer_config_secret_ocid: id })
    expect(
      live('policy')
        .flatMap((one) => one['statements'])
        .join(),
    ).toContain(id)
    writeFileSync(file, other)
    await paste([], 'renew "${CONFIG_OCID:?}" "$(cat authorizer-config.json)"')
    expect(versions('oic-authorizer-config')).toEqual([document, other])
    await paste([], 'unset_key authorizer_config_secret_ocid')
    expect(keys()).toEqual(before)
  })

  it('switches to user assertions, and back', async () => {
    writeFileSync(join(session.folder, 'project/key.pem'), 'the private key')
    const before = keys()
    const [, block] = under(shellBlocks('docs/oic-tokens.md'), /^User assertions/)
    await paste(block === undefined ? [] : [block])
    expect(versions('oic-assertion-key')).toEqual(['the private key'])
    const { id = '' } =
      live('secret').find((one) => one['secretName'] === 'oic-assertion-key') ?? {}
    expect(keys()).toEqual({
      ...before,
      back_end_grant: 'jwt_bearer',
      back_end_assertion_key_ocid: id,
      back_end_assertion_key_id: 'ALIAS',
      back_end_assertion_subject_claim: 'sub',
    })
    expect(
      live('policy')
        .flatMap((one) => one['statements'])
        .join(),
    ).toContain(id)
    const names = 'grant assertion_key_ocid assertion_key_id assertion_subject_claim'
    await paste([], `for key in ${names}; do unset_key "back_end_$key"; done`)
    expect(keys()).toEqual(before)
  })

  it('switches to Basic credentials', async () => {
    await paste(under(shellBlocks('docs/oic-tokens.md'), /^Basic credentials/))
    expect(versions('oic-basic')).toEqual([credentials.user.join(':')])
    const { id = '' } = live('secret').find((one) => one['secretName'] === 'oic-basic') ?? {}
    expect(keys()).toMatchObject({ back_end_grant: 'basic', back_end_client_secret_ocid: id })
    expect(
      Object.keys(keys()).filter((key) => /token_endpoint|client_id$|scope/.test(key)),
    ).toEqual(['idcs_app_client_id'])
    expect(
      live('policy')
        .flatMap((one) => one['statements'])
        .join(),
    ).toContain(id)
    await paste(under(operations, /^Before a change/))
  })

  it('removes everything', async () => {
    await paste(under(operations, /^Take it down/))
    const left = (
      [
        'deployment',
        'gateway',
        'log',
        'loggroup',
        'function',
        'application',
        'repository',
        'image',
        'vault',
      ] as const
    ).flatMap(live)
    expect(left).toEqual([])
    expect(live('policy').map((one) => one['name'])).toEqual([
      'oic-authorizer-config',
      'oic-authorizer-assertion',
      'oic-authorizer-basic',
    ])
    expect(live('secret').map((one) => one['secretName'])).toEqual([
      'oic-authorizer-config',
      'oic-assertion-key',
      'oic-basic',
    ])
  })
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
    await paste(
      [],
      'STACK=ocid1.ormstack.oc1..one',
      ...under(page, /^Resource Manager/).map(({ text }) => text),
    )
    const state = readFileSync(join(session.folder, 'project/credentials.json'), 'utf8')
    expect(JSON.parse(state)).toHaveProperty('outputs.credentials')
  })
})

it('match the SDK’s models, and send nothing else', () => {
  expect(session.cloud.bodies.length).toBeGreaterThan(10)
  expect(modelProblems(session.cloud.bodies)).toEqual([])
})
