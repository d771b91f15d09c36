/**
 * The local stack: gateway, function, identity providers, Vault and Oracle Integration on loopback,
 * connected as on a tenancy.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  backendClient,
  defaultProviders,
  endpointsOf,
  secretOfClient,
  startPlannedProvider,
  type BackendClient,
  type CallerProvider,
} from './caller-providers.ts'
import { MovableClock } from './clock.ts'
import { startEntra, type Entra } from './entra.ts'
import { deployFunction, type FnFunction, type FunctionSpec } from './fn-agent.ts'
import type { DeploymentOptions } from './gateway/deployment.ts'
import { startGateway, type Gateway } from './gateway/gateway.ts'
import { startIdentityDomain, type IdentityDomain } from './identity/identity-domain.ts'
import { startIntegration, type Integration } from './integration.ts'
import type { Exchange, LocalServer, Port } from './listen.ts'
import type { OwnConfiguration } from './own-configuration.ts'
import type { PlannedIssuer } from './own-configuration/plan.ts'
import type { Mapping } from './own-configuration/stand-ins.ts'
import type { OriginKind, OwnDeployment } from './own-deployment.ts'
import {
  ANOTHER_API_AUDIENCE,
  API_AUDIENCE,
  createRegistrations,
  GATEWAY_AUDIENCE,
  OIC_AUDIENCE,
  OIC_SCOPE,
  PLACEHOLDERS,
  randomSecret,
  SECRET_OCIDS,
  type Registrations,
  type SecretOf,
} from './registrations.ts'
import { createResourcePrincipal } from './resource-principal.ts'
import { startVault, type Vault } from './vault.ts'

export interface LocalStackOptions {
  /** How the callers' identity provider behaves. Default: as an identity domain of OCI does. */
  readonly callers?: { readonly flavour: 'standard' | 'idcs'; readonly tokens: 'jwt' | 'opaque' }
  /** Keys added to the function's configuration; undefined takes one out. */
  readonly config?: Readonly<Record<string, string | undefined>>
  /** In place of the stack's own configuration. */
  readonly ownConfiguration?: OwnConfiguration | undefined
  /** Mounted at `PATH_PREFIXES.own`, beside those of `deploy/`. */
  readonly ownDeployment?: OwnDeployment | undefined
  readonly function?: Partial<
    Pick<FunctionSpec, 'entry' | 'node' | 'nodeArguments' | 'maxInstances' | 'timeoutSeconds'>
  >
  /** Default: random. */
  readonly secretOf?: SecretOf
  /** The gateway's port; the other servers have the following ones. Default: free ports. */
  readonly firstPort?: number
  readonly observer?: StackObserver
  /** Called with the name of each part before it starts. */
  readonly onStart?: (part: string) => void
}

/** Sees every exchange of every server and every call of the function: at its start and its end. */
export interface StackObserver {
  exchange(server: string, exchange: Exchange): void
  invocation(invocation: Invocation): void
}

export interface Invocation {
  readonly callId: string
  readonly opcRequestId: string
  readonly requestBody: string
  /** Milliseconds since 1970, with a fraction. */
  readonly startedAt: number
  endedAt: number | undefined
  status: number | undefined
  responseBody: string
  /** An instance was started for this call. */
  isColdStart: boolean
}

export interface LocalStack {
  readonly registrations: Registrations
  readonly callers: IdentityDomain
  /** A second identity domain, with the same issuer and key name as every other. */
  readonly otherCallers: IdentityDomain
  readonly entra: Entra
  readonly oicDomain: IdentityDomain
  readonly vault: Vault
  readonly integration: Integration
  readonly authorizer: FnFunction
  /** The configuration that the function starts with. */
  readonly config: Readonly<Record<string, string>>
  /** The identity providers that this configuration is about. */
  readonly providers: readonly CallerProvider[]
  /** The clients of the configuration's backends, where it is one's own. */
  readonly backends: readonly BackendClient[]
  /** Real addresses of the configuration and the deployment, and what stands in for them. */
  readonly mappings: readonly Mapping[]
  /** All HTTP servers by name, in the order of their ports. */
  readonly servers: ReadonlyMap<string, LocalServer>
  readonly deployments: readonly DeploymentOptions[]
  readonly gateway: Gateway
  /** The gateway's time, by which it keeps results. */
  readonly gatewayClock: MovableClock
  /** A token of the callers' identity domain. */
  requestCallerToken(
    client: { clientId: string; clientSecret: string },
    scope: string,
  ): Promise<string>
  /** The same in the name of a user of the portal. */
  requestUserToken(user: string, scope: string): Promise<string>
  close(): Promise<void>
}

