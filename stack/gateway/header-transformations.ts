/**
 * Header transformation policies. Sources: Oracle, "Adding Header Transformation Request Policies" and
 * "Protected Request Headers and Response Headers".
 */
import { substitute } from './context-variables.ts'
import type { RequestScope } from './engine.ts'
import { headerValues, isSameName, withoutHeaders, type Header } from './headers.ts'
import { inside, report, type Place } from './json-check.ts'
import type { HeaderTransformations } from './policy-checks.ts'

export type Direction = 'request' | 'response'

const protectedNames: Readonly<Record<Direction, ReadonlySet<string>>> = {
  request: new Set([
    'cdn-loop',
    'connection',
    'content-length',
    'cookie',
    'except',
    'keep-alive',
    'opc-request-id',
    'origin',
    'proxy-authorization',
    'te',
    'transfer-encoding',
    'upgrade',
    'x-forwarded-for',
    'x-real-ip',
  ]),
  response: new Set([
    'access-control-allow-credentials',
    'access-control-allow-headers',
    'access-control-allow-methods',
    'access-control-allow-origin',
    'access-control-expose-headers',
    'access-control-max-age',
    'connection',
    'content-length',
    'except',
    'keep-alive',
    'opc-request-id',
    'proxy-authenticate',
    'public-key-pins',
    'retry-after',
    'strict-transport-security',
    'te',
    'trailers',
    'transfer-encoding',
    'upgrade',
    'x-content-type-options',
    'x-frame-options',
  ]),
}

/** Reports protected names, and names in more than one policy (except ALLOW lists). */
export function checkHeaderNames(
  policies: HeaderTransformations,
  direction: Direction,
  place: Place,
): void {
  const seen = new Set<string>()
  for (const { name, at, isAllowed } of namedHeaders(policies, place)) {
    const lowerCase = name.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) report(at, 'must be a header name')
    else if (isAllowed) continue
    else if (protectedNames[direction].has(lowerCase)) {
      report(at, `is ${name}, which is protected in a ${direction}`)
    } else if (seen.has(lowerCase)) {
      report(at, `is ${name}, which another transformation of this route names already`)
    }
    seen.add(lowerCase)
  }
}

/** Renames, sets and then filters, so that an ALLOW list must contain the headers that were set. */
export function transformHeaders(
  headers: readonly Header[],
  policies: HeaderTransformations | undefined,
  direction: Direction,
  { tables, log }: RequestScope,
): Header[] {
  if (!policies) return [...headers]
  let result = [...headers]
  for (const { from, to } of policies.renameHeaders?.items ?? []) {
    result = result.map(([name, value]) => [isSameName(name, from) ? to : name, value])
  }
  for (const { name, values, ifExists = 'OVERWRITE' } of policies.setHeaders?.items ?? []) {
    if (ifExists === 'SKIP' && headerValues(result, name).length > 0) continue
    if (ifExists === 'OVERWRITE') result = withoutHeaders(result, name)
    for (const template of values) {
      const value = substitute(template, tables)
      if (value === '') {
        log('headerTransformation.missingSetValues', 'WARN', `${name} is set to an empty value`)
      }
      if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
        log('headerTransformation.badHeaderValue', 'ERROR', `${name} is left out`)
      } else {
        result.push([name, value])
      }
    }
  }
  return filterHeaders(result, policies, direction)
}

function filterHeaders(
  headers: readonly Header[],
  { filterHeaders: filter }: HeaderTransformations,
  direction: Direction,
): Header[] {
  if (!filter) return [...headers]
  return headers.filter(([name]) => {
    if (protectedNames[direction].has(name.toLowerCase())) return true
    const isListed = filter.items.some((item) => isSameName(item.name, name))
    return isListed === (filter.type === 'ALLOW')
  })
}

function namedHeaders(policies: HeaderTransformations, place: Place) {
  const renames = policies.renameHeaders?.items ?? []
  const sets = policies.setHeaders?.items ?? []
  const filters = policies.filterHeaders?.items ?? []
  const at = (policy: string, index: number, field: string) =>
    inside(place, policy, 'items', index, field)
  return [
    ...sets.map(({ name }, index) => ({
      name,
      at: at('setHeaders', index, 'name'),
      isAllowed: false,
    })),
    ...renames.flatMap(({ from, to }, index) => [
      { name: from, at: at('renameHeaders', index, 'from'), isAllowed: false },
      { name: to, at: at('renameHeaders', index, 'to'), isAllowed: false },
    ]),
    ...filters.map(({ name }, index) => ({
      name,
      at: at('filterHeaders', index, 'name'),
      isAllowed: policies.filterHeaders?.type === 'ALLOW',
    })),
  ]
}
