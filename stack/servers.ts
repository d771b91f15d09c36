/** The servers of the local stack with their clients. */
import type { BackendClient } from './caller-providers.ts'
import { startIdentityDomain, type IdentityDomain } from './identity/identity-domain.ts'
import { startIntegration, type Integration } from './integration.ts'
import type { Port } from './listen.ts'
import {
  ANOTHER_API_AUDIENCE,
  API_AUDIENCE,
  GATEWAY_AUDIENCE,
  OIC_AUDIENCE,
  OIC_SCOPE,
  type Registrations,
} from './registrations.ts'

const JWT_FOR_AN_HOUR = { accessTokenFormat: 'jwt', lifetimeSeconds: 3600 } as const

export function startCallersDomain(
  {
    partnerA,
    partnerB,
    hasty,
    stranger,
    introspector,
    portal,
    employeeDevice,
    alice,
    bob,
  }: Registrations,
  port: Port,
): Promise<IdentityDomain> {
  return startIdentityDomain({
    name: 'callers',
    flavour: 'idcs',
    port,
    clients: [partnerA, partnerB, hasty, stranger, introspector, portal, employeeDevice],
    users: [alice, bob],
    resourceServers: [
      { ...JWT_FOR_AN_HOUR, audience: API_AUDIENCE, scopes: ['echo:invoke', 'orders:invoke'] },
      { ...JWT_FOR_AN_HOUR, audience: ANOTHER_API_AUDIENCE, scopes: ['read'] },
      { ...JWT_FOR_AN_HOUR, audience: GATEWAY_AUDIENCE, scopes: ['invoke'] },
    ],
  })
}

export function startOtherCallersDomain(
  { supplier, introspector }: Registrations,
  port: Port,
): Promise<IdentityDomain> {
  return startIdentityDomain({
    name: 'suppliers',
    flavour: 'idcs',
    port,
    clients: [supplier, introspector],
    resourceServers: [{ ...JWT_FOR_AN_HOUR, audience: API_AUDIENCE, scopes: ['echo:invoke'] }],
  })
}

export function startOicDomain(
  { oicInvoker, oicInvokerByKey, oicClient, oicPortal, oicDevice, alice }: Registrations,
  callersDomains: readonly IdentityDomain[],
  backends: readonly BackendClient[],
  port: Port,
): Promise<IdentityDomain> {
  const own = [oicInvoker, oicInvokerByKey, oicClient, oicPortal, oicDevice]
  const clients = new Map(
    [...own, ...backendClientsOf(backends)].map((each) => [each.clientId, each]),
  )
  const audiences = new Map([[OIC_AUDIENCE, new Set([OIC_SCOPE])]])
  for (const { plan } of backends) {
    audiences.set(plan.audience, (audiences.get(plan.audience) ?? new Set()).add(plan.scope))
  }
  return startIdentityDomain({
    name: 'oic',
    flavour: 'idcs',
    port,
    clients: [...clients.values()],
    users: [alice],
    exchangesTokensOf: () =>
      callersDomains.map((domain) => ({ issuer: domain.issuer, keys: domain.publicKeys() })),
    resourceServers: [...audiences].map(([audience, scopes]) => ({
      ...JWT_FOR_AN_HOUR,
      audience,
      scopes: [...scopes],
    })),
  })
}

/** A client of several backends has the scopes of all of them, and the key ID that one of them has. */
function backendClientsOf(backends: readonly BackendClient[]) {
  return backends.flatMap(({ client }) => {
    if (client === undefined) return []
    const same = backends.filter((each) => each.client?.clientId === client.clientId)
    const scopes = [...new Set(same.flatMap((each) => each.client?.scopes ?? []))]
    const named = same.find(({ plan }) => plan.keyId !== undefined)?.client ?? client
    return [{ ...client, ...named, scopes }]
  })
}

export function startOic(
  registrations: Registrations,
  oicDomain: IdentityDomain,
  backends: readonly BackendClient[],
  port: Port,
): Promise<Integration> {
  const { oicInvoker, oicInvokerByKey, oicClient, oicPortal, oicDevice, oicUser, alice } =
    registrations
  const own = [oicInvoker, oicInvokerByKey, oicClient, oicPortal, oicDevice]
  const clients = [...own, ...backendClientsOf(backends)]
  return startIntegration({
    port,
    issuer: () => oicDomain.issuer,
    jwks: () => oicDomain.publicKeys(),
    audience: [OIC_AUDIENCE, ...backends.map(({ plan }) => plan.audience)],
    scope: [OIC_SCOPE, ...backends.map(({ plan }) => plan.scope)],
    serviceInvokers: new Set([...clients.map(({ clientId }) => clientId), alice.name]),
    basicUsers: new Map([[oicUser.name, oicUser.password]]),
  })
}
