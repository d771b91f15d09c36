import { UsageError } from './parse.ts'

/** Throws a `UsageError` for an invalid pattern, or one that matches none of the given names. */
export function readPattern(text: string, names?: readonly string[]): RegExp {
  const pattern = compile(text)
  if (names?.some((name) => pattern.test(name)) !== false) return pattern
  throw new UsageError(
    `PATTERN ${JSON.stringify(text)} matches nothing: give a part of a name, as ${JSON.stringify(names[0])}.`,
  )
}

function compile(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new UsageError(`PATTERN ${JSON.stringify(text)} is not valid: give a regular expression.`)
  }
}
