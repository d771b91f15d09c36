import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen, readBody } from '../../../stack/listen.ts'
import { verifySignature } from '../../../stack/vault/request-signature.ts'
import { newSecret, type Secret } from '../../../stack/vault/secrets.ts'
import { functionsRoutes } from './functions.ts'
import { gatewayRoutes } from './gateways.ts'
import { IdentityDomainData, identityDomainRoutes } from './identity-domain.ts'
import { identityRoutes, loggingRoutes } from './others.ts'
import { findRoute, get, type Route, type SdkPackage } from './route.ts'
import { Refusal, Store, type Json } from './store.ts'
import { keyRoutes, vaultRoutes } from './vaults.ts'
import { WorkRequests, type Service } from './work-requests.ts'

export interface RecordedBody {
  readonly request: string
  readonly model: readonly [sdk: SdkPackage, name: string]
  readonly body: Json
}

/** A tenancy with one user. It verifies signatures and records requests. */
export interface Cloud {
  readonly url: string
  /** The user's API signing key (PEM), and its members of the CLI's configuration. */
  readonly user: { readonly privateKey: string; readonly configuration: string }
  readonly store: Store
  readonly work: WorkRequests
  readonly identityDomain: IdentityDomainData
  readonly secrets: ReadonlyMap<string, Secret>
  /** Method, path and status of each request. */
  readonly requests: readonly string[]
  /** The bodies for which the SDK has models. */
  readonly bodies: readonly RecordedBody[]
  /** Adds an existing secret; returns its OCID. */
  addSecret(text: string): string
  /** The host of a new vault is unknown until this is called. */
  openVault(): Promise<void>
  close(): Promise<void>
}

const tenancy = 'ocid1.tenancy.oc1..one'
const userId = 'ocid1.user.oc1..one'
const fingerprint = '00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff'

export async function startCloud(): Promise<Cloud> {
  const keys = newPemKeys()
  const signer = { key: createPublicKey(keys.publicKey), subject: userId }
  const store = new Store()
  const work = new WorkRequests()
  const identityDomain = new IdentityDomainData()
  const secrets = new Map<string, Secret>()
  const requests: string[] = []
  const bodies: RecordedBody[] = []

  async function answer(
    routes: readonly Route[],
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    const bytes = await readBody(request)
    const { method = '', url: target = '', headers } = request
    const { pathname, searchParams } = new URL(target, 'http://oci.example')
    const reply = await refusable(async () => {
      const verdict = await verifySignature({ method, target, headers }, Date.now() / 1000, (id) =>
        Promise.resolve(id === `${tenancy}/${userId}/${fingerprint}` ? signer : undefined),
      )
      const problem = verdict.valid ? bodyProblem(request, bytes) : verdict.reason
      if (problem !== undefined) throw new Refusal(401, 'NotAuthenticated', problem)
      const found = findRoute(routes, method, pathname)
      if (!found) throw new Refusal(404, 'NotAuthorizedOrNotFound', `no ${method} ${pathname}`)
      const { route, ids } = found
      const body = bytes.length > 0 ? (JSON.parse(bytes.toString()) as Json) : {}
      if (route.model) bodies.push({ request: `${method} ${pathname}`, model: route.model, body })
      return route.answer({ ids, query: searchParams, body })
    })
    const status = reply.status ?? 200
    requests.push(`${method} ${pathname} ${status}`)
    response.writeHead(status, { 'Content-Type': 'application/json', ...reply.headers })
    response.end(reply.body === undefined ? '' : JSON.stringify(reply.body))
  }

  const vault = await listen((request, response) => answer(keyRoutes(store), request, response))
  await vault.pause()
  const routes = [
    ...functionsRoutes(store, work),
    ...gatewayRoutes(store, work),
    ...vaultRoutes(store, work, secrets, vault.url),
    ...identityRoutes(store),
    ...loggingRoutes(store, work),
    ...identityDomainRoutes(identityDomain),
    ...workRoutes(work, 'functions', '20260325'),
    ...workRoutes(work, 'gateway', '20190501'),
    ...workRoutes(work, 'logging', '20200531'),
  ]
  const server = await listen((request, response) => answer(routes, request, response))
  let isOpen = false
  return {
    url: server.url,
    user: {
      privateKey: keys.privateKey,
      configuration: `user=${userId}\ntenancy=${tenancy}\nfingerprint=${fingerprint}\n`,
    },
    store,
    work,
    identityDomain,
    secrets,
    requests,
    bodies,
    addSecret: (text) => {
      const { id } = store.add('secret', 'ACTIVE', { currentVersionNumber: 1 })
      secrets.set(id, newSecret(Buffer.from(text), new Date()))
      return id
    },
    openVault: async () => {
      if (!isOpen) await vault.resume()
      isOpen = true
    },
    close: async () => {
      await Promise.all([server.close(), ...(isOpen ? [vault.close()] : [])])
    },
  }
}

export function newPemKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

function workRoutes(work: WorkRequests, service: Service, version: string): Route[] {
  const path = `/${version}/workRequests/*`
  const orMissing = (body: object | undefined) => {
    if (body === undefined) throw new Refusal(404, 'NotFound', 'no such work request')
    return { body }
  }
  return [
    get(path, ({ ids: [id] }) => orMissing(work.read(service, id))),
    get(`${path}/errors`, ({ ids: [id] }) => orMissing(work.errors(service, id))),
  ]
}

async function refusable<T>(act: () => Promise<T>) {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return {
      status: error.status,
      body: { code: error.code, message: error.message },
      headers: undefined,
    }
  }
}

/** OCI, "Request Signatures": POST and PUT requests sign the body's digest. */
function bodyProblem({ method, headers }: IncomingMessage, bytes: Buffer): string | undefined {
  if (method !== 'POST' && method !== 'PUT') return undefined
  if (!/headers="[^"]*x-content-sha256/.test(headers.authorization ?? '')) {
    return 'the body is not signed'
  }
  const digest = createHash('sha256').update(bytes).digest('base64')
  return headers['x-content-sha256'] === digest ? undefined : 'the body is another than signed'
}
