/** `npm run rotate` as a process with the real `oci`: each step, its failure, and the way back. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals'
import { PLACEHOLDER } from '../../scripts/rotate/rotate.ts'
import { startIdentityDomain, type IdentityDomain } from '../../stack/identity/identity-domain.ts'
import { listen, readBody, type LocalServer } from '../../stack/listen.ts'
import { OIC_AUDIENCE, OIC_SCOPE, randomSecret } from '../../stack/registrations.ts'
import { startCloud, type Cloud } from './cloud/cloud.ts'
import { region } from './cloud/others.ts'
import { root } from './support/documents.ts'

const scope = `${OIC_AUDIENCE}${OIC_SCOPE}`
const [a, b] = ['application-a', 'application-b']
const introspectors = ['introspection-a', 'introspection-b']
let cloud: Cloud
let domain: IdentityDomain
/** The identity domain with the administrative API that `rotate` calls. */
let front: LocalServer
let folder: string
let oicSecret: string
let introspectionSecret: string
/** Replaces the answer of the administrative API. */
let regenerate: ((appId: string) => { status: number; body: object }) | undefined
const secrets: string[] = []

beforeAll(async () => {
  cloud = await startCloud()
  const client = (clientId: string) => ({
    clientId,
    clientSecret: randomSecret(),
    scopes: [scope],
    introspect: clientId.startsWith('introspection'),
  })
  domain = await startIdentityDomain({
    name: 'rotation',
    flavour: 'idcs',
    clients: [a, b, ...introspectors].map(client),
    resourceServers: [
      {
        audience: OIC_AUDIENCE,
        scopes: [OIC_SCOPE],
        accessTokenFormat: 'jwt',
        lifetimeSeconds: 3600,
      },
    ],
  })
  front = await listen(serveDomain)
  folder = mkdtempSync(join(tmpdir(), 'rotate-'))
  const key = join(folder, 'key.pem')
  writeFileSync(key, cloud.user.privateKey, { mode: 0o600 })
  const configuration = `[DEFAULT]\n${cloud.user.configuration}key_file=${key}\nregion=${region}\n`
  writeFileSync(join(folder, 'config'), configuration, { mode: 0o600 })
  // A raw request refuses to be given an endpoint.
  const oci = `#!/bin/bash
[ "$1" != raw-request ] || unset OCI_CLI_ENDPOINT
printf '%s\\n' "$*" >> "${folder}/command-lines"
exec "${process.env['OCI_COMMAND'] ?? 'oci'}" "$@"
`
  writeFileSync(join(folder, 'oci'), oci, { mode: 0o755 })
})

afterAll(async () => {
  await Promise.all([cloud.close(), domain.close(), front.close()])
  rmSync(folder, { recursive: true, force: true })
})

beforeEach(() => {
  regenerate = undefined
  oicSecret = cloud.addSecret(PLACEHOLDER)
  introspectionSecret = cloud.addSecret(PLACEHOLDER)
})

async function serveDomain(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  if (request.url === '/admin/v1/AppClientSecretRegenerator') {
    const { appId = '' } = JSON.parse(body.toString()) as { appId?: string }
    const isSigned = request.headers.authorization?.startsWith('Signature ') === true
    const answer = regenerate ?? regenerated
    const { status, body: json } = isSigned ? answer(appId) : { status: 401, body: {} }
    response.writeHead(status, { 'Content-Type': 'application/scim+json' })
    response.end(JSON.stringify(json))
    return
  }
  const answer = await fetch(`${domain.url}${request.url ?? ''}`, {
    method: 'POST',
    headers: {
      'Content-Type': request.headers['content-type'] ?? '',
      Authorization: request.headers.authorization ?? '',
    },
    body,
  })
  response.writeHead(answer.status).end(await answer.text())
}

function regenerated(appId: string) {
  const clientSecret = randomSecret()
  secrets.push(clientSecret)
  domain.setClientSecret(appId.replace('app-of-', ''), clientSecret)
  return { status: 201, body: { appId, clientSecret } }
}

