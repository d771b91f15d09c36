/**
 * Owns the configuration as the rest of the code sees it: judged, typed, with units.
 * Pure.
 */
import type { TrustedKey } from '../caller/json-web-key.ts'
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import type { SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import type { Seconds } from '../platform/clock.ts'
import type { LogLevel } from '../platform/log.ts'

/** What concerns the function as a whole; always flat keys. */
export interface Settings {
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

/** Who may call, and what the backend wants to see. */
export interface Config {
  /** In the order in which they are asked about a token that could be any one's. */
  readonly issuers: readonly IssuerConfig[]
  readonly backends: readonly [BackendConfig]
}

/** One identity provider whose tokens callers may bring, and what its tokens must hold. */
export interface IssuerConfig {
  /** The name by which logs call it. */
  readonly name: string
  readonly preset: PresetName | undefined
  /** OpenID Connect Discovery; endpoints that are undefined below are taken from it. */
  readonly discovery: DiscoveryConfig | undefined
  /** Verification of JWT access tokens; undefined leaves it to introspection alone. */
  readonly jwt: JwtConfig | undefined
  /** Introspection; beside `jwt` it comes after it, for revocation. */
  readonly introspection: IntrospectionConfig | undefined
  readonly claimNames: ClaimNames
  readonly rules: TokenRules
  /** What becomes of the token's scopes on their way to the gateway. */
  readonly gatewayScopes: GatewayScopes
  /** Claims that are copied into the gateway's auth context. */
  readonly contextClaims: readonly string[]
}

export const PRESET_NAMES = ['oci_iam', 'entra', 'okta', 'auth0', 'keycloak', 'oidc'] as const
export type PresetName = (typeof PRESET_NAMES)[number]

export interface DiscoveryConfig {
  /** Address of the metadata document. */
  readonly url: string
  /** What its `issuer` has to be (OpenID Connect Discovery §4.3). */
  readonly issuer: string
}

export interface JwtConfig {
  readonly keys: KeySource
  readonly algorithms: readonly SignatureAlgorithm[]
  /** The `typ` that is wanted: `at+jwt` as RFC 9068 says, or any that an access token may have. */
  readonly type: 'at+jwt' | 'any'
}

export type KeySource =
  | { readonly kind: 'static'; readonly keys: readonly TrustedKey[] }
  | {
      readonly kind: 'remote'
      /** Undefined: `jwks_uri` of the discovery document. */
      readonly uri: string | undefined
      /** The token that the endpoint wants to see; undefined where it is public. */
      readonly access: KeyAccess | undefined
    }

export interface KeyAccess {
  readonly tokenEndpoint: string
  readonly client: ClientRegistration
  readonly scope: string
}

/** RFC 7662. */
export interface IntrospectionConfig {
  /** Undefined: `introspection_endpoint` of the discovery document. */
  readonly endpoint: string | undefined
  readonly client: ClientRegistration
  /** How long an answer is reused; 0 asks each time. Never beyond the token's `exp`. */
  readonly cache: Seconds
}

/** Where this issuer's tokens have what is known by several names; the first that is there counts. */
export interface ClaimNames {
  readonly principal: readonly string[]
  readonly clientId: readonly string[]
  /** All of these, each a space-separated string or an array. */
  readonly scope: readonly string[]
}

export interface TokenRules {
  /** Accepted `iss`, exact; undefined checks none, which only introspection may do. */
  readonly issuer: string | undefined
  /** Accepted `aud` values, one is enough; `any` checks none. */
  readonly audience: readonly string[] | 'any'
  /** All of them are needed. */
  readonly requiredScopes: readonly string[]
  /** One of them it must be; empty allows every client. */
  readonly allowedClients: readonly string[]
  readonly requiredClaims: readonly RequiredClaim[]
  /** Longest time from `iat` to `exp`; undefined allows any. */
  readonly maxTokenLifetime: Seconds | undefined
  /** Allowance for differing clocks at `exp`, `nbf` and `iat`. */
  readonly clockTolerance: Seconds
}

/** A claim that must be there, with one of these values; an array must hold one of them. */
export interface RequiredClaim {
  readonly name: string
  readonly values: readonly (string | number | boolean)[]
}

export interface GatewayScopes {
  readonly prefix: string
  /** Replaces a scope by these; a scope that is not listed stays. */
  readonly map: ReadonlyMap<string, readonly string[]>
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
