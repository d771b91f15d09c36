/**
 * The types of authentication and route authorization policies, checked against the models of
 * `oci-apigateway`.
 */
import type { models } from 'oci-apigateway'
import type { ModifyResponse } from './failure-policy.ts'
import type { Within } from './sdk-model.ts'
import type { JwtAuthentication, TokenAuthentication } from './tokens/policy.ts'

export type Authentication = CustomAuthentication | JwtAuthentication | TokenAuthentication

/** Either `parameters` (multi-argument) or one of `tokenHeader` and `tokenQueryParam`. */
export type CustomAuthentication = Within<
  models.CustomAuthenticationPolicy,
  {
    readonly type: 'CUSTOM_AUTHENTICATION'
    readonly functionId: string
    readonly isAnonymousAccessAllowed?: boolean
    readonly tokenHeader?: string
    readonly tokenQueryParam?: string
    readonly parameters?: Readonly<Record<string, string>>
    readonly cacheKey?: readonly string[]
    readonly validationFailurePolicy?: ModifyResponse
  }
>

export type Authorization =
  | Within<models.AnonymousRouteAuthorizationPolicy, { readonly type: 'ANONYMOUS' }>
  | Within<
      models.AuthenticationOnlyRouteAuthorizationPolicy,
      { readonly type: 'AUTHENTICATION_ONLY' }
    >
  | Within<
      models.AnyOfRouteAuthorizationPolicy,
      { readonly type: 'ANY_OF'; readonly allowedScope: readonly string[] }
    >
