/** A value of Terraform; sets are sorted lists. */
export type Value = null | boolean | number | string | Value[] | Members | Reference

export interface Members {
  [name: string]: Value
}

/** Members that are evaluated when they are read: `var`, `local`, a resource. */
export class Reference {
  readonly get: (name: string) => Value
  constructor(get: (name: string) => Value) {
    this.get = get
  }
}

export function asText(value: Value | undefined): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Error('not a string')
}

export function asList(value: Value | undefined): Value[] {
  if (!Array.isArray(value)) throw new Error('not a list')
  return value
}

export function asObject(value: Value | undefined): Members {
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    value instanceof Reference
  ) {
    throw new Error('not an object')
  }
  return value
}

/** In Terraform's order. */
export function keysOf(object: Members): string[] {
  return Object.keys(object).sort()
}

export function memberOf(value: Value, name: string): Value {
  if (value instanceof Reference) return value.get(name)
  if (Array.isArray(value)) {
    const element = value[Number(name)]
    if (element === undefined) throw new Error(`no element ${name}`)
    return element
  }
  const member = asObject(value)[name]
  if (member === undefined) throw new Error(`no attribute ${name}`)
  return member
}
