/**
 * Owns the configuration as the rest of the code sees it: judged, typed, with units.
 * Pure.
 */
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import type { Seconds } from '../platform/clock.ts'
import type { LogLevel } from '../platform/log.ts'

export interface Config {
  readonly issuers: readonly [IssuerConfig]
  readonly backends: readonly [BackendConfig]
  /** Name of the multi-argument flavour's argument that holds the token. */
  readonly tokenArgument: string
  /** Longest time that a permit may stand, 60 to 3600: how long a revoked token can still pass. */
  readonly maxDecision: Seconds
  /** How long a Vault secret is used before it is read again. */
  readonly secretTimeToLive: Seconds
  readonly logLevel: LogLevel
  /** Origin of Vault's Secret Retrieval API; the region's where undefined. */
  readonly vaultSecretsEndpoint: string | undefined
}

/** One identity provider whose tokens callers may bring, and what its tokens must hold. */
export interface IssuerConfig {
  /** The name by which logs call it. */
  readonly name: string
  readonly introspection: IntrospectionConfig
  readonly rules: TokenRules
  /** Claims that are copied into the gateway's auth context. */
  readonly contextClaims: readonly string[]
}

/** RFC 7662. */
export interface IntrospectionConfig {
  readonly endpoint: string
  readonly client: ClientRegistration
  /** How long an answer is reused; 0 asks each time. Never beyond the token's `exp`. */
  readonly cache: Seconds
}

export interface TokenRules {
  /** Accepted `iss`, exact; undefined checks none. */
  readonly issuer: string | undefined
  /** Accepted `aud` values, one is enough; `any` checks none. */
  readonly audience: readonly string[] | 'any'
  /** All of them are needed. */
  readonly requiredScopes: readonly string[]
  /** One of them it must be; empty allows every client. */
  readonly allowedClients: readonly string[]
  /** Allowance for differing clocks at `exp`, `nbf` and `iat`. */
  readonly clockTolerance: Seconds
}

/** What the backend wants to see. */
export interface BackendConfig {
  /** The name by which logs call it. */
  readonly name: string
  readonly grant: ClientCredentialsGrantConfig
  /** A token with less left than this is never handed out. */
  readonly minTokenLifetime: Seconds
}

/** RFC 6749 §4.4. */
export interface ClientCredentialsGrantConfig {
  readonly kind: 'client_credentials'
  readonly tokenEndpoint: string
  readonly client: ClientRegistration
  /** Sent as it stands. */
  readonly scope: string
}
