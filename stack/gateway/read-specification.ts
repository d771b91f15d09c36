/** Checks the part of OCI's API deployment specification that the local gateway supports. */
import type { models } from 'oci-apigateway'
import { authentication } from './authentication-check.ts'
import { templateProblem } from './context-variables.ts'
import { parseBackendUrl, standInFor, type Origins } from './http-backend.ts'
import {
  byField,
  inside,
  listOf,
  numberBetween,
  object,
  oneOf,
  optional,
  refine,
  report,
  text,
  type Checked,
  type Place,
} from './json-check.ts'
import * as limits from './limits.ts'
import {
  authorization,
  headerTransformations,
  loggingPolicies,
  onlyFalse,
} from './policy-checks.ts'
import { pathShape, routePathProblem } from './routes.ts'
import type { GatewaySettings } from './settings.ts'

/** The specification, or all its problems, each beginning with its JSON path. */
export function readSpecification(
  json: unknown,
  settings: GatewaySettings,
  origins: Origins,
): ApiSpecification | { readonly problems: readonly string[] } {
  const place: Place = { path: '', problems: [], settings, origins }
  if (specification(json, place)) {
    const bytes = Buffer.byteLength(JSON.stringify(json))
    if (bytes <= limits.specificationLimitBytes) return json
    report(place, `is over ${limits.specificationLimitBytes} bytes`)
  }
  return { problems: place.problems }
}

const httpBackend = object<models.HTTPBackend>()({
  type: oneOf('HTTP_BACKEND'),
  url: text(backendUrlProblem),
  connectTimeoutInSeconds: optional(numberBetween(0, 75)),
  readTimeoutInSeconds: optional(numberBetween(0, 300)),
  sendTimeoutInSeconds: optional(numberBetween(0, 300)),
  isSslVerifyDisabled: optional(onlyFalse),
})
export type HttpBackend = Checked<typeof httpBackend>

const stockHeader = object<models.HeaderFieldSpecification>()({
  name: text(atMost(limits.stockHeaderNameLimitBytes)),
  value: text(atMost(limits.stockHeadersLimitBytes)),
})
const stockResponse = object<models.StockResponseBackend>()({
  type: oneOf('STOCK_RESPONSE_BACKEND'),
  status: numberBetween(200, 599),
  body: optional(text(atMost(limits.stockBodyLimitBytes))),
  headers: optional(listOf(stockHeader, 0, limits.stockHeaderLimit)),
})
export type StockResponse = Checked<typeof stockResponse>

const method = oneOf('ANY', 'HEAD', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS')
export type Method = Checked<typeof method>

const route = object<models.ApiSpecificationRoute>()({
  path: text(routePathProblem),
  methods: listOf(method, 1, 8),
  loggingPolicies: optional(loggingPolicies),
  requestPolicies: optional(
    object<models.ApiSpecificationRouteRequestPolicies>()({
      authorization: optional(authorization),
      headerTransformations: optional(headerTransformations('request')),
    }),
  ),
  responsePolicies: optional(
    object<models.ApiSpecificationRouteResponsePolicies>()({
      headerTransformations: optional(headerTransformations('response')),
    }),
  ),
  backend: byField('type', {
    HTTP_BACKEND: httpBackend,
    STOCK_RESPONSE_BACKEND: refine(stockResponse, ({ headers }, place) => {
      const problem = atMost(limits.stockHeadersLimitBytes)(JSON.stringify(headers ?? []))
      if (problem !== undefined) report(inside(place, 'headers'), problem)
    }),
  }),
})
export type Route = Checked<typeof route>

const shape = object<models.ApiSpecification>()({
  loggingPolicies: optional(loggingPolicies),
  requestPolicies: optional(
    object<models.ApiSpecificationRequestPolicies>()({ authentication: optional(authentication) }),
  ),
  routes: listOf(route, 1, limits.routeLimit),
})
export type ApiSpecification = Checked<typeof shape>

const specification = refine(shape, (checked, place) => {
  checkRoutesAreDistinct(checked.routes, inside(place, 'routes'))
  checkRoutesFitAuthentication(checked, inside(place, 'routes'))
})

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

/** A route's authorization has no effect without an authentication policy. */
function checkRoutesFitAuthentication(specification: ApiSpecification, place: Place): void {
  const authentication = specification.requestPolicies?.authentication
  for (const [index, route] of specification.routes.entries()) {
    const type = route.requestPolicies?.authorization?.type
    const at = inside(place, index, 'requestPolicies', 'authorization')
    if (type === undefined) continue
    if (!authentication) report(at, 'needs an authentication policy')
    else if (type === 'ANONYMOUS' && authentication.isAnonymousAccessAllowed !== true) {
      report(at, 'is ANONYMOUS, but isAnonymousAccessAllowed is not true')
    }
  }
}

function backendUrlProblem(url: string, { origins }: Place): string | undefined {
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
