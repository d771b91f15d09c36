/** The part of OCI's API deployment specification that the local gateway runs, as types. */
import type { models } from 'oci-apigateway'
import type { Authentication, Authorization } from './authentication-policy.ts'
import type { HeaderTransformations } from './header-policy.ts'
import type { Values, Within } from './sdk-model.ts'

export type Method = Values<models.ApiSpecificationRoute.Methods>

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
      { readonly authentication?: Authentication }
    >
    readonly routes: readonly Route[]
  }
>
