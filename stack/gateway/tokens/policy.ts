/**
 * The types of the policies by which the gateway itself validates tokens, checked against the
 * models of `oci-apigateway`. Sources: Oracle, "Editing a JSON File to Add Token Authentication
 * and Authorization Request Policies" and "Using a JWT_AUTHENTICATION Authentication Request
 * Policy".
 */
import type { models } from 'oci-apigateway'
import type { ModifyResponse } from '../failure-policy.ts'
import type { Values, Within } from '../sdk-model.ts'

/** In the SDK the field is `keyOps`; what goes over the wire is `key_ops`. */
interface JsonWebKeyModel extends Omit<models.JsonWebKey, 'keyOps'> {
  key_ops?: models.JsonWebKey.KeyOps[]
}

export type JsonWebKey = Within<
  JsonWebKeyModel,
  {
    readonly format: 'JSON_WEB_KEY'
    readonly kid: string
    readonly kty: Values<models.JsonWebKey.Kty>
    readonly use?: Values<models.JsonWebKey.Use>
    readonly key_ops?: readonly Values<models.JsonWebKey.KeyOps>[]
    readonly alg?: string
    readonly n: string
    readonly e: string
  }
>

export type PemKey = Within<
  models.PemEncodedPublicKey,
  { readonly format: 'PEM'; readonly kid: string; readonly key: string }
>

export type StaticKey = JsonWebKey | PemKey

export type StaticKeys = Within<
  models.StaticPublicKeySet,
  { readonly type: 'STATIC_KEYS'; readonly keys: readonly StaticKey[] }
>

export type RemoteKeys = Within<
  models.RemoteJsonWebKeySet,
  {
    readonly type: 'REMOTE_JWKS'
    readonly uri: string
    readonly isSslVerifyDisabled?: false
    readonly maxCacheDurationInHours?: number
  }
>

export type ClaimRule = Within<
  models.JsonWebTokenClaim,
  { readonly key: string; readonly values?: readonly string[]; readonly isRequired?: boolean }
>

/** Where a token is looked for, and how far the issuer's clock may be from the gateway's. */
export interface TokenSource {
  readonly isAnonymousAccessAllowed?: boolean
  readonly tokenHeader?: string
  readonly tokenQueryParam?: string
  /** Goes with `tokenHeader`. */
  readonly tokenAuthScheme?: 'Bearer'
  readonly maxClockSkewInSeconds?: number
}

export type JwtAuthentication = Within<
  models.JwtAuthenticationPolicy,
  TokenSource & {
    readonly type: 'JWT_AUTHENTICATION'
    readonly issuers: readonly string[]
    readonly audiences: readonly string[]
    readonly verifyClaims?: readonly ClaimRule[]
    readonly publicKeys: StaticKeys | RemoteKeys
  }
>

export type AdditionalValidation = Within<
  models.AdditionalValidationPolicy,
  {
    readonly issuers?: readonly string[]
    readonly audiences?: readonly string[]
    readonly verifyClaims?: readonly ClaimRule[]
  }
>

export type ValidationByStaticKeys = Within<
  models.TokenAuthenticationStaticKeysValidationPolicy,
  StaticKeys & { readonly additionalValidationPolicy?: AdditionalValidation }
>

export type ValidationByRemoteKeys = Within<
  models.TokenAuthenticationRemoteJWKSValidationPolicy,
  RemoteKeys & { readonly additionalValidationPolicy?: AdditionalValidation }
>

export type ClientDetails = Within<
  models.CustomClientAppDetails,
  {
    readonly type: 'CUSTOM'
    readonly clientId: string
    /** OCID of the secret in Vault. */
    readonly clientSecretId: string
    readonly clientSecretVersionNumber: number
  }
>

export type ValidationByIntrospection = Within<
  models.TokenAuthenticationRemoteDiscoveryValidationPolicy,
  {
    readonly type: 'REMOTE_DISCOVERY'
    readonly clientDetails: ClientDetails
    readonly sourceUriDetails: Within<
      models.DiscoveryUriSourceUriDetails,
      { readonly type: 'DISCOVERY_URI'; readonly uri: string }
    >
    readonly isSslVerifyDisabled?: false
    readonly maxCacheDurationInHours?: number
    readonly additionalValidationPolicy?: AdditionalValidation
  }
>

export type TokenAuthentication = Within<
  models.TokenAuthenticationPolicy,
  TokenSource & {
    readonly type: 'TOKEN_AUTHENTICATION'
    readonly validationPolicy:
      ValidationByStaticKeys | ValidationByRemoteKeys | ValidationByIntrospection
    readonly validationFailurePolicy?: ModifyResponse
  }
>
