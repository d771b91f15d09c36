/** What is wrong with a member of a document by its schema alone, and what to do about it. */
import { problem, type Members } from '../support/documents.ts'

/** Changes of a document, an issuer or a backend, and where and how they are wrong. */
export type Refusal = readonly [changes: Members, path: string, what: string, remedy?: string]

const USUAL_REMEDIES: Readonly<Record<string, string>> = {
  'is empty': 'Give a value, or leave it out.',
  'has too few entries': 'Give at least one entry.',
  'is not a list': 'Give a list in square brackets.',
  'is not an object': 'Give an object in braces.',
  'is not a string': 'Give a string.',
  'is unknown': 'Leave it out, or correct its spelling.',
  'is not a usable name': 'Give 1 to 64 letters, digits, dots, underscores or hyphens.',
}

export function refusal(path: string, what: string, remedy = USUAL_REMEDIES[what] ?? '') {
  return problem(path, what, remedy)
}

export function noneOf(...values: readonly (string | number)[]) {
  const accepted = values.map((value) => JSON.stringify(value)).join(', ')
  return ['has an unknown value', `Give one of ${accepted}.`] as const
}

/** The remedy for an unknown member that may be a secret, instead of which the key has to be given. */
export function exposed(key: string): string {
  return `If this is the secret itself, replace it: others can read it. Give ${key}.`
}

/** The longest accepted name, and one that is longer. */
export const LONGEST_NAME = 'a0._-'.padEnd(64, 'x')
export const LONG_NAME = `A${LONGEST_NAME}`
