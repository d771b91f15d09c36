/**
 * Owns the whole way on one machine: callers' identity domain, gateway, function, Vault, Oracle
 * Integration and its identity domain, wired as a person would wire them on a tenancy.
 * I/O: starts servers on loopback and the built function as a process.
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  ANOTHER_API_AUDIENCE,
  API_AUDIENCE,
  createCast,
  OIC_AUDIENCE,
  OIC_SCOPE,
  PLACEHOLDERS,
  SECRET_OCIDS,
  type Cast,
} from './cast.ts'
import { MovableClock } from './clock.ts'
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
    Pick<FunctionSpec, 'entry' | 'node' | 'maxInstances' | 'timeoutSeconds'>
  >
}

export interface LocalStack {
  readonly cast: Cast
  readonly callers: IdentityDomain
  readonly oicDomain: IdentityDomain
  readonly vault: Vault
  readonly integration: Integration
  readonly authorizer: FnFunction
  readonly gateway: Gateway
  /** The gateway's time, by which it keeps results. */
  readonly gatewayClock: MovableClock
  /** A token of the callers' identity domain. */
  requestCallerToken(
    client: { clientId: string; clientSecret: string },
    scope: string,
  ): Promise<string>
  close(): Promise<void>
}

/** Where the deployments of `deploy/` are mounted. */
export const PATH_PREFIXES = {
  multiArgument: '/oic',
  singleArgument: '/single',
  basicPassThrough: '/pass-through',
  basicAtRoute: '/at-route',
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
  const cast = createCast()
  const callers = await startCallersDomain(cast, options)
  endings.push(() => callers.close())
  const oicDomain = await startOicDomain(cast)
  endings.push(() => oicDomain.close())

  const integration = await startIntegration({
    issuer: () => oicDomain.issuer,
    jwks: () => oicDomain.publicKeys(),
    audience: OIC_AUDIENCE,
    scope: OIC_SCOPE,
    serviceInvokers: new Set([cast.oicInvoker.clientId]),
    basicUsers: new Map([[cast.oicUser.name, cast.oicUser.password]]),
  })
  endings.push(() => integration.close())

  const principal = await createResourcePrincipal()
  endings.push(() => {
    principal.remove()
  })
  const vault = await startVault({ trust: [principal] })
  endings.push(() => vault.close())
  vault.addSecret(SECRET_OCIDS.introspection, cast.introspector.clientSecret)
  vault.addSecret(SECRET_OCIDS.backend, cast.oicInvoker.clientSecret)

  const authorizer = deployFunction({
    functionId: PLACEHOLDERS.functionId,
    entry: fileURLToPath(new URL('../../dist/func.js', import.meta.url)),
    config: functionConfig({ cast, callers, oicDomain, vault }, options.config ?? {}),
    platformEnvironment: principal.environment,
    ...options.function,
  })
  endings.push(() => authorizer.stop())

  const gatewayClock = new MovableClock()
  const gateway = await startGateway({
    deployments: await readDeployments(cast),
    invokeFunction: async (_functionId, body) => authorizer.invoke(body),
    origins: { [PLACEHOLDERS.oicOrigin]: integration.url },
    clock: gatewayClock,
  })
  endings.push(() => gateway.close())

  return {
    cast,
    callers,
    oicDomain,
    vault,
    integration,
    authorizer,
    gateway,
    gatewayClock,
    requestCallerToken: async (client, scope) =>
      (await callers.requestToken(client, scope)).accessToken,
    close,
  }
}

function startCallersDomain(cast: Cast, { callers }: LocalStackOptions): Promise<IdentityDomain> {
  const { flavour, tokens } = callers ?? { flavour: 'idcs', tokens: 'jwt' }
  const resourceServer = { accessTokenFormat: tokens, lifetimeSeconds: 3600 }
  return startIdentityDomain({
    name: 'callers',
    flavour,
    clients: [cast.partnerA, cast.partnerB, cast.hasty, cast.stranger, cast.introspector],
    resourceServers: [
      { ...resourceServer, audience: API_AUDIENCE, scopes: ['echo:invoke', 'orders:invoke'] },
      { ...resourceServer, audience: ANOTHER_API_AUDIENCE, scopes: ['read'] },
    ],
  })
}

function startOicDomain(cast: Cast): Promise<IdentityDomain> {
  return startIdentityDomain({
    name: 'oic',
    flavour: 'idcs',
    clients: [cast.oicInvoker],
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
  { cast, callers, oicDomain, vault }: Pick<LocalStack, 'cast' | 'callers' | 'oicDomain' | 'vault'>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const config: Record<string, string | undefined> = {
    audience: API_AUDIENCE,
    issuer: callers.issuer,
    idcs_introspection_endpoint: callers.introspectionEndpoint,
    idcs_app_client_id: cast.introspector.clientId,
    idcs_app_client_secret_ocid: SECRET_OCIDS.introspection,
    back_end_token_endpoint: oicDomain.tokenEndpoint,
    back_end_app_client_id: cast.oicInvoker.clientId,
    back_end_client_secret_ocid: SECRET_OCIDS.backend,
    back_end_scope: `${OIC_AUDIENCE}${OIC_SCOPE}`,
    vault_secrets_endpoint: vault.url,
    ...changes,
  }
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  )
}

/** The specifications that people are told to use, with the one placeholder that is a secret. */
async function readDeployments({ oicUser }: Cast) {
  const credentials = Buffer.from(`${oicUser.name}:${oicUser.password}`).toString('base64')
  const files = [
    [PATH_PREFIXES.multiArgument, 'api-deployment.json'],
    [PATH_PREFIXES.singleArgument, 'api-deployment.single-argument.json'],
    [PATH_PREFIXES.basicPassThrough, 'api-deployment.basic-pass-through.json'],
    [PATH_PREFIXES.basicAtRoute, 'api-deployment.basic-at-route.json'],
  ] as const
  return Promise.all(
    files.map(async ([pathPrefix, file]) => {
      const text = await readFile(new URL(`../../deploy/${file}`, import.meta.url), 'utf8')
      const specification: unknown = JSON.parse(
        text.replace(PLACEHOLDERS.basicCredentials, credentials),
      )
      return { pathPrefix, specification, name: file }
    }),
  )
}
