/** A deployment's `specification` as the API requires it: camelCase, blocks as objects, no unset members. */
import { nestedSchema, type BlockSchema, type Type } from './provider-schema.ts'
import type { Value } from './hcl/value.ts'

type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

export function toApi(value: Value, type: Type): Json {
  if (typeof type === 'string' || isList(type)) {
    const inner = typeof type === 'string' ? undefined : nestedSchema(type)
    if (inner === undefined) return value as Json
    return (value as Value[]).map((each) => objectToApi(each, inner))
  }
  const [only = null] = Array.isArray(value) ? value : [value]
  return objectToApi(only, type)
}

function isList(type: Type): type is readonly ['list' | 'map', Type] {
  return Array.isArray(type)
}

function objectToApi(value: Value, schema: BlockSchema): Json {
  return Object.fromEntries(
    Object.entries(value as Record<string, Value>)
      .filter(([, each]) => each !== null)
      .map(([name, each]) => [camelCase(name), toApi(each, schema[name]?.type ?? 'any')]),
  )
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}
