/**
 * Owns what one can say about an identity domain of the local stack, and what makes no sense.
 * I/O: none; pure.
 */
import type { JSONWebKeySet } from 'jose'

export interface IdentityDomainOptions {
  /** For messages, and the seed of the made-up tenant name. */
  name: string
  /** `standard` keeps to the RFCs; `idcs` is as odd as Oracle's identity domains are. */
  flavour: 'standard' | 'idcs'
  clients: readonly ClientOptions[]
  resourceServers: readonly ResourceServerOptions[]
  /** 0 or absent: a free one. */
  port?: number
  /**
   * The domain setting "Access signing certificate: Configure client access" of the `idcs` flavour.
   * Closed unless set, as in a new domain. A standard domain always publishes its keys.
   */
  signingCertPublicAccess?: boolean
  /** Login names of the people whom the domain knows; clients may assert them. `idcs` alone. */
  users?: readonly string[]
  /**
   * Keys of another domain, whose tokens can be exchanged here (RFC 8693). `idcs` alone; a real
   * identity domain exchanges no foreign token for one of its own, as far as is documented.
   */
  exchangesTokensOf?: () => JSONWebKeySet
}

export interface ClientOptions {
  clientId: string
  clientSecret: string
  /** Fully qualified: the audience, immediately followed by the scope name. */
  scopes: readonly string[]
  /** Whether it may introspect tokens ("Allowed operations: Introspect"). Default: no. */
  introspect?: boolean
  /** The client's own key, as its certificate in the domain has it: signs user assertions. */
  publicKey?: ClientKey
  /** Whether the client authenticates with that key (`private_key_jwt`) in place of its secret. */
  authenticatesByKey?: boolean
  /** Overrides the resource server's lifetime for the tokens of this client. */
  accessTokenLifetimeSeconds?: number
}

export interface ClientKey {
  /** The alias of the certificate. */
  kid: string
  jwk: Readonly<Record<string, unknown>>
}

export interface ResourceServerOptions {
  audience: string
  /** Further `aud` values of its tokens, as "secondary audiences" of a resource application are. */
  secondaryAudiences?: readonly string[]
  /** Short names. */
  scopes: readonly string[]
  accessTokenFormat: 'opaque' | 'jwt'
  lifetimeSeconds: number
}

/** Throws an `Error` that tells every contradiction in the options. */
export function checkOptions(options: IdentityDomainOptions): void {
  const problems = [
    ...options.resourceServers.flatMap((server) =>
      resourceServerProblems(options.flavour, server).map(
        (problem) => `${server.audience}: ${problem}`,
      ),
    ),
    ...options.clients.flatMap((client) =>
      client.scopes
        .filter((scope) => findScope(options.resourceServers, scope) === undefined)
        .map((scope) => `${client.clientId}: no resource server has the scope ${scope}`),
    ),
  ]
  if (options.flavour === 'standard' && options.signingCertPublicAccess !== undefined) {
    problems.push('signingCertPublicAccess needs the idcs flavour')
  }
  if (problems.length > 0) {
    throw new Error(`identity domain ${options.name}: ${problems.join('; ')}`)
  }
}

function resourceServerProblems(
  flavour: IdentityDomainOptions['flavour'],
  server: ResourceServerOptions,
): string[] {
  const problems = []
  if (flavour === 'idcs' && server.accessTokenFormat === 'opaque') {
    problems.push('the idcs flavour issues JWTs only')
  }
  if (flavour === 'standard' && server.secondaryAudiences !== undefined) {
    problems.push('secondary audiences need the idcs flavour')
  }
  // RFC 8707 §2: the standard flavour is asked for a resource by its URI.
  if (flavour === 'standard' && !URL.canParse(server.audience)) {
    problems.push('the audience must be an absolute URI')
  }
  return problems
}

/** Splits a fully qualified scope into its resource server and the short name. */
export function findScope(
  resourceServers: readonly ResourceServerOptions[],
  qualifiedScope: string,
): { resourceServer: ResourceServerOptions; scope: string } | undefined {
  for (const resourceServer of resourceServers) {
    const scope = resourceServer.scopes.find(
      (name) => resourceServer.audience + name === qualifiedScope,
    )
    if (scope !== undefined) return { resourceServer, scope }
  }
  return undefined
}

/** How long an access token for this pair of client and resource server lives, in seconds. */
export function accessTokenLifetimeSeconds(
  client: ClientOptions,
  resourceServer: ResourceServerOptions,
): number {
  return client.accessTokenLifetimeSeconds ?? resourceServer.lifetimeSeconds
}
