/**
 * Owns the state of a running identity domain, and the two shapes that all its parts share.
 * I/O: none.
 */
import type { Provider } from 'oidc-provider'
import type { MemoryStore } from './memory-adapter.ts'
import type { IdentityDomainOptions, ResourceServerOptions } from './options.ts'
import type { SigningKey } from './signing-key.ts'

export interface Domain {
  readonly options: IdentityDomainOptions
  readonly url: string
  readonly issuer: string
  readonly store: MemoryStore
  /** `jti` of the JWTs that were revoked; opaque tokens are simply taken out of the store. */
  readonly revokedTokenIds: Set<string>
  readonly requests: RecordedRequest[]
  /** Newest first: the first one signs. Never empty. */
  signingKeys: readonly [SigningKey, ...SigningKey[]]
}

/** One request that the domain answered. Never a token, a secret or a query string. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  /** As far as the domain came to know it; a wrong secret does not hide it. */
  readonly clientId?: string
  readonly grantType?: string
  readonly status: number
}

/** In what the flavours differ. */
export interface Flavour {
  readonly paths: { token: string; introspection: string; revocation: string; jwks: string }
  /** Grants beside client credentials. */
  readonly extensionGrants: readonly string[]
  issuer(url: string): string
  /** All keys after a new one was made, newest first. */
  rotate(keys: readonly SigningKey[]): Domain['signingKeys']
  createProvider(domain: Domain): Provider
  /** How a fully qualified scope is asked for at the token endpoint. */
  scopeParameters(
    resourceServers: readonly ResourceServerOptions[],
    qualifiedScope: string,
  ): Record<string, string>
}