function credentials() {
  const clients = (ids: readonly string[]) =>
    Object.fromEntries(ids.map((id) => [id.slice(-1), { app_id: `app-of-${id}`, client_id: id }]))
  const domain_url = front.url
  return {
    oic: { domain_url, secret_id: oicSecret, scope, clients: clients([a, b]) },
    introspection: {
      domain_url,
      secret_id: introspectionSecret,
      scope: null,
      clients: clients(introspectors),
    },
  }
}

function oicAlone() {
  return { oic: credentials().oic }
}

async function runScript(script: string, args: readonly string[], path = folder) {
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/tsx/dist/cli.mjs'), join(root, script), ...args],
    {
      env: {
        PATH: `${path}:/usr/bin:/bin`,
        HOME: folder,
        OCI_CLI_CONFIG_FILE: join(folder, 'config'),
        OCI_CLI_ENDPOINT: cloud.url,
        SUPPRESS_LABEL_WARNING: 'True',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const status = await new Promise((resolve) => child.once('close', resolve))
  for (const secret of secrets) expect(output).not.toContain(secret)
  return { status, output }
}

async function run(args: readonly string[] = [], content: unknown = oicAlone(), path = folder) {
  const file = join(folder, 'credentials.json')
  writeFileSync(file, JSON.stringify(content))
  const done = await runScript('scripts/rotate.ts', [...args, file], path)
  for (const id of [oicSecret, introspectionSecret]) {
    // The time that Vault takes for an update.
    cloud.store.get('secret', id).lifecycleState = 'ACTIVE'
  }
  return done
}

function current(id: string): string {
  const secret = cloud.secrets.get(id)
  return secret?.versions[secret.current - 1]?.content.toString() ?? ''
}

/** The client id in Vault, if its client secret gets a token. */
async function working(id: string): Promise<string> {
  const { client_id, client_secret } = JSON.parse(current(id)) as Record<string, string>
  const client = { clientId: client_id ?? '', clientSecret: client_secret ?? '' }
  await domain.requestToken(client, scope)
  return client.clientId
}

it('rotates the placeholder, then to the second application, and back', async () => {
  expect(await run([], credentials())).toEqual({
    status: 0,
    output: `oic: application ${a} is in use\nintrospection: application ${introspectors[0]} is in use\n`,
  })
  expect(await working(oicSecret)).toBe(a)
  const first = current(oicSecret)

  // As Resource Manager has it.
  const state = { version: 4, outputs: { credentials: { value: oicAlone() } } }
  expect((await run([], state)).output).toBe(`oic: application ${b} is in use\n`)
  expect(await working(oicSecret)).toBe(b)
  // Instances of the function that still hold the first secret go on.
  const { client_secret = '' } = JSON.parse(first) as Record<string, string>
  await domain.requestToken({ clientId: a, clientSecret: client_secret }, scope)

  expect((await run(['--back'])).output).toContain(`oic: application ${a} is in use`)
  expect(current(oicSecret)).toBe(first)
  expect(await working(oicSecret)).toBe(a)

  expect((await run()).output).toContain(`oic: application ${b} is in use`)
  expect(await working(oicSecret)).toBe(b)
})

it('does not return to the placeholder or to an invalid client secret', async () => {
  expect((await run(['--back'])).output).toMatch(
    /^oic: there is no previous version that can be read: oci secrets secret-bundle get is refused with 404 NotAuthorizedOrNotFound\. Nothing was changed\./,
  )
  await run()
  const before = current(oicSecret)
  expect((await run(['--back'])).output).toContain('the placeholder of the stack')
  await run()
  domain.setClientSecret(a, randomSecret())
  const { status, output } = await run(['--back'])
  expect(status).toBe(1)
  expect(output).toContain(`oic: application ${a} failed the check with the previous client secret`)
  expect(current(oicSecret)).not.toBe(before)
  expect(await working(oicSecret)).toBe(b)
})

it('does not change Vault if the identity domain gives no new client secret', async () => {
  regenerate = () => ({ status: 403, body: { detail: 'no' } })
  const { status, output } = await run()
  expect(status).toBe(1)
  expect(output).toContain(
    `oic: application ${a} got no new client secret: the identity domain answers with status 403 Forbidden. Vault is unchanged.`,
  )
  expect(current(oicSecret)).toBe(PLACEHOLDER)
})

it('does not change Vault if the new client secret fails the check', async () => {
  regenerate = () => ({ status: 201, body: { clientSecret: 'not-the-one' } })
  const { status, output } = await run([], credentials())
  expect(status).toBe(1)
  expect(output).toContain(
    `oic: application ${a} failed the check with its new client secret: ${front.url}/oauth2/v1/token answers with status 401. Vault is unchanged.`,
  )
  expect(output).toContain(`${front.url}/oauth2/v1/introspect answers with status 401`)
  expect(output).not.toContain('not-the-one')
  expect(current(oicSecret)).toBe(PLACEHOLDER)
})

it('reports that Vault rejects the new version, and can be run again', async () => {
  regenerate = (appId) => {
    cloud.store.get('secret', oicSecret).lifecycleState = 'UPDATING'
    return regenerated(appId)
  }
  const { status, output } = await run([], credentials())
  expect(status).toBe(1)
  expect(output).toContain(
    `oic: the new client secret of application ${a} was not stored: oci vault secret update-base64 is refused with 409 Conflict. The function goes on`,
  )
  expect(output).toContain(`introspection: application ${introspectors[0]} is in use`)
  expect(current(oicSecret)).toBe(PLACEHOLDER)
  regenerate = undefined
  expect((await run()).output).toContain(`oic: application ${a} is in use`)
})

it('reports that the secret cannot be read or that oci is missing', async () => {
  const { oic } = credentials()
  const other = { oic: { ...oic, secret_id: 'ocid1.vaultsecret.oc1.eu-frankfurt-1.other' } }
  expect(await run([], other)).toEqual({
    status: 1,
    output:
      'oic: the secret cannot be read: oci secrets secret-bundle get is refused with 404 NotAuthorizedOrNotFound. Nothing was changed.\n',
  })
  expect(await run([], { oic }, '/nowhere')).toEqual({
    status: 1,
    output:
      'oic: the secret cannot be read: there is no command oci; Cloud Shell has it. Nothing was changed.\n',
  })
  expect(await run([], { oic: null, introspection: null })).toMatchObject({ status: 2 })
  expect(await run([], { oic: {} })).toMatchObject({ status: 2 })
})

it('replaces the placeholder that the doctor reports', async () => {
  const file = join(folder, 'function-config.json')
  const config = {
    audience: 'https://api.example.com/',
    issuer: 'https://identity.oraclecloud.com/',
    idcs_introspection_endpoint: `${front.url}/oauth2/v1/introspect`,
    idcs_app_client_id: introspectors[0],
    idcs_app_client_secret_ocid: introspectionSecret,
    back_end_token_endpoint: `${front.url}/oauth2/v1/token`,
    back_end_app_client_id: a,
    back_end_client_secret_ocid: oicSecret,
    back_end_scope: scope,
    vault_secrets_endpoint: cloud.url,
  }
  writeFileSync(file, JSON.stringify(config))
  const doctor = () => runScript('scripts/doctor.ts', ['--config', file])
  const before = await doctor()
  expect(before.output).toMatch(/^fail +secret of application-a: is still the placeholder/m)
  expect(before.output.match(/^fail .*placeholder.*$/gm)?.length).toBeGreaterThan(1)
  await run([], credentials())
  const { output } = await doctor()
  expect(output).not.toContain('placeholder')
  expect(output.match(/^ok +secret/gm)).toHaveLength(2)
  expect(output).toMatch(/^ok +introspection/m)
  expect(output).toMatch(/^ok +backend token/m)
})
