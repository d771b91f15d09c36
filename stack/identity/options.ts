/** The options of an identity domain of the local stack. */
import type { JSONWebKeySet } from 'jose'
import type { Port } from '../listen.ts'
import type { TokenShape } from './token-shapes.ts'

export interface IdentityDomainOptions {
  /** For messages, and the seed of the tenant name. */
  name: string
  /** `standard` follows the RFCs; `idcs` behaves like Oracle's identity domains. */
  flavour: 'standard' | 'idcs'
  clients: readonly ClientOptions[]
  resourceServers: readonly ResourceServerOptions[]
  /** Default: a free one. */
  port?: Port
  /** `iss` of its tokens. Default: the domain's URL; for `idcs` the one that all domains have. */
  issuer?: string
  /** Added to every token. */
  extraClaims?: Readonly<Record<string, unknown>>
  /** `standard` only: changes the claims of its JWTs to those of another provider. */
  tokenShape?: TokenShape
  /**
   * The domain setting "Access signing certificate: Configure client access" of the `idcs` flavour.
   * Default: protected, as in a new domain. A standard domain always publishes its keys.
   */
  signingCertPublicAccess?: boolean
  /** Users can log in, and clients can assert them. `idcs` only. */
  users?: readonly UserOptions[]
  /**
   * Domains whose tokens can be exchanged here (RFC 8693). `idcs` only; it is not documented that real
   * identity domains exchange foreign tokens.
   */
  exchangesTokensOf?: () => readonly { readonly issuer: string; readonly keys: JSONWebKeySet }[]
}

export interface UserOptions {
  /** Login name. */
  name: string
  password: string
}

export interface ClientOptions {
  clientId: string
  clientSecret: string
  /** Fully qualified: the audience, immediately followed by the scope name. */
  scopes: readonly string[]
  /** Whether it may introspect tokens ("Allowed operations: Introspect"). Default: no. */
  introspect?: boolean
  /** The key of the client's certificate in the domain, which verifies user assertions. */
  publicKey?: ClientKey
  /** Whether the client authenticates with that key (`private_key_jwt`) instead of its secret. */
  authenticatesByKey?: boolean
  /** Overrides the resource server's lifetime for the tokens of this client. */
  accessTokenLifetimeSeconds?: number
  /** The grant “Client credentials” is not ticked: a token request is `unauthorized_client` (RFC 6749 §5.2). */
  lacksClientCredentials?: boolean
  /** The client has no secret and sends only its ID (RFC 6749 §2.1). */
  isPublic?: boolean
  /** For the authorization code grant. The port of a loopback address is not compared (RFC 8252). */
  redirectUris?: readonly string[]
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

/** Throws an `Error` that names every contradiction in the options. */
export function checkOptions(options: IdentityDomainOptions): void {
  const { flavour, resourceServers, clients, signingCertPublicAccess } = options
  const problems: string[] = []
  for (const { audience, accessTokenFormat, secondaryAudiences } of resourceServers) {
    if (flavour === 'idcs' && accessTokenFormat === 'opaque') {
      problems.push(`${audience}: the idcs flavour issues JWTs only`)
    }
    if (flavour === 'standard' && secondaryAudiences !== undefined) {
      problems.push(`${audience}: secondary audiences need the idcs flavour`)
    }
  }
  for (const { clientId, scopes } of clients) {
    const unknown = scopes.filter((scope) => findScope(resourceServers, scope) === undefined)
    problems.push(
      ...unknown.map((scope) => `${clientId}: no resource server has the scope ${scope}`),
    )
  }
  if (flavour === 'standard' && signingCertPublicAccess !== undefined) {
    problems.push('signingCertPublicAccess needs the idcs flavour')
  }
  if (problems.length > 0) {
    throw new Error(`identity domain ${options.name}: ${problems.join('; ')}`)
  }
}

/** RFC 8707 §2: a resource is an absolute URI; an audience may be another string. */
export function resourceOf({ audience }: ResourceServerOptions): string {
  return URL.canParse(audience) ? audience : `urn:audience:${encodeURIComponent(audience)}`
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
