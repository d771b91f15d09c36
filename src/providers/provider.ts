/**
 * What a provider's file states. A new provider is one such file and one line in `index.ts`;
 * one that sends `email_verified` is also named in `backend/user-name.ts`.
 */
import type * as v from 'valibot'
import type { SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import type { DenialReason } from '../reasons.ts'

/** The claims in which a provider's tokens hold what others hold elsewhere. */
export interface ClaimNames {
  /** The first claim that is present counts. */
  readonly principal: readonly string[]
  /** The first claim that is present counts. */
  readonly clientId: readonly string[]
  /** All of them count, each a string or an array. Only `scope` and `scp` are split at spaces. */
  readonly scope: readonly string[]
}

/** Defaults for an issuer; each can be overridden in the configuration. */
export interface ProviderFacts {
  readonly issuer?: string
  readonly jwksUri?: string
  readonly jwksAccess?: 'public' | 'client_credentials'
  /** Where to get the access token for protected keys. */
  readonly tokenEndpoint?: string
  readonly introspectionEndpoint?: string
  /** OpenID Connect Discovery: the document's URL and the `issuer` that it must have. */
  readonly discovery?: { readonly url: string; readonly issuer: string }
  readonly algorithms?: readonly SignatureAlgorithm[]
  readonly claimNames?: Partial<ClaimNames>
}

/** What is true of a provider's access tokens, whichever way the configuration names it. */
export interface TokenTraits {
  /** Access tokens always name their client, and ID tokens never do. */
  readonly nameClient?: true
  /** Every client of the tenant gets a token for every API, even one without permissions. */
  readonly issuedToEveryClient?: true
  /** Access tokens have no `aud`. */
  readonly lackAudience?: true
  readonly claimNames?: Partial<ClaimNames>
}

/** What a provider needs to see of an issuer's configuration to find a classic mistake in it. */
export interface ConfiguredIssuer {
  readonly issuer: string | undefined
  readonly audience: readonly string[]
  readonly requiredScopes: readonly string[]
  /** The URLs that the configuration names, by field. */
  readonly urls: readonly { readonly field: string; readonly url: URL }[]
}

/** `isBroken`: nothing can work with it, so that `check-config` reports a problem. */
export interface Mistake {
  readonly field: string
  readonly problem: string
  readonly remedy: string
  readonly isBroken?: true
}

/** A refused token, as far as it can be read without having been verified. */
export interface RefusedToken {
  readonly reason: DenialReason
  /** Undefined where the token is not a JWT. */
  readonly issuer: string | undefined
  readonly audience: readonly string[]
  /** No configured issuer has the `iss` of the token. */
  readonly isOfUnknownIssuer: boolean
  /** The `issuer` of each configured issuer of this provider. */
  readonly configuredIssuers: readonly (string | undefined)[]
}

type ProviderSchema = v.GenericSchema<unknown, { readonly preset: string }>

export interface Provider<S extends ProviderSchema = ProviderSchema> {
  readonly preset: v.InferOutput<S>['preset']
  /** The members of `provider` in the configuration document. */
  readonly schema: S
  readonly facts: (input: v.InferOutput<S>) => ProviderFacts
  /** Whether an issuer is this provider's, by its address. */
  readonly isIssuer?: (issuer: string) => boolean
  /** Whether an endpoint is this provider's, for issuers that are configured without `issuer`. */
  readonly isEndpoint?: (url: URL) => boolean
  /** Whether an audience is this provider's own, whatever the issuer. */
  readonly isAudience?: (audience: string) => boolean
  readonly tokens?: TokenTraits
  readonly configurationMistakes?: (issuer: ConfiguredIssuer) => readonly Mistake[]
  /** A more precise reason for a refusal; undefined where there is none. */
  readonly explainRefusal?: (token: RefusedToken) => DenialReason | undefined
}

/** Infers the type of `facts` from `schema`. */
export function defineProvider<S extends ProviderSchema>(provider: Provider<S>): Provider<S> {
  return provider
}
