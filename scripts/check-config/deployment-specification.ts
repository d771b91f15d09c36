/** The parts of an API deployment specification that the checks use. */
import * as v from 'valibot'
import type { ConfigProblem } from '../../src/config/problems.ts'

const headerItem = v.looseObject({
  name: v.string(),
  values: v.optional(v.array(v.string())),
  ifExists: v.optional(v.string()),
})

const routePolicies = v.looseObject({
  authorization: v.optional(
    v.looseObject({
      type: v.optional(v.string()),
      allowedScope: v.optional(v.array(v.string())),
    }),
  ),
  headerTransformations: v.optional(
    v.looseObject({
      setHeaders: v.optional(v.looseObject({ items: v.array(headerItem) })),
      filterHeaders: v.optional(
        v.looseObject({ type: v.string(), items: v.array(v.looseObject({ name: v.string() })) }),
      ),
    }),
  ),
})

const authenticationPolicy = v.looseObject({
  type: v.string(),
  functionId: v.optional(v.string()),
  parameters: v.optional(v.record(v.string(), v.string())),
  cacheKey: v.optional(v.array(v.string())),
  tokenHeader: v.optional(v.string()),
})

/** A part of `ApiSpecification` (OCI API Gateway); the checks ignore the rest. */
export const specificationSchema = v.looseObject({
  requestPolicies: v.looseObject({
    authentication: v.optional(authenticationPolicy),
    dynamicAuthentication: v.optional(
      v.looseObject({
        authenticationServers: v.array(
          v.looseObject({ authenticationServerDetail: authenticationPolicy }),
        ),
      }),
    ),
  }),
  routes: v.array(
    v.looseObject({
      path: v.string(),
      requestPolicies: v.optional(routePolicies),
      backend: v.optional(v.looseObject({ type: v.optional(v.string()) })),
    }),
  ),
})

export type Specification = v.InferOutput<typeof specificationSchema>
type Authentication = v.InferOutput<typeof authenticationPolicy>

export interface PlacedAuthentication {
  /** Where it is in the specification. */
  readonly path: string
  readonly policy: Authentication
}

export function isDeployment(json: object): boolean {
  return 'routes' in json && !('issuers' in json)
}

/** The OCIDs of the authorizer functions that the deployment calls. */
export function functionsOf(json: unknown): readonly string[] {
  const parsed = v.safeParse(specificationSchema, json)
  return parsed.success
    ? authorizersOf(parsed.output).flatMap(({ policy }) => policy.functionId ?? [])
    : []
}

/** The headers of each route that sets headers. */
export function routesOf(json: unknown): readonly RouteHeaders[] {
  const parsed = v.safeParse(specificationSchema, json)
  if (!parsed.success) return []
  return parsed.output.routes.flatMap(({ path, requestPolicies }) => {
    const headers = requestPolicies?.headerTransformations?.setHeaders?.items ?? []
    return headers.length === 0 ? [] : [{ path, headers }]
  })
}

export interface RouteHeaders {
  readonly path: string
  readonly headers: readonly v.InferOutput<typeof headerItem>[]
}

/** Deployments may also choose an authentication policy for each request. */
export function authenticationsOf({
  requestPolicies,
}: Specification): readonly PlacedAuthentication[] {
  const { authentication, dynamicAuthentication } = requestPolicies
  const path = 'requestPolicies.authentication'
  return [
    ...(authentication === undefined ? [] : [{ path, policy: authentication }]),
    ...(dynamicAuthentication?.authenticationServers ?? []).map((server, index) => ({
      path: `requestPolicies.dynamicAuthentication.authenticationServers.${index}.authenticationServerDetail`,
      policy: server.authenticationServerDetail,
    })),
  ]
}

export function authorizersOf(specification: Specification): readonly PlacedAuthentication[] {
  return authenticationsOf(specification).filter(
    ({ policy }) => policy.type === 'CUSTOM_AUTHENTICATION',
  )
}

export function problemAt(path: string, problem: string, remedy: string): ConfigProblem {
  return { key: `deployment: ${path}`, problem, remedy }
}

export function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization'
}

export function namesToken(part: unknown): boolean {
  return JSON.stringify(part ?? null).includes('request.auth[back_end_token]')
}
