/** What a provider's file states. A new provider is one such file and one line in `index.ts`. */
import * as v from 'valibot'
import type { DenialReason } from '../reasons.ts'
import { strictObject } from '../platform/schema-fields.ts'

/** Which claims of a provider's tokens have the subject, the client and the scopes. */
export interface ClaimNames {
  /** The first claim that is present counts. */
  readonly principal: readonly string[]
  /** The first claim that is present counts. */
  readonly clientId: readonly string[]
  /** All of them count, each a string or an array. Only `scope` and `scp` are split at spaces. */
  readonly scope: readonly string[]
}

/** OpenID Connect Discovery: the address of the document, and the `issuer` that it must have (§4.3). */
export interface DiscoveryConfig {
  readonly url: string
  readonly issuer: string
}

/** Defaults for an issuer; each can be overridden in the configuration. */
export interface IssuerDefaults {
  readonly issuer?: string
  readonly jwksUri?: string
  readonly jwksAccess?: 'public' | 'client_credentials'
  /** Where to get the access token for protected keys. */
  readonly tokenEndpoint?: string
  readonly introspectionEndpoint?: string
  readonly discovery?: DiscoveryConfig
  readonly claimNames?: Partial<ClaimNames>
}

/** What is true of a provider's access tokens, whether or not its preset is used. */
export interface TokenTraits {
  /** Access tokens always name their client, and ID tokens never do. */
  readonly alwaysNameClient?: true
  /** Every client of the tenant gets a token for every API, even one without permissions. */
  readonly issuedToEveryClient?: true
  /** Access tokens have no `aud`. */
  readonly haveNoAudience?: true
  /** An `email` counts as verified only if the token says so. */
  readonly emailNeedsVerifiedClaim?: true
  /** Claims that only administrators set, though users can change them at other providers. */
  readonly administeredClaims?: readonly string[]
  readonly claimNames?: Partial<ClaimNames>
}

/** The part of an issuer's configuration in which classic mistakes are found. */
export interface ConfiguredIssuer {
  readonly issuer: string | undefined
  readonly audience: readonly string[]
  readonly requiredScopes: readonly string[]
  /** The URLs that the configuration names, by field. */
  readonly urls: readonly { readonly field: string; readonly url: URL }[]
}

export interface Mistake {
  /** The field that has the mistake; undefined if there is none. */
  readonly find: (issuer: ConfiguredIssuer) => string | undefined
  readonly problem: string
  readonly remedy: string
  /** No call can succeed with it: `check-config` reports a problem. */
  readonly isBroken?: true
}

/** A mistake in `issuer`: no token can have this `iss`. */
export function issuerMistake(
  isWrong: (issuer: string) => boolean,
  problem: string,
  remedy: string,
): Mistake {
  return {
    find: ({ issuer }) => (issuer !== undefined && isWrong(issuer) ? 'issuer' : undefined),
    problem,
    remedy,
    isBroken: true,
  }
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

export interface Provider<Name extends string = string> {
  /** Its name in the configuration document, as `preset`. */
  readonly name: Name
  /** Whether an issuer is this provider's, by its address. */
  readonly isIssuer?: (issuer: string) => boolean
  /** Whether an endpoint is this provider's, for issuers that are configured without `issuer`. */
  readonly isEndpoint?: (url: URL) => boolean
  /** Whether an audience is this provider's own, whatever the issuer. */
  readonly isAudience?: (audience: string) => boolean
  readonly tokens?: TokenTraits
  readonly configurationMistakes?: readonly Mistake[]
  /** A more precise reason for a refusal; undefined where there is none. */
  readonly explainRefusal?: (token: RefusedToken) => DenialReason | undefined
}

/** `members` are those of `provider` in the configuration document, beside `preset`. */
interface Definition<Name extends string, Members extends v.ObjectEntries> extends Provider<Name> {
  readonly members: Members
  readonly issuerDefaults: (
    members: v.InferOutput<v.StrictObjectSchema<Members, undefined>>,
  ) => IssuerDefaults
}

export function defineProvider<const Name extends string, const Members extends v.ObjectEntries>({
  members,
  ...provider
}: Definition<Name, Members>) {
  return {
    ...provider,
    schema: strictObject({ preset: v.literal(provider.name), ...members }),
  }
}
