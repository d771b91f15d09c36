/** Reads a configuration that may have problems, and ignores values of the wrong type. */
import { isRecord } from '../json.ts'

export type Fields = Record<string, unknown>

export function fieldsOf(value: unknown): Fields {
  return isRecord(value) ? value : {}
}

export function objects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((each) => text(each) ?? []) : []
}
