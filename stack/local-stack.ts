/**
 * The local stack: gateway, function, identity providers, Vault and Oracle Integration on loopback,
 * connected as on a tenancy.
 */
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
import { defaultConfiguration, defaultSecrets } from './default-configuration.ts'
import { PATH_PREFIXES, readDeployments } from './deployments.ts'
import { startEntra, type Entra } from './entra.ts'
import { deployFunction, type FnFunction, type FunctionSpec } from './fn-agent.ts'
import type { DeploymentOptions } from './gateway/deployment.ts'
import { startGateway, type Gateway } from './gateway/gateway.ts'
import type { Client } from './identity/client-request.ts'
import type { IdentityDomain } from './identity/identity-domain.ts'
import type { Integration } from './integration.ts'
import type { LocalServer } from './listen.ts'
import { invokeObserved } from './observer.ts'
import type { OwnConfiguration } from './own-configuration.ts'
import type { PlannedIssuer } from './own-configuration/plan.ts'
import type { Mapping } from './own-configuration/stand-ins.ts'
import type { OriginKind, OwnDeployment } from './own-deployment.ts'
import {
  createRegistrations,
  PLACEHOLDERS,
  randomSecrets,
  type Registrations,
  type SecretOf,
} from './registrations.ts'
import { createResourcePrincipal } from './resource-principal.ts'
import { startCallersDomain, startOic, startOicDomain, startOtherCallersDomain } from './servers.ts'
import { createStarter, type StarterOptions } from './starter.ts'
import { startVault, type Vault } from './vault.ts'

export interface LocalStackOptions extends StarterOptions {
  /** Keys added to the function's configuration; undefined removes one. */
  readonly config?: Readonly<Record<string, string | undefined>>
  /** The user's configuration, instead of the default one. */
  readonly ownConfiguration?: OwnConfiguration | undefined
  /** The user's deployment, mounted at `PATH_PREFIXES.own` beside those of `deploy/`. */
  readonly ownDeployment?: OwnDeployment | undefined
  readonly function?: Partial<
    Pick<FunctionSpec, 'entry' | 'node' | 'nodeArguments' | 'maxInstances'>
  >
  /** Default: random. */
  readonly secretOf?: SecretOf
}

export interface LocalStack {
  readonly registrations: Registrations
  readonly callers: IdentityDomain
  /** A second identity domain, with the same `iss` and `kid` as every other. */
  readonly otherCallers: IdentityDomain
  readonly entra: Entra
  readonly oicDomain: IdentityDomain
  readonly vault: Vault
  readonly integration: Integration
  readonly authorizer: FnFunction
  /** The configuration that the function starts with. */
  readonly config: Readonly<Record<string, string>>
  /** The identity providers of this configuration. */
  readonly providers: readonly CallerProvider[]
  /** The clients of the backends of the user's configuration. */
  readonly backends: readonly BackendClient[]
  /** Real addresses of the configuration and the deployment, and their stand-ins. */
  readonly mappings: readonly Mapping[]
  /** All HTTP servers by name, in the order of their ports. */
  readonly servers: ReadonlyMap<string, LocalServer>
  readonly deployments: readonly DeploymentOptions[]
  readonly gateway: Gateway
  /** The gateway's clock, by which its cached results expire. */
  readonly gatewayClock: MovableClock
  /** A token of the callers' identity domain. */
  requestCallerToken(client: Client, scope: string): Promise<string>
  /** A token of the same domain for a user of the portal. */
  requestUserToken(user: string, scope: string): Promise<string>
  close(): Promise<void>
}

/** Starts all parts; if one fails, closes the earlier ones. */
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
  const { ownConfiguration: own, ownDeployment, observer, secretOf = randomSecrets() } = options
  const registrations = createRegistrations(secretOf)
  const { run, takePort, servers } = createStarter(options, endings)
  // The first port is the gateway's, although it starts last.
  const gatewayPort = takePort()
  const callers = await run('callers’ identity domain', (port) =>
    startCallersDomain(registrations, port),
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
    ...defaultSecrets(registrations),
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
    defaultConfiguration({ registrations, callers, oicDomain, vault }, options.config ?? {})
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
    'Entra ID': providers.find((each) => each.entra)?.server.url ?? entra.url,
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
