/** A deployment specification of one's own on the local gateway, less what the gateway does not run. */
import { readSpecification } from './gateway/read-specification.ts'
import { defaultSettings } from './gateway/settings.ts'
import { isRecord } from './json.ts'

export interface OwnDeployment {
  /** Undefined where the specification has problems that OCI would report, too. */
  readonly specification: unknown
  /** Origins of the specification by what stands in for them. */
  readonly origins: Readonly<Record<string, OriginKind>>
  /** What the local gateway leaves out, and what can be done about it. */
  readonly leftOut: readonly string[]
  readonly problems: readonly string[]
}

export type OriginKind = 'Oracle Integration' | 'identity domain' | 'Entra ID'

export function planDeployment(json: unknown): OwnDeployment {
  const specification: unknown = structuredClone(json)
  const origins = originsIn(specification)
  const loopback = Object.fromEntries(
    Object.keys(origins).map((each) => [each, 'http://127.0.0.1:1']),
  )
  const leftOut: string[] = []
  for (;;) {
    const read = readSpecification(specification, defaultSettings, loopback)
    if (!('problems' in read)) return { specification, origins, leftOut, problems: [] }
    const removed = read.problems.flatMap((problem) => leaveOut(specification, problem) ?? [])
    leftOut.push(...removed)
    if (removed.length === 0 || leftOut.length > 200) {
      return { specification: undefined, origins, leftOut, problems: read.problems }
    }
  }
}

/** Removes a field that is not run here, or its whole route; undefined for any other problem. */
function leaveOut(specification: unknown, problem: string): string | undefined {
  const field = /^(\S+) is not run here$/.exec(problem)?.[1]
  if (field !== undefined) {
    remove(specification, field)
    return `${field}: left out, requests here pass without it. On OCI it applies: try it there.`
  }
  const route = /^(routes\[\d+\])\.backend\S* \S+ is not run here$/.exec(problem)?.[1]
  if (route === undefined) return undefined
  remove(specification, route)
  return `${problem.replace(' is not run here', '')}: this route is left out. Give it an HTTP_BACKEND or a STOCK_RESPONSE_BACKEND to try it here.`
}

function remove(specification: unknown, path: string): void {
  const steps = path.split(/[.[\]]+/).filter(Boolean)
  const last = steps.pop()
  let parent: unknown = specification
  for (const step of steps) {
    parent = Array.isArray(parent)
      ? (parent as unknown[])[Number(step)]
      : isRecord(parent)
        ? parent[step]
        : undefined
  }
  if (last === undefined) return
  if (Array.isArray(parent)) parent.splice(Number(last), 1)
  else if (isRecord(parent)) Reflect.deleteProperty(parent, last)
}

function originsIn(specification: unknown): Record<string, OriginKind> {
  const found: Record<string, OriginKind> = {}
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value as unknown[]) visit(each)
    } else if (isRecord(value)) {
      for (const [name, each] of Object.entries(value)) {
        const origin = typeof each === 'string' ? /^https:\/\/[^/$]+/.exec(each)?.[0] : undefined
        if (origin !== undefined && (name === 'url' || name === 'uri')) {
          found[origin] = kindOf(name, origin)
        }
        visit(each)
      }
    }
  }
  visit(specification)
  return found
}

function kindOf(name: string, origin: string): OriginKind {
  if (name === 'url') return 'Oracle Integration'
  return origin.includes('login.microsoftonline.') ? 'Entra ID' : 'identity domain'
}
