/**
 * Owns the part of OCI's API deployment specification that the local gateway runs, as types.
 * No I/O. Every part is proved against the models of `oci-apigateway` when it is compiled.
 */
import type { models } from 'oci-apigateway'

/** A model of the SDK as it stands in JSON: enums are their values, and nothing is written to. */
type Wire<T> = T extends string
  ? `${T}`
  : T extends readonly (infer Item)[]
    ? readonly Wire<Item>[]
    : T extends object
      ? { readonly [Name in keyof T]: Wire<T[Name]> }
      : T

/**
 * `Ours`, given that OCI would take it: it is assignable to the model (else this does not compile)
 * and has no field that the model lacks (else it becomes `never`, and its uses do not compile).
 */
type Within<Model, Ours extends Wire<Model>> = [Exclude<keyof Ours, keyof Model>] extends [never]
  ? Ours
  : never

/** The values of an enum of the SDK, without the one that it adds for services newer than itself. */
type Values<Enum extends string> = Exclude<`${Enum}`, 'UNKNOWN_VALUE'>

export type Method = Values<models.ApiSpecificationRoute.Methods>

export type SetHeader = Within<
  models.SetHeaderPolicyItem,
  {
    readonly name: string
    readonly values: readonly string[]
    readonly ifExists?: Values<models.SetHeaderPolicyItem.IfExists>
  }
>

export type RenameHeader = Within<
  models.RenameHeaderPolicyItem,
  { readonly from: string; readonly to: string }
>

export type FilterHeaders = Within<
  models.FilterHeaderPolicy,
  {
    readonly type: Values<models.FilterHeaderPolicy.Type>
    readonly items: readonly Within<models.FilterHeaderPolicyItem, { readonly name: string }>[]
  }
>

export type HeaderTransformations = Within<
  models.HeaderTransformationPolicy,
  {
    readonly setHeaders?: { readonly items: readonly SetHeader[] }
    readonly renameHeaders?: { readonly items: readonly RenameHeader[] }
    readonly filterHeaders?: FilterHeaders
  }
>

export type ModifyResponse = Within<
  models.ModifyResponseValidationFailurePolicy,
  {
    readonly type: 'MODIFY_RESPONSE'
    readonly responseCode?: string
    readonly responseMessage?: string
    readonly responseHeaderTransformations?: HeaderTransformations
  }
>

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

export type HttpBackend = Within<
  models.HTTPBackend,
  {
    readonly type: 'HTTP_BACKEND'
    readonly url: string
    readonly connectTimeoutInSeconds?: number
    readonly readTimeoutInSeconds?: number
    readonly sendTimeoutInSeconds?: number
    readonly isSslVerifyDisabled?: false
  }
>

export type StockHeader = Within<
  models.HeaderFieldSpecification,
  { readonly name: string; readonly value: string }
>

export type StockResponse = Within<
  models.StockResponseBackend,
  {
    readonly type: 'STOCK_RESPONSE_BACKEND'
    readonly status: number
    readonly body?: string
    readonly headers?: readonly StockHeader[]
  }
>

export type LoggingPolicies = Within<
  models.ApiSpecificationLoggingPolicies,
  {
    readonly accessLog?: Within<models.AccessLogPolicy, { readonly isEnabled?: boolean }>
    readonly executionLog?: Within<
      models.ExecutionLogPolicy,
      {
        readonly isEnabled?: boolean
        readonly logLevel?: Values<models.ExecutionLogPolicy.LogLevel>
      }
    >
  }
>

export type Route = Within<
  models.ApiSpecificationRoute,
  {
    readonly path: string
    readonly methods: readonly Method[]
    readonly loggingPolicies?: LoggingPolicies
    readonly requestPolicies?: Within<
      models.ApiSpecificationRouteRequestPolicies,
      {
        readonly authorization?: Authorization
        readonly headerTransformations?: HeaderTransformations
      }
    >
    readonly responsePolicies?: Within<
      models.ApiSpecificationRouteResponsePolicies,
      { readonly headerTransformations?: HeaderTransformations }
    >
    readonly backend: HttpBackend | StockResponse
  }
>

export type ApiSpecification = Within<
  models.ApiSpecification,
  {
    readonly loggingPolicies?: LoggingPolicies
    readonly requestPolicies?: Within<
      models.ApiSpecificationRequestPolicies,
      { readonly authentication?: CustomAuthentication }
    >
    readonly routes: readonly Route[]
  }
>
