/** What `JSON.parse` does not say about a JSON text. */
import { printParseErrorCode, visit, type ParseErrorCode } from 'jsonc-parser'

export interface JsonError {
  /** In words that follow “is not a JSON object”; empty if the text is JSON. */
  readonly where: string
  /** A word processor has replaced " by another quote. */
  readonly isQuote: boolean
}

const STRICT = { disallowComments: true, allowTrailingComma: false }

/** The first error in the text. Messages of `JSON.parse` quote the text, which may be a secret. */
export function findJsonError(marked: string): JsonError {
  // Whoever decodes the text drops a byte order mark.
  const text = marked.replace(/^\uFEFF/, '')
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

/** Whether more text could make JSON of what begins with the error. */
function mayContinue(error: ParseErrorCode, rest: string): boolean {
  const name = printParseErrorCode(error)
  if (name === 'InvalidSymbol')
    return ['true', 'false', 'null'].some((word) => word.startsWith(rest))
  return rest === '' || name.startsWith('UnexpectedEnd')
}

/**
 * The paths of members that an object has twice, each once. Parsers drop all but the last without a
 * message, which could be a rule. The text must be JSON.
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
