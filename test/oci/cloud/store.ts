import { randomUUID } from 'node:crypto'

export type Json = Record<string, unknown>

/** A resource as its API returns it. */
export interface Resource extends Json {
  readonly id: string
  lifecycleState: string
}

export const kinds = [
  'application',
  'function',
  'gateway',
  'deployment',
  'vault',
  'key',
  'secret',
  'policy',
  'loggroup',
  'log',
  'repository',
  'image',
] as const

export type Kind = (typeof kinds)[number]

/** The API's answer to a rejected request. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

const inactiveStates = ['DELETING', 'DELETED', 'FAILED', 'PENDING_DELETION']

/** All resources of the tenancy, by kind, in the order of their creation. */
export class Store {
  readonly #resources = new Map<Kind, Resource[]>(kinds.map((kind) => [kind, []]))

  all(kind: Kind): Resource[] {
    return this.#resources.get(kind) ?? []
  }

  live(kind: Kind): Resource[] {
    return this.all(kind).filter(({ lifecycleState }) => !inactiveStates.includes(lifecycleState))
  }

  /** Those that are not completely deleted. */
  existing(kind: Kind): Resource[] {
    return this.all(kind).filter(({ lifecycleState }) => lifecycleState !== 'DELETED')
  }

  /** Also finds deleted resources, as OCI does for some time. */
  get(kind: Kind, id: string | undefined): Resource {
    const found = this.all(kind).find((resource) => resource.id === id)
    if (found) return found
    throw new Refusal(404, 'NotAuthorizedOrNotFound', `no ${kind} ${id ?? ''}`)
  }

  add(kind: Kind, lifecycleState: string, members: Json): Resource {
    const resource = { ...members, id: newOcid(kind), lifecycleState, timeCreated: now() }
    this.all(kind).push(resource)
    return resource
  }

  /** Throws if a live resource of the kind already has the name. */
  mustBeNew(kind: Kind, member: string, value: unknown): void {
    if (this.live(kind).some((resource) => resource[member] === value)) {
      throw new Refusal(409, 'Conflict', `${kind} ${String(value)} exists already`)
    }
  }
}

const ocidKinds: Partial<Record<Kind, string>> = {
  application: 'fnapp',
  function: 'fnfunc',
  gateway: 'apigateway',
  deployment: 'apideployment',
  secret: 'vaultsecret',
  repository: 'containerrepo',
  image: 'containerimage',
}

export function newOcid(kind: Kind | 'workrequest'): string {
  const name = kind === 'workrequest' ? kind : (ocidKinds[kind] ?? kind)
  return `ocid1.${name}.oc1.eu-frankfurt-1.${randomUUID().replaceAll('-', '')}`
}

export function now(): string {
  return new Date().toISOString()
}
