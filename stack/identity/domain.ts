import type { Provider } from 'oidc-provider'
import type { MemoryStore } from './memory-adapter.ts'
import type { ClientOptions, IdentityDomainOptions, ResourceServerOptions } from './options.ts'
import type { UserGrants } from './idcs/user-grants.ts'
import type { SigningKey } from './signing-key.ts'

export interface Domain {
  readonly options: IdentityDomainOptions
  readonly url: string
  readonly issuer: string
  readonly store: MemoryStore
  /** `jti` of the revoked JWTs; opaque tokens are removed from the store. */
  readonly revokedTokenIds: Set<string>
  readonly requests: RecordedRequest[]
  readonly userGrants: UserGrants
  /** Newest first: the first one signs. Never empty. */
  signingKeys: readonly [SigningKey, ...SigningKey[]]
}

export function clientOf(
  { options }: Domain,
  clientId: string | null | undefined,
): ClientOptions | undefined {
  return options.clients.find((client) => client.clientId === clientId)
}

/** A request that the domain answered, without tokens, secrets and query string. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  /** Also if its secret was wrong. */
  readonly clientId?: string
  readonly grantType?: string
  readonly status: number
}

/** The differences between the flavours. */
export interface Flavour {
  readonly paths: {
    readonly token: string
    readonly introspection: string
    readonly revocation: string
    readonly jwks: string
    readonly authorization?: string
    readonly device?: string
  }
  /** Grants beside client credentials. */
  readonly extensionGrants: readonly string[]
  issuer(url: string, options: IdentityDomainOptions): string
  /** All keys after a rotation, newest first. */
  rotate(keys: readonly SigningKey[]): Domain['signingKeys']
  createProvider(domain: Domain): Provider
  /** The parameters that request a fully qualified scope at the token endpoint. */
  scopeParameters(
    resourceServers: readonly ResourceServerOptions[],
    qualifiedScope: string,
  ): Record<string, string>
}
