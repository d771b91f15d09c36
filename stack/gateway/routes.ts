/**
 * The syntax of route paths, and the choice of a request's route. Source: Oracle, "Adding Path Parameters
 * and Wildcards to Route Paths".
 */
import type { Method, Route } from './read-specification.ts'

export type RouteMatch =
  | { readonly kind: 'found'; readonly route: Route; readonly parameters: Map<string, string> }
  | { readonly kind: 'no such path' }
  | { readonly kind: 'method not allowed'; readonly allowed: readonly Method[] }

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'wildcard'; readonly name: string }

/**
 * The route for a path that is relative to the deployment's prefix, and not decoded.
 *
 * The most specific path has priority, independent of the order of the routes: at the first difference of
 * two paths, a literal segment precedes `{param}`, and that `{param*}`. The method is checked afterwards,
 * so that a call never reaches a less restrictive, wider route.
 */
export function findRoute(routes: readonly Route[], path: string, method: string): RouteMatch {
  const segments = path.split('/').slice(1)
  const matches = routes.flatMap((route) => {
    const pattern = parsePath(route.path)
    const parameters = matchSegments(pattern, segments)
    return parameters ? [{ route, parameters, rank: rankOf(pattern) }] : []
  })
  const best = matches.map(({ rank }) => rank).sort()[0]
  const candidates = matches.filter(({ rank }) => rank === best)
  if (candidates.length === 0) return { kind: 'no such path' }
  const found = candidates.find(({ route }) =>
    route.methods.some((allowed) => allowed === 'ANY' || allowed === method),
  )
  return found
    ? { kind: 'found', route: found.route, parameters: found.parameters }
    : { kind: 'method not allowed', allowed: candidates.flatMap(({ route }) => route.methods) }
}

/** The problem of a route path, if any. */
export function routePathProblem(path: string): string | undefined {
  if (!path.startsWith('/')) return 'must begin with a slash'
  if (path.includes('//')) return 'must not have adjacent slashes'
  if (path.length > 2000) return 'must not be longer than 2000 characters'
  const segments = path.split('/').slice(1)
  for (const [index, segment] of segments.entries()) {
    if (/^\{\w+\*\}$/.test(segment)) {
      if (index < segments.length - 1) return `has ${segment} before its end`
    } else if (!/^(\{\w+\}|[\w$.+!*'(),%;:@&=-]*)$/.test(segment)) {
      return `has ${segment}, which is neither a literal nor {name} nor {name*}`
    }
  }
  return undefined
}

/** Equal for two paths that match the same requests. */
export function pathShape(path: string): string {
  return parsePath(path)
    .map((segment) => (segment.kind === 'literal' ? `=${segment.text}` : segment.kind))
    .join('/')
}

function parsePath(path: string): Segment[] {
  return path
    .split('/')
    .slice(1)
    .map((text): Segment => {
      const name = /^\{(\w+)(\*?)\}$/.exec(text)
      if (name?.[1] === undefined) return { kind: 'literal', text }
      return { kind: name[2] === '*' ? 'wildcard' : 'parameter', name: name[1] }
    })
}

/** The parameters' values; undefined if the path does not match. */
function matchSegments(
  pattern: readonly Segment[],
  segments: readonly string[],
): Map<string, string> | undefined {
  const parameters = new Map<string, string>()
  for (const [index, part] of pattern.entries()) {
    if (part.kind === 'wildcard') {
      // "No path segment" is documented as `/hello/`, with the slash; `/hello` stays another path.
      if (segments.length < pattern.length) return undefined
      return parameters.set(part.name, segments.slice(index).join('/'))
    }
    const segment = segments[index]
    if (segment === undefined) return undefined
    if (part.kind === 'literal') {
      if (part.text !== segment) return undefined
    } else {
      if (segment === '') return undefined
      parameters.set(part.name, segment)
    }
  }
  return segments.length === pattern.length ? parameters : undefined
}

/** Sorts the more specific path first: one letter per segment, in the order l, p, w. */
function rankOf(pattern: readonly Segment[]): string {
  return pattern.map(({ kind }) => kind.charAt(0)).join('')
}
