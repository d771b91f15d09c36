import { Refusal, type Json, type Kind, type Resource, type Store } from './store.ts'
import type { Service, WorkRequests } from './work-requests.ts'

export interface Call {
  /** The variable parts of the path, in order. */
  readonly ids: readonly string[]
  readonly query: URLSearchParams
  readonly body: Json
}

export interface Reply {
  readonly status?: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** `*` stands for one segment. */
  readonly path: string
  /** The SDK's model of the body: package and name. */
  readonly model?: readonly [sdk: SdkPackage, name: string]
  readonly answer: (call: Call) => Reply
}

type Answer = Route['answer']
type Model = NonNullable<Route['model']>

export function get(path: string, answer: Answer): Route {
  return { method: 'GET', path, answer }
}

export function post(path: string, model: Model, answer: Answer): Route {
  return { method: 'POST', path, model, answer }
}

export function put(path: string, model: Model, answer: Answer): Route {
  return { method: 'PUT', path, model, answer }
}

export function del(path: string, answer: Answer): Route {
  return { method: 'DELETE', path, answer }
}

/** Deletes a resource with a work request, unless `parts` exist: resources with its OCID in that member. */
export function removal(
  store: Store,
  work: WorkRequests,
  [service, operation, kind]: readonly [service: Service, operation: string, kind: Kind],
  path: string,
  parts?: readonly [kind: Kind, member: string],
): Route {
  return del(path, ({ ids }) => {
    const resource = store.get(kind, ids.at(-1))
    if (parts !== undefined) {
      const [part, member] = parts
      if (store.existing(part).some((one) => one[member] === resource.id)) {
        conflict(`the ${kind} has a ${part}`)
      }
    }
    return { status: 202, headers: work.remove(service, operation, resource) }
  })
}

export type SdkPackage =
  | 'oci-functions'
  | 'oci-apigateway'
  | 'oci-vault'
  | 'oci-keymanagement'
  | 'oci-identity'
  | 'oci-logging'

/** The route that matches the path, and the variable parts of the path. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; ids: string[] } | undefined {
  for (const route of routes) {
    const shape = new RegExp(`^${route.path.replaceAll('*', '([^/]+)')}/?$`)
    const match = route.method === method ? shape.exec(path) : null
    if (match) return { route, ids: match.slice(1).map(decodeURIComponent) }
  }
  return undefined
}

/** The members by which list requests can filter. */
const filters = [
  ...['compartmentId', 'displayName', 'name', 'lifecycleState', 'gatewayId'],
  ...['version', 'applicationId', 'vaultId', 'repositoryName', 'logGroupId'],
]

export function listed(resources: readonly Resource[], query: URLSearchParams): Resource[] {
  const isWholeTree = query.get('compartmentIdInSubtree') === 'true'
  return resources.filter((resource) =>
    filters.every((member) => {
      if (member === 'compartmentId' && isWholeTree) return true
      const expected = query.get(member)
      const name = member === 'name' ? (resource['name'] ?? resource['secretName']) : undefined
      return expected === null || (name ?? resource[member]) === expected
    }),
  )
}

export function conflict(message: string): never {
  throw new Refusal(409, 'Conflict', message)
}

export function badRequest(message: string): never {
  throw new Refusal(400, 'InvalidParameter', message)
}
