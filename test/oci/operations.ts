/** The tasks of an operator, with the set-up of `steps.oci.ts`, which imports this file. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { shellBlocks, under } from './support/documents.ts'
import {
  keys,
  live,
  paste,
  policyStatements,
  secretNamed,
  session,
  versions,
} from './support/reader.ts'
import { newSecret } from './support/session.ts'
import { credentials } from './support/world.ts'

const operations = shellBlocks('docs/operations.md')

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
    expect(secretNamed('oic-client')).toMatchObject({
      lifecycleState: 'ACTIVE',
      currentVersionNumber: 2,
    })
  })

  it('checks the compiled code', async () => {
    const texts = under(operations, /compiled/).map(({ text }) => text)
    const { stdout } = await paste([], 'TAG=0.1.0', ...texts)
    expect(stdout).toContain('false')
  })

  it('gives ServiceInvoker to the application', async () => {
    const { identityDomain } = session.cloud
    const instance = { displayName: 'oic-example', isOPCService: true }
    const audience = 'https://oic-example.ocp.oraclecloud.com:443'
    identityDomain.applications.push(
      { ...instance, id: 'other', name: 'other', audience: 'https://other.example:443' },
      { ...instance, id: 'oic', name: 'oic', audience },
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
    const old = session.cloud.store.add('function', 'ACTIVE', {
      displayName: 'python',
      config: {},
      applicationId: live('application')[0]?.id,
    })
    const [deployment] = live('deployment')
    const target = live('function')[0]?.id ?? ''
    const functionOf = ({ specification }: Record<string, unknown> = {}) =>
      /"functionId":"([^"]*)"/.exec(JSON.stringify(specification))?.[1]
    const specification = JSON.stringify(deployment?.['specification']).replace(target, old.id)
    Object.assign(deployment ?? {}, { specification: JSON.parse(specification) as object })
    writeFileSync(join(session.folder, 'project/new.json'), JSON.stringify(keys()))
    const values = `OLD_FUNCTION=${old.id} DEPLOYMENT=${deployment?.id ?? ''} GATEWAY=${live('gateway')[0]?.id ?? ''}`

    const [ofFunction = '', ofApplication = ''] = textUnder(/^1\. /)
    await paste([], values, ofFunction, ofApplication)
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
    const page = shellBlocks('docs/configuration.md')
    const [, create, use] = under(page, /^The configuration document/)
    await paste([create, use].filter((block) => block !== undefined))
    const { id = '' } = secretNamed('oic-authorizer-config') ?? {}
    expect(keys()).toEqual({ ...before, authorizer_config_secret_ocid: id })
    expect(policyStatements()).toContain(id)
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
    const { id = '' } = secretNamed('oic-assertion-key') ?? {}
    expect(keys()).toEqual({
      ...before,
      back_end_grant: 'jwt_bearer',
      back_end_assertion_key_ocid: id,
      back_end_assertion_key_id: 'ALIAS',
      back_end_assertion_subject_claim: 'sub',
    })
    expect(policyStatements()).toContain(id)
    const names = 'grant assertion_key_ocid assertion_key_id assertion_subject_claim'
    await paste([], `for key in ${names}; do unset_key "back_end_$key"; done`)
    expect(keys()).toEqual(before)
  })

  it('switches to Basic credentials', async () => {
    await paste(under(shellBlocks('docs/oic-tokens.md'), /^Basic credentials/))
    expect(versions('oic-basic')).toEqual([credentials.user.join(':')])
    const { id = '' } = secretNamed('oic-basic') ?? {}
    expect(keys()).toMatchObject({ back_end_grant: 'basic', back_end_client_secret_ocid: id })
    expect(
      Object.keys(keys()).filter((key) => /token_endpoint|client_id$|scope/.test(key)),
    ).toEqual(['idcs_app_client_id'])
    expect(policyStatements()).toContain(id)
    await paste(under(operations, /^Before a change/))
  })

  it('removes everything', async () => {
    await paste(under(operations, /^Take it down/).slice(0, 1))
    const kinds = [
      ...(['deployment', 'gateway', 'log', 'loggroup', 'function'] as const),
      ...(['application', 'repository', 'image', 'vault'] as const),
    ]
    const left = kinds.flatMap(live)
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
