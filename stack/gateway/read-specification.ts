/** Checks that the local gateway can run an API deployment specification. */
import { authenticationCheck } from './authentication-check.ts'
import { templateProblem } from './context-variables.ts'
import { parseBackendUrl, standInFor, type Origins } from './http-backend.ts'
import {
  byType,
  inside,
  listOf,
  numberBetween,
  object,
  oneOf,
  optional,
  refine,
  report,
  required,
  text,
  type Check,
  type Place,
} from './json-check.ts'
import * as limits from './limits.ts'
import {
  authorizationCheck,
  headerTransformationsCheck,
  loggingPoliciesCheck,
  onlyFalse,
} from './policy-checks.ts'
import { pathShape, routePathProblem } from './routes.ts'
import type { GatewaySettings } from './settings.ts'
import type {
  ApiSpecification,
  HttpBackend,
  Route,
  StockHeader,
  StockResponse,
} from './specification.ts'

/** The specification, or all its problems, each beginning with its JSON path. */
export function readSpecification(
  json: unknown,
  settings: GatewaySettings,
  origins: Origins,
): ApiSpecification | { readonly problems: readonly string[] } {
  const place: Place = { path: '', problems: [] }
  if (specificationCheck(settings, origins)(json, place)) {
    const bytes = Buffer.byteLength(JSON.stringify(json))
    if (bytes <= limits.specificationLimitBytes) return json
    report(place, `is over ${limits.specificationLimitBytes} bytes`)
  }
  return { problems: place.problems }
}

function specificationCheck(settings: GatewaySettings, origins: Origins): Check<ApiSpecification> {
  return refine(
    object<ApiSpecification>({
      loggingPolicies: optional(loggingPoliciesCheck),
      requestPolicies: optional(
        object<NonNullable<ApiSpecification['requestPolicies']>>({
          authentication: optional(authenticationCheck(settings, origins)),
        }),
      ),
      routes: required(listOf(routeCheck(origins), 1, limits.routeLimit)),
    }),
    (specification, place) => {
      checkRoutesAreDistinct(specification.routes, inside(place, 'routes'))
      checkRoutesFitAuthentication(specification, inside(place, 'routes'))
    },
  )
}

function routeCheck(origins: Origins): Check<Route> {
  return object<Route>({
    path: required(text(routePathProblem)),
    methods: required(
      listOf(oneOf('ANY', 'HEAD', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'), 1, 8),
    ),
    loggingPolicies: optional(loggingPoliciesCheck),
    requestPolicies: optional(
      object<NonNullable<Route['requestPolicies']>>({
        authorization: optional(authorizationCheck),
        headerTransformations: optional(headerTransformationsCheck('request')),
      }),
    ),
    responsePolicies: optional(
      object<NonNullable<Route['responsePolicies']>>({
        headerTransformations: optional(headerTransformationsCheck('response')),
      }),
    ),
    backend: required(
      byType<Route['backend']>({
        HTTP_BACKEND: object<HttpBackend>({
          type: required(oneOf('HTTP_BACKEND')),
          url: required(text((url) => backendUrlProblem(url, origins))),
          connectTimeoutInSeconds: optional(numberBetween(0, 75)),
          readTimeoutInSeconds: optional(numberBetween(0, 300)),
          sendTimeoutInSeconds: optional(numberBetween(0, 300)),
          isSslVerifyDisabled: optional(onlyFalse),
        }),
        STOCK_RESPONSE_BACKEND: stockResponse,
      }),
    ),
  })
}

const stockResponse = refine(
  object<StockResponse>({
    type: required(oneOf('STOCK_RESPONSE_BACKEND')),
    status: required(numberBetween(200, 599)),
    body: optional(text(atMost(limits.stockBodyLimitBytes))),
    headers: optional(
      listOf(
        object<StockHeader>({
          name: required(text(atMost(limits.stockHeaderNameLimitBytes))),
          value: required(text(atMost(limits.stockHeadersLimitBytes))),
        }),
        0,
        limits.stockHeaderLimit,
      ),
    ),
  }),
  ({ headers }, place) => {
    const problem = atMost(limits.stockHeadersLimitBytes)(JSON.stringify(headers ?? []))
    if (problem !== undefined) report(inside(place, 'headers'), problem)
  },
)

function checkRoutesAreDistinct(routes: readonly Route[], place: Place): void {
  for (const [index, route] of routes.entries()) {
    const twin = routes.slice(0, index).findIndex((earlier) => {
      if (pathShape(earlier.path) !== pathShape(route.path)) return false
      const methods = [...earlier.methods, ...route.methods]
      return methods.includes('ANY') || new Set(methods).size < methods.length
    })
    if (twin >= 0) report(inside(place, index), `matches the same requests as routes[${twin}]`)
  }
}

/** A route's authorization means nothing, and protects nothing, without the policy it builds on. */
function checkRoutesFitAuthentication(specification: ApiSpecification, place: Place): void {
  const authentication = specification.requestPolicies?.authentication
  for (const [index, route] of specification.routes.entries()) {
    const type = route.requestPolicies?.authorization?.type
    const at = inside(inside(inside(place, index), 'requestPolicies'), 'authorization')
    if (type === undefined) continue
    if (!authentication) report(at, 'needs an authentication policy')
    else if (type === 'ANONYMOUS' && authentication.isAnonymousAccessAllowed !== true) {
      report(at, 'is ANONYMOUS, but isAnonymousAccessAllowed is not true')
    }
  }
}

function backendUrlProblem(url: string, origins: Origins): string | undefined {
  const parsed = parseBackendUrl(url)
  if (!parsed) return 'must be an HTTP URL, with context variables in its path at most'
  if (standInFor(parsed.origin, origins) === undefined) {
    return `is on ${parsed.origin}, which has no stand-in on loopback`
  }
  return templateProblem(parsed.path)
}

function atMost(limitBytes: number): (value: string) => string | undefined {
  return (value) =>
    Buffer.byteLength(value) > limitBytes ? `must not be over ${limitBytes} bytes` : undefined
}
