/** What is wrong with a member of a document by its schema alone, and what to do about it. */
import type { Members } from '../support/documents.ts'

type Fault = readonly [problem: string, remedy: string]

/** Changes of a document, an issuer or a backend, and where and how they are wrong. */
export type Refusal = readonly [changes: Members, path: string, fault: Fault]

export const EMPTY: Fault = ['is empty', 'Give a value, or leave it out.']
export const TOO_FEW: Fault = ['has too few entries', 'Give at least one entry.']
export const NO_LIST: Fault = ['is not a list', 'Give a list in square brackets.']
export const NO_OBJECT: Fault = ['is not an object', 'Give an object in braces.']
export const NO_STRING: Fault = ['is not a string', 'Give a string.']
export const UNKNOWN: Fault = ['is unknown', 'Leave it out, or correct its spelling.']
export const BAD_NAME: Fault = [
  'is not a usable name',
  'Give 1 to 64 letters, digits, dots, underscores or hyphens.',
]

export function missing(remedy: string): Fault {
  return ['is missing', remedy]
}

export function noneOf(...values: readonly (string | number)[]): Fault {
  const accepted = values.map((value) => JSON.stringify(value)).join(', ')
  return ['has an unknown value', `Give one of ${accepted}.`]
}

export function wrongType(remedy: string): Fault {
  return ['has a value of the wrong type', remedy]
}

/** An unknown member that may be a secret, instead of which the key has to be given. */
export function exposed(key: string): Fault {
  return [
    'is unknown',
    `If this is the secret itself, replace it: others can read it. Give ${key}.`,
  ]
}

/** The longest accepted name, and one that is longer. */
export const LONGEST_NAME = 'a0._-'.padEnd(64, 'x')
export const LONG_NAME = `A${LONGEST_NAME}`
