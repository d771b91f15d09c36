import { Refusal, type Json, type Resource } from './store.ts'

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

export type SdkPackage =
  | 'oci-functions'
  | 'oci-apigateway'
  | 'oci-vault'
  | 'oci-keymanagement'
  | 'oci-identity'
  | 'oci-logging'

/** The routes' answers where the path fits; `undefined` where none does. */
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

/** Members that a list request can filter by. Whatever else it has in its query is about pages. */
const filters = ['compartmentId', 'displayName', 'name', 'lifecycleState', 'gatewayId']
const more = ['version', 'applicationId', 'vaultId', 'repositoryName', 'logGroupId']

export function listed(resources: readonly Resource[], query: URLSearchParams): Resource[] {
  const isWholeTree = query.get('compartmentIdInSubtree') === 'true'
  return resources.filter((resource) =>
    [...filters, ...more].every((member) => {
      if (member === 'compartmentId' && isWholeTree) return true
      const wanted = query.get(member)
      const name = member === 'name' ? (resource['name'] ?? resource['secretName']) : undefined
      return wanted === null || (name ?? resource[member]) === wanted
    }),
  )
}

export function conflict(message: string): never {
  throw new Refusal(409, 'Conflict', message)
}

export function badRequest(message: string): never {
  throw new Refusal(400, 'InvalidParameter', message)
}
