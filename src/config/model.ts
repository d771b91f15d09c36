/** The validated configuration: typed, with units. */
import type { TrustedKey } from '../caller/json-web-key.ts'
import type { ClientRegistration } from '../oauth/send-as-client.ts'
import type { SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import type { Seconds } from '../platform/clock.ts'
import type { LogLevel } from '../platform/log.ts'
import type { ProviderName } from '../providers/index.ts'
import type { RateLimitTier } from '../providers/oci-iam.ts'
import type { ClaimNames, DiscoveryConfig } from '../providers/provider.ts'
import type { IssuerInput } from './issuer-schema.ts'

/** Settings of the whole function; always flat keys. */
export interface Settings {
  /** Name of the multi-argument flavour's argument that holds the token. */
  readonly tokenArgument: string
  /** Longest time that a permit is cached: how long a revoked token can still be accepted. */
  readonly maxDecision: Seconds
  /** How long a Vault secret is used before it is read again. */
  readonly secretTimeToLive: Seconds
  readonly logLevel: LogLevel
  /** Origin of Vault's Secret Retrieval API; undefined: that of the region. */
  readonly vaultSecretsEndpoint: string | undefined
  /** The identity domain's tier, to log how much of its rate limit is used. */
  readonly rateLimitTier: RateLimitTier | undefined
}

/** Which callers are accepted, and which credential the backend gets. */
export interface Config {
  /** In the order in which they are tried. */
  readonly issuers: readonly IssuerConfig[]
  /** In the order in which they are tried; a call without a match is denied. */
  readonly backends: readonly BackendConfig[]
}

/** One identity provider whose tokens are accepted, and what its tokens must contain. */
export interface IssuerConfig {
  /** Its name in the log. */
  readonly name: string
  /** Recognized by the issuer's address, else named by the preset. */
  readonly provider: ProviderName | undefined
  /** OpenID Connect Discovery; endpoints that are undefined below are taken from it. */
  readonly discovery: DiscoveryConfig | undefined
  /** Verification of JWT access tokens; undefined leaves it to introspection alone. */
  readonly jwt: JwtConfig | undefined
  /** Introspection; with `jwt`, it follows the signature check, to find revoked tokens. */
  readonly introspection: IntrospectionConfig | undefined
  readonly claimNames: ClaimNames
  readonly rules: TokenRules
  /** How the gateway gets the token's scopes. */
  readonly gatewayScopes: GatewayScopes
  /** Claims that are copied into the gateway's auth context. */
  readonly contextClaims: readonly string[]
}

export interface JwtConfig {
  readonly keys: KeySource
  readonly algorithms: readonly SignatureAlgorithm[]
  /** The required `typ`: `at+jwt` (RFC 9068), or any that an access token may have. */
  readonly type: NonNullable<IssuerInput['token_type']>
}

export type KeySource =
  | { readonly kind: 'static'; readonly keys: readonly TrustedKey[] }
  | {
      readonly kind: 'remote'
      /** Undefined: `jwks_uri` of the discovery document. */
      readonly uri: string | undefined
      /** For an endpoint that requires a token; undefined if it is public. */
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
  /** Whether the `sub` of an answer may differ from that of the JWT. */
  readonly subject: IssuerInput['introspection_subject']
  /** What the issuer's opaque tokens look like; undefined if unknown. All conditions must match. */
  readonly opaqueTokens: OpaqueTokenForm | undefined
}

export interface OpaqueTokenForm {
  /** The token begins with one of these; empty allows any. */
  readonly prefixes: readonly string[]
  /** Its length in characters is one of these; empty allows any length. */
  readonly lengths: readonly number[]
}

export type { ClaimNames, DiscoveryConfig }

export interface TokenRules {
  /** Accepted `iss`, exact. Undefined: not checked, which only introspection alone may do. */
  readonly issuer: string | undefined
  /** Accepted `aud` values, one is enough; `any` checks none. */
  readonly audience: Readonly<IssuerInput['audience']>
  /** All of them are needed. */
  readonly requiredScopes: readonly string[]
  /** The client must be one of them; empty allows every client. */
  readonly allowedClients: readonly string[]
  /** Whether the token must name its client: ID tokens of some providers do not. */
  readonly clientIdRequired: boolean
  /** Whether the token must have some scope: its provider issues tokens to every client. */
  readonly anyScopeRequired: boolean
  readonly requiredClaims: readonly RequiredClaim[]
  /** Longest time from `iat` to `exp`; undefined allows any. */
  readonly maxTokenLifetime: Seconds | undefined
  /** Allowance for differing clocks at `exp`, `nbf` and `iat`. */
  readonly clockTolerance: Seconds
}

/** A claim that must be present with one of these values; an array must contain one of them. */
export interface RequiredClaim {
  readonly name: string
  readonly values: readonly (string | number | boolean)[]
}

export interface GatewayScopes {
  readonly prefix: string
  /** Replaces a scope by these; a scope that is not listed stays. */
  readonly map: ReadonlyMap<string, readonly string[]>
}

/** A backend and its credential. */
export interface BackendConfig {
  /** Its name in the log. */
  readonly name: string
  /** Calls that it is for; undefined is every call. */
  readonly condition: BackendCondition | undefined
  readonly grant: GrantConfig
  /** A token with less time left is not used. */
  readonly minTokenLifetime: Seconds
}

/** All conditions must hold; of each list, one match is enough. */
export interface BackendCondition {
  /** Names of configured issuers. */
  readonly issuers: readonly string[] | undefined
  readonly clients: readonly string[] | undefined
  readonly scopes: readonly string[] | undefined
  /** Values that the gateway took from the request, which are not authenticated. */
  readonly arguments: readonly { readonly name: string; readonly values: readonly string[] }[]
}

export type GrantConfig =
  ClientCredentialsGrantConfig | JwtBearerGrantConfig | TokenExchangeGrantConfig | BasicGrantConfig

/** Whether the token for the backend is in the name of the calling user. */
export const ACTS_FOR_USER: Readonly<Record<GrantConfig['kind'], boolean>> = {
  client_credentials: false,
  jwt_bearer: true,
  token_exchange: true,
  basic: false,
}

interface TokenGrantConfig {
  readonly tokenEndpoint: string
  readonly client: ClientRegistration
}

/** RFC 6749 §4.4. */
export interface ClientCredentialsGrantConfig extends TokenGrantConfig {
  readonly kind: 'client_credentials'
  /** Sent as it is. */
  readonly scope: string
}

/** RFC 7523 §2.1. */
export interface JwtBearerGrantConfig extends TokenGrantConfig {
  readonly kind: 'jwt_bearer'
  readonly scope: string
  /** The claim of the caller's token that names the user. */
  readonly subjectClaim: string
  /** Accepts a claim that users can change. */
  readonly acceptsUserControlledClaim: boolean
  /** Vault secret with the key that signs; undefined: the one by which the client authenticates. */
  readonly assertionKeyOcid: string | undefined
}

/** RFC 8693. */
export interface TokenExchangeGrantConfig extends TokenGrantConfig {
  readonly kind: 'token_exchange'
  readonly scope: string | undefined
  readonly audience: string | undefined
  readonly resource: string | undefined
  /** The type of the caller's token (RFC 8693 §3). */
  readonly subjectTokenType: string
}

/** RFC 7617, legacy: name and password of a user of the backend. */
export interface BasicGrantConfig {
  readonly kind: 'basic'
  readonly secretOcid: string
}
