/** Finds out which identity domains accept a client. */
import type { Config } from '../../src/config/model.ts'
import type { ClientRegistration } from '../../src/oauth/send-as-client.ts'
import { createRequestToken } from '../../src/oauth/token-endpoint.ts'
import { newDeadline, type Setup } from './setup.ts'

/** The token endpoint beside an introspection endpoint of an identity domain. */
export function tokenEndpointBeside(introspectionEndpoint: string): string | undefined {
  const suffix = '/oauth2/v1/introspect'
  return introspectionEndpoint.endsWith(suffix)
    ? introspectionEndpoint.replace(suffix, '/oauth2/v1/token')
    : undefined
}

export function callersTokenEndpoints({ issuers }: Config): readonly string[] {
  const endpoints = issuers.flatMap(({ jwt, introspection }) => [
    introspection?.endpoint && tokenEndpointBeside(introspection.endpoint),
    jwt?.keys.kind === 'remote' ? jwt.keys.access?.tokenEndpoint : undefined,
  ])
  return endpoints.filter((url) => url !== undefined)
}

export function backendTokenEndpoints({ backends }: Config): readonly string[] {
  return backends.flatMap(({ grant }) => (grant.kind === 'basic' ? [] : [grant.tokenEndpoint]))
}

/** A scope that every client of an identity domain may request: its own administrative ones. */
const ANY_CLIENT_SCOPE = 'urn:opc:idm:__myscopes__'

/** Whether the domain accepts the client with this secret. Undefined if its answer does not show it. */
export async function acceptsClient(
  { ports }: Setup,
  tokenEndpoint: string,
  client: ClientRegistration,
): Promise<boolean | undefined> {
  const requestToken = createRequestToken(ports.sendAsClient('token'), ports.clock)
  const form = { grant_type: 'client_credentials', scope: ANY_CLIENT_SCOPE }
  const issued = await requestToken({ tokenEndpoint, client, form }, newDeadline())
  if (issued.ok) return true
  if (!('kind' in issued.error) || issued.error.kind !== 'refused') return undefined
  const { clientRefusal, detail } = issued.error
  // Identity domains check the scope after the client.
  if (detail === 'invalid_scope') return true
  return clientRefusal === 'certain' ? false : undefined
}

/**
 * The configuration's other domain that accepts the client. The secret must not reach another company's
 * provider, so it is sent only to identity domains of Oracle and to loopback.
 */
export async function otherDomainOf(
  setup: Setup,
  client: ClientRegistration,
  refusedBy: string,
): Promise<string | undefined> {
  const { host } = new URL(refusedBy)
  const endpoints = [
    ...callersTokenEndpoints(setup.config),
    ...backendTokenEndpoints(setup.config),
  ].filter((url) => new URL(url).host !== host)
  if (!isIdentityDomain(refusedBy)) return undefined
  for (const endpoint of new Set(endpoints.filter(isIdentityDomain))) {
    if ((await acceptsClient(setup, endpoint, client)) === true) return new URL(endpoint).origin
  }
  return undefined
}

export function isIdentityDomain(url: string): boolean {
  const { hostname } = new URL(url)
  return /\.identity\.(\w+\.)*oraclecloud\.com$/.test(hostname) || hostname === '127.0.0.1'
}
