/**
 * Context variables, `request.headers[Name]` and the like: their grammar and their values. Source:
 * Oracle, "Adding Context Variables to Policies and HTTP Back End Definitions".
 */
import { headerValues, type Header } from './headers.ts'

/** The properties of a request. Query and path values are not decoded. */
export interface ContextTables {
  readonly path: ReadonlyMap<string, string>
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers: readonly Header[]
  readonly headerKeysAreCaseSensitive: boolean
  readonly auth: ReadonlyMap<string, string>
  readonly host: string
  readonly body: Buffer
}

export interface ContextVariable {
  readonly table: 'path' | 'query' | 'headers' | 'auth' | 'host' | 'body'
  /** Empty for `request.host` and `request.body`, which are single values. */
  readonly key: string
}

/** Parses a variable in its bare form. Undefined for an unsupported one. */
export function parseContextVariable(text: string): ContextVariable | undefined {
  if (text === 'request.host') return { table: 'host', key: '' }
  if (text === 'request.body') return { table: 'body', key: '' }
  const [, table, key] = /^request\.(path|query|headers|auth)\[([^[\]]+)\]$/.exec(text) ?? []
  return key === undefined ? undefined : { table: table as ContextVariable['table'], key }
}

/** All values of a variable: none if the request does not have it, several if it is repeated. */
export function valuesOf(variable: ContextVariable, tables: ContextTables): string[] {
  const { table, key } = variable
  switch (table) {
    case 'host':
      return [tables.host]
    case 'body':
      return [tables.body.toString('utf8')]
    case 'path':
      return present(tables.path.get(key))
    case 'auth':
      return present(tables.auth.get(key))
    case 'query':
      return tables.query.filter(([name]) => name === key).map(([, value]) => value)
    case 'headers':
      return tables.headerKeysAreCaseSensitive
        ? tables.headers.filter(([name]) => name === key).map(([, value]) => value)
        : headerValues(tables.headers, key)
  }
}

/** The values of the header or the query parameter that has the token. */
export function tokenValues(
  { tokenHeader = '', tokenQueryParam }: { tokenHeader?: string; tokenQueryParam?: string },
  tables: ContextTables,
): string[] {
  return tokenQueryParam === undefined
    ? valuesOf({ table: 'headers', key: tokenHeader }, tables)
    : valuesOf({ table: 'query', key: tokenQueryParam }, tables)
}

/**
 * Replaces `${...}` by values: an empty string for a missing key, the first of several values. Encoded
 * values stay encoded.
 */
export function substitute(template: string, tables: ContextTables): string {
  return template.replace(bracedVariable, (_, inner: string) => {
    const variable = parseContextVariable(inner)
    return variable ? (valuesOf(variable, tables)[0] ?? '') : ''
  })
}

/** The problem of the `${...}` in a template, if any. */
export function templateProblem(template: string): string | undefined {
  for (const [, inner = ''] of template.matchAll(bracedVariable)) {
    const variable = parseContextVariable(inner)
    if (!variable) return `uses ${inner}, which is not run here`
    if (variable.table === 'body') return 'uses request.body, which only authorizer functions get'
  }
  return undefined
}

/** The problem of an authorizer function's argument, if any. */
export function argumentProblem(expression: string): string | undefined {
  if (expression.includes('${')) return 'must be a bare context variable, without ${}'
  const variable = parseContextVariable(expression)
  if (!variable) return `uses ${expression}, which is not run here`
  if (variable.table === 'path' || variable.table === 'auth') {
    return `uses ${expression}, but arguments come from request.headers, query, host and body`
  }
  return undefined
}

const bracedVariable = /\$\{([^}]*)\}/g

function present(value: string | undefined): string[] {
  return value === undefined ? [] : [value]
}
