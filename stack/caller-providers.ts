/** The identity providers of callers: those of the local stack, or of the user's configuration. */
import { startEntra, type Entra } from './entra.ts'
import { startIdentityDomain, type IdentityDomain } from './identity/identity-domain.ts'
import type { ClientOptions, UserOptions } from './identity/options.ts'
import { TOKEN_SHAPES } from './identity/token-shapes.ts'
import type { LocalServer, Port } from './listen.ts'
import type { LocalStack } from './local-stack.ts'
import type { PlannedBackend, PlannedIssuer, Registration } from './own-configuration/plan.ts'
import type { Endpoints, ProviderKind } from './own-configuration/stand-ins.ts'
import {
  API_AUDIENCE,
  newKeyPair,
  REDIRECT_URI,
  type KeyPair,
  type Registrations,
  type SecretOf,
} from './registrations.ts'

export interface CallerProvider {
  readonly name: string
  readonly kind: ProviderKind
  readonly server: LocalServer
  readonly domain: IdentityDomain | undefined
  readonly entra: Entra | undefined
  readonly clients: readonly ClientOptions[]
  /** Fully qualified for domains; app roles for Entra ID. */
  readonly scopes: readonly string[]
  /** The client that gets tokens in the names of users by assertion, with its key. */
  readonly portal: { readonly client: ClientOptions; readonly key: KeyPair } | undefined
  readonly users: readonly UserOptions[]
}

/** The providers of the default configuration. */
export function defaultProviders({
  registrations,
  callers,
  otherCallers,
  entra,
}: Pick<
  LocalStack,
  'registrations' | 'callers' | 'otherCallers' | 'entra'
>): readonly CallerProvider[] {
  const { partnerA, partnerB, portal, portalsKey, supplier, alice, bob } = registrations
  const none = { domain: undefined, entra: undefined, portal: undefined, users: [] }
  const identityDomain = (name: string, domain: IdentityDomain) =>
    ({ ...none, name, kind: 'identity domain', server: domain, domain }) as const
  return [
    {
      ...identityDomain('callers’ identity domain', callers),
      clients: [partnerA, partnerB],
      scopes: [`${API_AUDIENCE}echo:invoke`, `${API_AUDIENCE}orders:invoke`],
      portal: { client: portal, key: portalsKey },
      users: [alice, bob],
    },
    {
      ...identityDomain('suppliers’ identity domain', otherCallers),
      clients: [supplier],
      scopes: [`${API_AUDIENCE}echo:invoke`],
    },
    {
      ...none,
      name: 'Entra ID',
      kind: 'Entra ID',
      server: entra,
      entra,
      clients: [],
      scopes: ['Echo.Invoke'],
    },
  ]
}

/** A stand-in with the issuer, the audiences, the clients and the secrets of the configuration. */
export async function startPlannedProvider(
  plan: PlannedIssuer,
  { alice, bob }: Registrations,
  secretOf: SecretOf,
  port: Port,
): Promise<CallerProvider> {
  const name = `${plan.kind} ${plan.name}`
  const [audience, ...secondaryAudiences] = plan.audiences
  const tokenShape = TOKEN_SHAPES[plan.preset ?? '']
  if (plan.kind === 'Entra ID') {
    const [tenant] = /[0-9a-f-]{36}/i.exec(plan.issuer ?? '') ?? []
    const entra = await startEntra({
      port,
      apiClientId: audience,
      extraClaims: plan.claims,
      ...(tenant === undefined ? {} : { tenant }),
    })
    return {
      name,
      kind: plan.kind,
      server: entra,
      domain: undefined,
      entra,
      clients: plan.clientIds.map((clientId) => ({ clientId, clientSecret: '', scopes: [] })),
      scopes: plan.scopes,
      portal: undefined,
      users: [alice, bob],
    }
  }
  const isIdentityDomain = plan.kind === 'identity domain'
  const key = newKeyPair('portals-certificate')
  const scopes = plan.scopes.map((scope) => audience + scope)
  const clients: ClientOptions[] = plan.clientIds.map((clientId) => ({
    clientId,
    clientSecret: secretOf(clientId),
    scopes,
    ...(isIdentityDomain && { publicKey: key.publicKey, redirectUris: [REDIRECT_URI] }),
  }))
  const registered = plan.client
  const introspector: ClientOptions[] =
    registered === undefined || plan.clientIds.includes(registered.clientId)
      ? []
      : [{ clientId: registered.clientId, clientSecret: '', scopes: [] }]
  const domain = await startIdentityDomain({
    name: plan.name,
    flavour: isIdentityDomain ? 'idcs' : 'standard',
    port,
    ...(plan.issuer === undefined ? {} : { issuer: plan.issuer }),
    extraClaims: plan.claims,
    ...(tokenShape === undefined ? {} : { tokenShape }),
    clients: [...clients, ...introspector].map((client) =>
      client.clientId === registered?.clientId
        ? { ...client, clientSecret: secretOf(registered.secretOcid), introspect: true }
        : client,
    ),
    ...(isIdentityDomain ? { users: [alice, bob] } : {}),
    resourceServers: [
      {
        audience,
        ...(isIdentityDomain ? { secondaryAudiences } : {}),
        scopes: plan.scopes,
        accessTokenFormat: 'jwt',
        lifetimeSeconds: 3600,
      },
    ],
  })
  const [first] = clients
  return {
    name,
    kind: plan.kind,
    server: domain,
    domain,
    entra: undefined,
    clients,
    scopes,
    portal: isIdentityDomain && first !== undefined ? { client: first, key } : undefined,
    users: isIdentityDomain ? [alice, bob] : [],
  }
}

export function endpointsOf({ domain, entra, server }: CallerProvider): Endpoints {
  return {
    url: server.url,
    jwksUri: domain?.jwksUri ?? entra?.jwksUri ?? server.url,
    introspectionEndpoint: domain?.introspectionEndpoint,
    publicKeys: domain?.publicKeys(),
  }
}

export interface BackendClient {
  readonly plan: PlannedBackend
  readonly client: ClientOptions | undefined
  /** For Vault, by OCID. */
  readonly secrets: readonly (readonly [string, string])[]
}

/** The client of a configured backend, and its secrets in Vault. */
export function backendClient(
  plan: PlannedBackend,
  { oicUser, invokersKey }: Registrations,
  secretOf: SecretOf,
): BackendClient {
  const { client: registered, authenticatesByKey, keyOcid, keyId, basicOcid } = plan
  const publicKey = { ...invokersKey.publicKey, kid: keyId ?? invokersKey.publicKey.kid }
  return {
    plan,
    client:
      registered === undefined
        ? undefined
        : {
            clientId: registered.clientId,
            clientSecret: secretOf(registered.secretOcid),
            scopes: [plan.audience + plan.scope],
            publicKey,
            authenticatesByKey,
          },
    secrets: [
      ...(authenticatesByKey && registered !== undefined
        ? [[registered.secretOcid, invokersKey.privateKey] as const]
        : secretOfClient(registered, secretOf)),
      ...(keyOcid === undefined ? [] : [[keyOcid, invokersKey.privateKey] as const]),
      ...(basicOcid === undefined
        ? []
        : [[basicOcid, `${oicUser.name}:${oicUser.password}`] as const]),
    ],
  }
}

/** By OCID and not by client: two clients may share a secret. */
export function secretOfClient(
  client: Registration | undefined,
  secretOf: SecretOf,
): readonly (readonly [string, string])[] {
  return client === undefined ? [] : [[client.secretOcid, secretOf(client.secretOcid)]]
}
