/** Vault, an identity domain with its administrative API, and `oci` for the tests of `npm run rotate`. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { PLACEHOLDER } from '../../../scripts/rotate/rotate.ts'
import {
  startIdentityDomain,
  type IdentityDomain,
} from '../../../stack/identity/identity-domain.ts'
import { listen, readBody, type LocalServer } from '../../../stack/listen.ts'
import { OIC_AUDIENCE, OIC_SCOPE, randomSecret } from '../../../stack/registrations.ts'
import { resourceServer } from '../../stack/identity-fixture.ts'
import { startCloud, type Cloud } from '../cloud/cloud.ts'
import { writeConfiguration } from './configuration.ts'
import { root } from './documents.ts'

export const scope = `${OIC_AUDIENCE}${OIC_SCOPE}`
export const [a, b] = ['application-a', 'application-b']
export const introspectors = ['introspection-a', 'introspection-b']
export let cloud: Cloud
export let domain: IdentityDomain
/** The identity domain with the administrative API that `rotate` calls. */
export let front: LocalServer
export let folder: string
export let oicSecret: string
export let introspectionSecret: string
let regenerate: ((appId: string) => { status: number; body: object }) | undefined
const secrets: string[] = []

export async function startRotation(): Promise<void> {
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
    resourceServers: [resourceServer(OIC_AUDIENCE, [OIC_SCOPE], { lifetimeSeconds: 3600 })],
  })
  front = await listen(serveDomain)
  folder = mkdtempSync(join(tmpdir(), 'rotate-'))
  writeConfiguration(folder, cloud)
  // A raw request does not accept an endpoint.
  const oci = `#!/bin/bash
[ "$1" != raw-request ] || unset OCI_CLI_ENDPOINT
printf '%s\\n' "$*" >> "${folder}/command-lines"
exec "${process.env['OCI_COMMAND'] ?? 'oci'}" "$@"
`
  writeFileSync(join(folder, 'oci'), oci, { mode: 0o755 })
}

export async function endRotation(): Promise<void> {
  await Promise.all([cloud.close(), domain.close(), front.close()])
  rmSync(folder, { recursive: true, force: true })
}

export function renewSecrets(): void {
  regenerate = undefined
  oicSecret = cloud.addSecret(PLACEHOLDER)
  introspectionSecret = cloud.addSecret(PLACEHOLDER)
}

/** Replaces the answer of the administrative API; undefined restores it. */
export function answerRegeneration(answer: typeof regenerate): void {
  regenerate = answer
}

const REGENERATOR = 'urn:ietf:params:scim:schemas:oracle:idcs:AppClientSecretRegenerator'

async function serveDomain(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  if (request.url === '/admin/v1/AppClientSecretRegenerator') {
    const { appId = '', schemas } = JSON.parse(body.toString()) as {
      appId?: string
      schemas?: readonly string[]
    }
    const isSigned = request.headers.authorization?.startsWith('Signature ') === true
    // SCIM requires the schema (RFC 7644 §3.3).
    const isComplete = schemas?.includes(REGENERATOR) === true && request.method === 'POST'
    const answer = isComplete ? (regenerate ?? regenerated) : () => ({ status: 400, body: {} })
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

export function regenerated(appId: string) {
  const clientSecret = randomSecret()
  secrets.push(clientSecret)
  domain.setClientSecret(appId.replace('app-of-', ''), clientSecret)
  return { status: 201, body: { appId, clientSecret } }
}

export function credentials() {
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

export async function runScript(script: string, args: readonly string[], path = folder) {
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

export async function run(
  args: readonly string[] = [],
  content: unknown = oicAlone(),
  path = folder,
) {
  const file = join(folder, 'credentials.json')
  writeFileSync(file, JSON.stringify(content))
  const done = await runScript('scripts/rotate.ts', [...args, file], path)
  for (const id of [oicSecret, introspectionSecret]) {
    // The time that Vault takes for an update.
    cloud.store.get('secret', id).lifecycleState = 'ACTIVE'
  }
  return done
}

export function current(id: string): string {
  const secret = cloud.secrets.get(id)
  return secret?.versions[secret.current - 1]?.content.toString() ?? ''
}

/** The client ID in Vault, if its client secret is valid. */
export async function working(id: string): Promise<string> {
  const { client_id, client_secret } = JSON.parse(current(id)) as Record<string, string>
  const client = { clientId: client_id ?? '', clientSecret: client_secret ?? '' }
  await domain.requestToken(client, scope)
  return client.clientId
}
