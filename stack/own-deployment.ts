/** The user's deployment specification, without the parts that the local gateway does not support. */
import { readSpecification } from './gateway/read-specification.ts'
import { defaultSettings } from './gateway/settings.ts'
import { isRecord } from './json.ts'

export interface OwnDeployment {
  /** Undefined if the specification has problems that OCI would also report. */
  readonly specification: unknown
  /** The kind of stand-in for each origin of the specification. */
  readonly origins: Readonly<Record<string, OriginKind>>
  /** The omitted parts, and what to do about them. */
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

/** Removes an unsupported field or its whole route; undefined for any other problem. */
function leaveOut(specification: unknown, problem: string): string | undefined {
  const field = /^(\S+) is not run here$/.exec(problem)?.[1]
  if (field !== undefined) {
    remove(specification, field)
    return `${field}: ignored by the local gateway. Test it on OCI.`
  }
  const route = /^(routes\[\d+\])\.backend\S* \S+ is not run here$/.exec(problem)?.[1]
  if (route === undefined) return undefined
  remove(specification, route)
  return `${problem.replace(' is not run here', '')}: this route is ignored. Give it an HTTP_BACKEND or a STOCK_RESPONSE_BACKEND to test it here.`
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