/** Where the deployments of `deploy/` are mounted, and one's own. */
export const PATH_PREFIXES = {
  own: '/own',
  multiArgument: '/oic',
  singleArgument: '/single',
  basicPassThrough: '/pass-through',
  basicAtRoute: '/at-route',
  jwtStock: '/jwt',
  jwtBasicAtRoute: '/jwt-at-route',
} as const

/** Starts everything; closes what has been started when a later part fails. */
export async function startLocalStack(options: LocalStackOptions = {}): Promise<LocalStack> {
  const endings: (() => unknown)[] = []
  const close = async (): Promise<void> => {
    for (const end of endings.splice(0).reverse()) await end()
  }
  try {
    return await start(options, endings, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  options: LocalStackOptions,
  endings: (() => unknown)[],
  close: () => Promise<void>,
): Promise<LocalStack> {
  const {
    ownConfiguration: own,
    ownDeployment,
    observer,
    secretOf = randomSecretPerName(),
  } = options
  const registrations = createRegistrations(options.secretOf)
  const servers = new Map<string, LocalServer>()
  let nextPort = options.firstPort
  const takePort = (): Port => (nextPort === undefined ? 0 : { preferred: nextPort++ })
  const run = async <T extends { readonly server: LocalServer } | LocalServer>(
    name: string,
    begin: (port: Port) => Promise<T>,
    port = takePort(),
  ): Promise<T> => {
    options.onStart?.(name)
    const started = await begin(port)
    const server = serverOf(started)
    endings.push(() => server.close())
    servers.set(name, server)
    if (observer !== undefined) {
      server.onExchange((exchange) => {
        observer.exchange(name, exchange)
      })
    }
    return started
  }

  // The first port is the gateway's, although it starts last.
  const gatewayPort = takePort()
  const callers = await run('callers’ identity domain', (port) =>
    startCallersDomain(registrations, options, port),
  )
  const otherCallers = await run('suppliers’ identity domain', (port) =>
    startOtherCallersDomain(registrations, port),
  )
  const entra = await run('Entra ID', (port) => startEntra({ port }))
  const planned: { readonly plan: PlannedIssuer; readonly provider: CallerProvider }[] = []
  for (const plan of own?.issuers ?? []) {
    const provider = await run(`${plan.kind} ${plan.name}`, (port) =>
      startPlannedProvider(plan, registrations, secretOf, port),
    )
    planned.push({ plan, provider })
  }
  const backends = (own?.backends ?? []).map((plan) => backendClient(plan, registrations, secretOf))
  const domains = [callers, ...planned.flatMap(({ provider }) => provider.domain ?? [])]
  const oicDomain = await run('OIC’s identity domain', (port) =>
    startOicDomain(registrations, domains, backends, port),
  )
  const integration = await run('Oracle Integration', (port) =>
    startOic(registrations, oicDomain, backends, port),
  )
  const principal = await createResourcePrincipal()
  endings.push(() => {
    principal.remove()
  })
  const vault = await run('Vault', (port) => startVault({ trust: [principal], port }))
  for (const [ocid, value] of [
    ...vaultSecrets(registrations),
    ...planned.flatMap(({ plan }) => secretOfClient(plan.client, secretOf)),
    ...backends.flatMap(({ secrets }) => secrets),
  ]) {
    vault.addSecret(ocid, value)
  }

  const mappings: Mapping[] = [
    ...planned.flatMap(({ plan, provider }) => plan.connect(endpointsOf(provider))),
    ...backends.flatMap(({ plan }) => plan.connect(oicDomain.tokenEndpoint)),
  ]
  const config =
    own?.finish(vault) ??
    functionConfig({ registrations, callers, oicDomain, vault }, options.config ?? {})
  options.onStart?.('function')
  const authorizer = deployFunction({
    functionId: PLACEHOLDERS.functionId,
    entry: fileURLToPath(new URL('../dist/func.js', import.meta.url)),
    config,
    platformEnvironment: principal.environment,
    ...options.function,
  })
  endings.push(() => authorizer.stop())

  const providers =
    own === undefined
      ? defaultProviders({ registrations, callers, otherCallers, entra })
      : planned.map(({ provider }) => provider)
  const standIns: Readonly<Record<OriginKind, string>> = {
    'Oracle Integration': integration.url,
    'identity domain': providers.find(({ domain }) => domain)?.server.url ?? callers.url,
    'Entra ID': providers.find((each) => each.entra)?.server.url ?? entra.server.url,
  }
  const originMappings = Object.entries(ownDeployment?.origins ?? {}).map(([from, standIn]) => ({
    from,
    to: standIns[standIn],
    standIn,
  }))
  const gatewayClock = new MovableClock()
  const deployments: readonly DeploymentOptions[] = [
    ...(ownDeployment?.specification === undefined
      ? []
      : [{ pathPrefix: PATH_PREFIXES.own, specification: ownDeployment.specification }]),
    ...(await readDeployments(registrations, callers)),
  ]
  const gateway = await run(
    'gateway',
    (port) =>
      startGateway({
        deployments,
        invokeFunction: (_functionId, body, opcRequestId) =>
          invokeObserved(authorizer, body, opcRequestId, observer),
        origins: {
          [PLACEHOLDERS.oicOrigin]: integration.url,
          ...Object.fromEntries(originMappings.map(({ from, to }) => [from, to])),
        },
        clock: gatewayClock,
        port,
      }),
    gatewayPort,
  )

  return {
    registrations,
    callers,
    otherCallers,
    entra,
    oicDomain,
    vault,
    integration,
    authorizer,
    config,
    providers,
    backends,
    mappings: [...mappings, ...originMappings],
    servers,
    deployments,
    gateway,
    gatewayClock,
    requestCallerToken: async (client, scope) =>
      (await callers.requestToken(client, scope)).accessToken,
    requestUserToken: async (user, scope) => {
      const { portal, portalsKey } = registrations
      return (await callers.requestUserToken(portal, portalsKey, user, scope)).accessToken
    },
    close,
  }
}

function serverOf(part: LocalServer | { readonly server: LocalServer }): LocalServer {
  return 'server' in part ? part.server : part
}

/** Random, and the same for the same name. */
function randomSecretPerName(): SecretOf {
  const secrets = new Map<string, string>()
  return (name) => {
    const secret = secrets.get(name) ?? randomSecret()
    secrets.set(name, secret)
    return secret
  }
}

async function invokeObserved(
  authorizer: FnFunction,
  body: Buffer,
  opcRequestId: string,
  observer: StackObserver | undefined,
) {
  if (observer === undefined) return authorizer.invoke(body)
  const instancesBefore = authorizer.instances.length
  const invocation: Invocation = {
    callId: randomBytes(13).toString('hex').toUpperCase(),
    opcRequestId,
    requestBody: body.toString(),
    startedAt: performance.timeOrigin + performance.now(),
    endedAt: undefined,
    status: undefined,
    responseBody: '',
    isColdStart: false,
  }
  observer.invocation(invocation)
  const result = await authorizer.invoke(body, { callId: invocation.callId })
  invocation.endedAt = performance.timeOrigin + performance.now()
  invocation.status = result.status
  invocation.responseBody = result.body.toString()
  invocation.isColdStart = authorizer.instances.length > instancesBefore
  observer.invocation(invocation)
  return result
}

function vaultSecrets({
  introspector,
  oicInvoker,
  invokersKey,
  oicUser,
}: Registrations): readonly (readonly [string, string])[] {
  return [
    [SECRET_OCIDS.introspection, introspector.clientSecret],
    [SECRET_OCIDS.backend, oicInvoker.clientSecret],
    [SECRET_OCIDS.invokersKey, invokersKey.privateKey],
    [SECRET_OCIDS.oicUser, `${oicUser.name}:${oicUser.password}`],
  ]
}

function startCallersDomain(
  registrations: Registrations,
  { callers }: LocalStackOptions,
  port: Port,
): Promise<IdentityDomain> {
  const { flavour, tokens } = callers ?? { flavour: 'idcs', tokens: 'jwt' }
  const resourceServer = { accessTokenFormat: tokens, lifetimeSeconds: 3600 }
  const { partnerA, partnerB, hasty, stranger, introspector, portal, employeeDevice, alice, bob } =
    registrations
  return startIdentityDomain({
    name: 'callers',
    flavour,
    port,
    clients: [partnerA, partnerB, hasty, stranger, introspector, portal, employeeDevice],
    ...(flavour === 'idcs' ? { users: [alice, bob] } : {}),
    resourceServers: [
      { ...resourceServer, audience: API_AUDIENCE, scopes: ['echo:invoke', 'orders:invoke'] },
      { ...resourceServer, audience: ANOTHER_API_AUDIENCE, scopes: ['read'] },
      { ...resourceServer, audience: GATEWAY_AUDIENCE, scopes: ['invoke'] },
    ],
  })
}

const JWT_FOR_AN_HOUR = { accessTokenFormat: 'jwt', lifetimeSeconds: 3600 } as const

function startOtherCallersDomain(
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

function startOicDomain(
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

/** A client that several backends use has the scopes of them all, and the key that one names. */
function backendClientsOf(backends: readonly BackendClient[]) {
  return backends.flatMap(({ client }) => {
    if (client === undefined) return []
    const same = backends.filter((each) => each.client?.clientId === client.clientId)
    const scopes = [...new Set(same.flatMap((each) => each.client?.scopes ?? []))]
    const named = same.find(({ plan }) => plan.keyId !== undefined)?.client ?? client
    return [{ ...client, ...named, scopes }]
  })
}

function startOic(
  registrations: Registrations,
  oicDomain: IdentityDomain,
  backends: readonly BackendClient[],
  port: Port,
): Promise<Integration> {
  const { oicInvoker, oicInvokerByKey, oicClient, oicPortal, oicDevice, oicUser } = registrations
  return startIntegration({
    port,
    issuer: () => oicDomain.issuer,
    jwks: () => oicDomain.publicKeys(),
    audience: [OIC_AUDIENCE, ...backends.map(({ plan }) => plan.audience)],
    scope: [OIC_SCOPE, ...backends.map(({ plan }) => plan.scope)],
    serviceInvokers: new Set(
      [
        ...[oicInvoker, oicInvokerByKey, oicClient, oicPortal, oicDevice],
        ...backendClientsOf(backends),
      ].map(({ clientId }) => clientId),
    ),
    basicUsers: new Map([[oicUser.name, oicUser.password]]),
  })
}

/** The flat keys, as one sets them with `fn config function`. */
function functionConfig(
  {
    registrations,
    callers,
    oicDomain,
    vault,
  }: Pick<LocalStack, 'registrations' | 'callers' | 'oicDomain' | 'vault'>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const config: Record<string, string | undefined> = {
    audience: API_AUDIENCE,
    issuer: callers.issuer,
    idcs_introspection_endpoint: callers.introspectionEndpoint,
    idcs_app_client_id: registrations.introspector.clientId,
    idcs_app_client_secret_ocid: SECRET_OCIDS.introspection,
    back_end_token_endpoint: oicDomain.tokenEndpoint,
    back_end_app_client_id: registrations.oicInvoker.clientId,
    back_end_client_secret_ocid: SECRET_OCIDS.backend,
    back_end_scope: `${OIC_AUDIENCE}${OIC_SCOPE}`,
    vault_secrets_endpoint: vault.url,
    ...changes,
  }
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

/** The specifications of `deploy/`, with the values that are known only now. */
async function readDeployments(
  { oicUser }: Registrations,
  callers: IdentityDomain,
): Promise<readonly DeploymentOptions[]> {
  const modulus = callers.publicKeys().keys[0]?.n ?? ''
  const credentials = Buffer.from(`${oicUser.name}:${oicUser.password}`).toString('base64')
  const files = [
    [PATH_PREFIXES.multiArgument, 'api-deployment.json'],
    [PATH_PREFIXES.singleArgument, 'api-deployment.single-argument.json'],
    [PATH_PREFIXES.basicPassThrough, 'api-deployment.basic-pass-through.json'],
    [PATH_PREFIXES.basicAtRoute, 'api-deployment.basic-at-route.json'],
    [PATH_PREFIXES.jwtStock, 'api-deployment.jwt-stock.json'],
    [PATH_PREFIXES.jwtBasicAtRoute, 'api-deployment.jwt-basic-at-route.json'],
  ] as const
  return Promise.all(
    files.map(async ([pathPrefix, file]) => {
      const text = await readFile(new URL(`../deploy/${file}`, import.meta.url), 'utf8')
      const specification: unknown = JSON.parse(
        text
          .replace(PLACEHOLDERS.basicCredentials, credentials)
          .replace(PLACEHOLDERS.signingKeyModulus, modulus),
      )
      return { pathPrefix, specification, name: file }
    }),
  )
}
