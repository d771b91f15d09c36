/** What `JSON.parse` does not say about a JSON text. */
import { printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser'
import { parseJsonObject } from '../../platform/json.ts'
import { documentForm, reportTo, type ConfigProblem } from '../problems.ts'

export interface JsonError {
  /** In words that follow “is not a JSON object”; empty if the text is JSON. */
  readonly where: string
  /** A word processor has replaced " by another quote. */
  readonly isQuote: boolean
}

const STRICT = { disallowComments: true, allowTrailingComma: false }

/** The first error in the text. Messages of `JSON.parse` quote the text, which may be a secret. */
export function findJsonError(textWithMark: string): JsonError {
  // The decoder drops a byte order mark.
  const text = textWithMark.replace(/^\uFEFF/, '')
  let where = ''
  let isQuote = false
  visit(
    text,
    {
      onError: (error, offset, length, line, column) => {
        if (where !== '') return
        const rest = text.slice(offset)
        const isAtEnd = offset + length >= text.length && mayContinue(error, rest)
        where = isAtEnd ? ': it ends too early' : ` from line ${line + 1}, column ${column + 1} on`
        isQuote = /^[\u2018-\u201F\u00AB\u00BB]/.test(rest)
      },
    },
    STRICT,
  )
  return { where, isQuote }
}

/** Whether the text could become JSON if it went on after `rest`, which begins at the error. */
function mayContinue(error: ParseErrorCode, rest: string): boolean {
  const name = printParseErrorCode(error)
  if (name === 'InvalidSymbol')
    return ['true', 'false', 'null'].some((word) => word.startsWith(rest))
  return rest === '' || name.startsWith('UnexpectedEnd')
}

/**
 * The path of each member that is given more than once. Parsers keep the last one without a message: a
 * dropped one could be a rule. The text must be JSON.
 */
export function duplicateMembers(text: string): readonly string[] {
  const found = new Set<string>()
  const open: Set<string>[] = []
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set())
    },
    onObjectEnd: () => {
      open.pop()
    },
    onObjectProperty: (name, _offset, _length, _line, _column, pathSupplier) => {
      const names = open.at(-1)
      if (names?.has(name) === true) found.add([...pathSupplier(), name].join('.'))
      names?.add(name)
    },
  })
  return [...found]
}

/**
 * Members that would get lost without a message, where the text is a JSON object. `key`: the flat key
 * that holds the text.
 */
export function problemsOfMembers(text: string, key: string): readonly ConfigProblem[] {
  const json = parseJsonObject(Buffer.from(text))
  if (json === undefined) return []
  const problems: ConfigProblem[] = []
  const report = reportTo(problems, documentForm(key), '')
  for (const path of unusableNames(json))
    report(path, 'has a name that cannot be used', 'Leave it out.')
  for (const path of duplicateMembers(text)) {
    report(path, 'is given twice', 'Keep the one that is meant: only the last would count.')
  }
  return problems
}

/** Names that valibot drops without a message: a rule about such a claim would be lost. */
const DROPPED = ['__proto__', 'constructor', 'prototype']

/** The paths in the value at which such names are. */
function unusableNames(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => [
    ...(DROPPED.includes(name) ? [[...path, name].join('.')] : []),
    ...unusableNames(each, [...path, name]),
  ])
}
