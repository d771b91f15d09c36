/** Identity domains of the tests, and requests to their endpoints. */
import { postAsClient } from '../../stack/identity/client-request.ts'
import { startIdentityDomain, type IdentityDomain } from '../../stack/identity/identity-domain.ts'
import type { IdentityDomainOptions } from '../../stack/identity/options.ts'

type ResourceServer = IdentityDomainOptions['resourceServers'][number]
type Client = Parameters<typeof postAsClient>[1]

/** An API whose tokens are JWTs that live for ten minutes, unless given. */
export function resourceServer(
  audience: string,
  scopes: string[] = ['read'],
  more: Partial<ResourceServer> = {},
): ResourceServer {
  return { audience, scopes, accessTokenFormat: 'jwt', lifetimeSeconds: 600, ...more }
}

const running: IdentityDomain[] = []

/** A domain with one API, unless given; `closeDomains` closes it. */
export async function startDomain(
  flavour: IdentityDomainOptions['flavour'],
  options: Partial<IdentityDomainOptions>,
): Promise<IdentityDomain> {
  const resourceServers = [resourceServer('https://api.example/')]
  const domain = await startIdentityDomain({
    ...{ name: 'callers', flavour, clients: [], resourceServers },
    ...options,
  })
  running.push(domain)
  return domain
}

export async function closeDomains(): Promise<void> {
  await Promise.all(running.splice(0).map((domain) => domain.close()))
}

export async function post(endpoint: string, client: Client, form: Record<string, string>) {
  const response = await postAsClient(endpoint, client, form)
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

export function introspectAs(client: Client, domain: IdentityDomain, token: string) {
  return post(domain.introspectionEndpoint, client, { token })
}
