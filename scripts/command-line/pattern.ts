/**
 * Owns the reading of a pattern that picks some of many by their names.
 * Pure.
 */
import { UsageError } from './read.ts'

/** Throws a `UsageError`; where the names are known, also for a pattern that fits none of them. */
export function readPattern(text: string, names?: readonly string[]): RegExp {
  const pattern = compiled(text)
  if (names?.some((name) => pattern.test(name)) !== false) return pattern
  throw new UsageError(
    `PATTERN ${JSON.stringify(text)} fits nothing: give a part of a name, as ${JSON.stringify(names[0])}.`,
  )
}

function compiled(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new UsageError(
      `PATTERN ${JSON.stringify(text)} cannot be read: give a regular expression.`,
    )
  }
}
