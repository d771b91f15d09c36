/** The validation of the rest of a document in which some members have the wrong type. */
import * as v from 'valibot'
import { isJsonObject, member } from '../platform/json.ts'
import { backendSchema, type BackendInput } from './backend-schema.ts'
import { issuerSchema, type IssuerInput } from './issuer-schema.ts'
import type { Report } from './problems.ts'

type Issues = readonly v.BaseIssue<unknown>[]
type PartialResult<T> =
  { readonly typed: true; readonly output: T } | { readonly typed: false; readonly output: unknown }

export interface PartialDocument {
  readonly issuers: readonly (IssuerInput | undefined)[]
  readonly backends: readonly (BackendInput | undefined)[]
}

/** They determine which other members are required. */
const REQUIREMENT_MEMBERS = ['provider', 'validation', 'grant']

/** Placeholders for wrong members whose presence decides what else is required. */
const STAND_INS: Readonly<Record<string, unknown>> = {
  name: '',
  audience: [],
  jwks: {},
  jwks_uri: '',
  introspection_endpoint: '',
  client: { client_id: '', client_secret_ocid: '' },
  client_auth: 'private_key_jwt',
}

/**
 * The entries as far as they are valid. An entry is undefined if a member is wrong that decides what the
 * entry requires.
 */
export function validEntries(document: unknown, issues: Issues): PartialDocument {
  const entriesOf = <T>(
    list: 'issuers' | 'backends',
    parse: (entry: unknown) => PartialResult<T>,
  ): readonly (T | undefined)[] => {
    const entries = isJsonObject(document) ? member(document, list) : undefined
    if (!Array.isArray(entries)) return []
    return entries.map((entry: unknown, index) => {
      const wrong = issues
        .filter(({ kind, path }) => kind === 'schema' && isAt(path, list, index))
        .map(({ path }) => (path?.[2] === undefined ? undefined : String(path[2].key)))
      if (wrong.some((name) => name === undefined || REQUIREMENT_MEMBERS.includes(name)))
        return undefined
      const standIns = wrong.map((name = '') => [name, STAND_INS[name]] as const)
      // `typed` is true even if a check failed, which has been reported.
      const result = parse(Object.assign({}, entry, Object.fromEntries(standIns)))
      return result.typed ? result.output : undefined
    })
  }
  return {
    issuers: entriesOf('issuers', (entry) => v.safeParse(issuerSchema, entry)),
    backends: entriesOf('backends', (entry) => v.safeParse(backendSchema, entry)),
  }
}

function isAt(path: Issues[number]['path'], list: string, index: number): boolean {
  return path?.[0].key === list && path[1]?.key === index
}

/** Does not report about members that violate the schema: those problems are known. */
export function exceptAt(issues: Issues, entry: string, report: Report): Report {
  const members = issues.map(({ path = [] }) =>
    path
      .slice(0, 3)
      .map(({ key }) => String(key))
      .join('.'),
  )
  return (field, ...about) => {
    const path = `${entry}.${field}`
    if (!members.some((name) => path === name || path.startsWith(`${name}.`)))
      report(field, ...about)
  }
}
