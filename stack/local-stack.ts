/**
 * Owns the whole way on one machine: callers' identity domain, gateway, function, Vault, Oracle
 * Integration and its identity domain, wired as a person would wire them on a tenancy.
 * I/O: starts servers on loopback and the built function as a process.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  ALICE,
  BOB,
  ANOTHER_API_AUDIENCE,
  API_AUDIENCE,
  createRegistrations,
  GATEWAY_AUDIENCE,
  OIC_AUDIENCE,
  OIC_SCOPE,
  PLACEHOLDERS,
  SECRET_OCIDS,
  type Registrations,
} from './registrations.ts'
import { MovableClock } from './clock.ts'
import { startEntra, type Entra } from './entra.ts'
import { deployFunction, type FnFunction, type FunctionSpec } from './fn-agent.ts'
import { startGateway, type Gateway } from './gateway/gateway.ts'
import { startIdentityDomain, type IdentityDomain } from './identity/identity-domain.ts'
import { startIntegration, type Integration } from './integration.ts'
import { createResourcePrincipal } from './resource-principal.ts'
import { startVault, type Vault } from './vault.ts'

export interface LocalStackOptions {
  /** How the callers' identity provider behaves. Default: as an identity domain of OCI does. */
  readonly callers?: { readonly flavour: 'standard' | 'idcs'; readonly tokens: 'jwt' | 'opaque' }
  /** Keys added to the function's configuration; undefined takes one out. */
  readonly config?: Readonly<Record<string, string | undefined>>
  readonly function?: Partial<
    Pick<FunctionSpec, 'entry' | 'node' | 'nodeArguments' | 'maxInstances' | 'timeoutSeconds'>
  >
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
  readonly gateway: Gateway
  /** The gateway's time, by which it keeps results. */
  readonly gatewayClock: MovableClock
  /** A token of the callers' identity domain. */
  requestCallerToken(
    client: { clientId: string; clientSecret: string },
    scope: string,
  ): Promise<string>
  /** The same in the name of a person who uses the portal. */
  requestUserToken(user: string, scope: string): Promise<string>
  close(): Promise<void>
}

/** Where the deployments of `deploy/` are mounted. */
export const PATH_PREFIXES = {
  multiArgument: '/oic',
  singleArgument: '/single',
  basicPassThrough: '/pass-through',
  basicAtRoute: '/at-route',
  jwtStock: '/jwt',
  jwtBasicAtRoute: '/jwt-at-route',
} as const

/** Starts everything; what has been started is ended again when a later part fails. */
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
  const registrations = createRegistrations()
  const callers = await startCallersDomain(registrations, options)
  endings.push(() => callers.close())
  const otherCallers = await startOtherCallersDomain(registrations)
  endings.push(() => otherCallers.close())
  const entra = await startEntra()
  endings.push(() => entra.close())
  const oicDomain = await startOicDomain(registrations, callers)
  endings.push(() => oicDomain.close())

  const integration = await startIntegration({
    issuer: () => oicDomain.issuer,
    jwks: () => oicDomain.publicKeys(),
    audience: OIC_AUDIENCE,
    scope: OIC_SCOPE,
    serviceInvokers: new Set([
      registrations.oicInvoker.clientId,
      registrations.oicInvokerByKey.clientId,
    ]),
    basicUsers: new Map([[registrations.oicUser.name, registrations.oicUser.password]]),
  })
  endings.push(() => integration.close())

  const principal = await createResourcePrincipal()
  endings.push(() => {
    principal.remove()
  })
  const vault = await startVault({ trust: [principal] })
  endings.push(() => vault.close())
  vault.addSecret(SECRET_OCIDS.introspection, registrations.introspector.clientSecret)
  vault.addSecret(SECRET_OCIDS.backend, registrations.oicInvoker.clientSecret)
  vault.addSecret(SECRET_OCIDS.invokersKey, registrations.invokersKey.privateKey)
  vault.addSecret(
    SECRET_OCIDS.oicUser,
    `${registrations.oicUser.name}:${registrations.oicUser.password}`,
  )

  const config = functionConfig({ registrations, callers, oicDomain, vault }, options.config ?? {})
  const authorizer = deployFunction({
    functionId: PLACEHOLDERS.functionId,
    entry: fileURLToPath(new URL('../dist/func.js', import.meta.url)),
    config,
    platformEnvironment: principal.environment,
    ...options.function,
  })
  endings.push(() => authorizer.stop())

  const gatewayClock = new MovableClock()
  const gateway = await startGateway({
    deployments: await readDeployments(registrations, callers),
    invokeFunction: async (_functionId, body) => authorizer.invoke(body),
    origins: { [PLACEHOLDERS.oicOrigin]: integration.url },
    clock: gatewayClock,
  })
  endings.push(() => gateway.close())

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
    gateway,
    gatewayClock,
    requestCallerToken: async (client, scope) =>
      (await callers.requestToken(client, scope)).accessToken,
    requestUserToken: async (user, scope) =>
      (await callers.requestUserToken(registrations.portal, registrations.portalsKey, user, scope))
        .accessToken,
    close,
  }
}

function startCallersDomain(
  registrations: Registrations,
  { callers }: LocalStackOptions,
): Promise<IdentityDomain> {
  const { flavour, tokens } = callers ?? { flavour: 'idcs', tokens: 'jwt' }
  const resourceServer = { accessTokenFormat: tokens, lifetimeSeconds: 3600 }
  return startIdentityDomain({
    name: 'callers',
    flavour,
    clients: [
      registrations.partnerA,
      registrations.partnerB,
      registrations.hasty,
      registrations.stranger,
      registrations.introspector,
      registrations.portal,
    ],
    ...(flavour === 'idcs' ? { users: [ALICE, BOB] } : {}),
    resourceServers: [
      { ...resourceServer, audience: API_AUDIENCE, scopes: ['echo:invoke', 'orders:invoke'] },
      { ...resourceServer, audience: ANOTHER_API_AUDIENCE, scopes: ['read'] },
      { ...resourceServer, audience: GATEWAY_AUDIENCE, scopes: ['invoke'] },
    ],
  })
}

function startOtherCallersDomain(registrations: Registrations): Promise<IdentityDomain> {
  return startIdentityDomain({
    name: 'suppliers',
    flavour: 'idcs',
    clients: [registrations.supplier, registrations.introspector],
    resourceServers: [
      {
        audience: API_AUDIENCE,
        scopes: ['echo:invoke'],
        accessTokenFormat: 'jwt',
        lifetimeSeconds: 3600,
      },
    ],
  })
}

function startOicDomain(
  registrations: Registrations,
  callers: IdentityDomain,
): Promise<IdentityDomain> {
  return startIdentityDomain({
    name: 'oic',
    flavour: 'idcs',
    clients: [registrations.oicInvoker, registrations.oicInvokerByKey],
    users: [ALICE],
    exchangesTokensOf: () => callers.publicKeys(),
    resourceServers: [
      {
        audience: OIC_AUDIENCE,
        scopes: [OIC_SCOPE],
        accessTokenFormat: 'jwt',
        lifetimeSeconds: 3600,
      },
    ],
  })
}

/** The flat keys, as a person sets them with `fn config function`. */
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

/** The specifications that people are told to use, with what is known only now. */
async function readDeployments({ oicUser }: Registrations, callers: IdentityDomain) {
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
