/** What a violation of a schema means, and what to do about it. */
import * as v from 'valibot'
import { readOwnMessage } from '../platform/schema-fields.ts'
import { remedyOfMissing } from './missing-members.ts'
import { looksSecret, remedyOfSecret } from './problems.ts'

export interface ShapeProblem {
  /** Of the document, such as `issuers.0.audience`; '' is the document itself. */
  readonly path: string
  readonly problem: string
  readonly remedy: string
}

/** Messages of the library are not used: they may quote the value, which could be a secret. */
export function problemOfIssue(issue: v.BaseIssue<unknown>): ShapeProblem {
  const path = v.getDotPath(issue) ?? ''
  return { path, ...adviceFor(issue, path) }
}

type Advice = Pick<ShapeProblem, 'problem' | 'remedy'>

function adviceFor(issue: v.BaseIssue<unknown>, path: string): Advice {
  const { type, expected, received, message } = issue
  if (type === 'strict_object' && expected === 'never') {
    return { problem: 'is unknown', remedy: remedyOfUnknown(path) }
  }
  if (type === 'strict_object' && received === 'undefined') {
    return { problem: 'is missing', remedy: remedyOfMissing(path) ?? `Add ${expected}.` }
  }
  return (
    readOwnMessage(message) ??
    ADVICE[expected === 'Object' ? 'object' : type]?.(expected ?? '') ?? {
      problem: 'is not valid',
      remedy: 'Compare it with the JSON Schema.',
    }
  )
}

function remedyOfUnknown(path: string): string {
  if (!looksSecret(path)) return 'Leave it out, or correct its spelling.'
  return remedyOfSecret(/\bclient\.[^.]+$/.test(path) ? 'client_secret_ocid' : undefined)
}

/** `expected`: literals as the library lists them, such as `("a" | "b")`. */
function oneOf(expected: string): Advice {
  const values = expected.replaceAll(/[()]/g, '').split(' | ')
  const remedy = values.length === 1 ? `Give ${expected}.` : `Give one of ${values.join(', ')}.`
  return { problem: 'has an unknown value', remedy }
}

/** By the type of the violated schema or check. */
const ADVICE: Readonly<Record<string, (expected: string) => Advice>> = {
  string: () => ({ problem: 'is not a string', remedy: 'Give a string.' }),
  non_empty: () => ({ problem: 'is empty', remedy: 'Give a value, or leave it out.' }),
  array: () => ({ problem: 'is not a list', remedy: 'Give a list in square brackets.' }),
  min_length: () => ({ problem: 'has too few entries', remedy: 'Give at least one entry.' }),
  object: () => ({ problem: 'is not an object', remedy: 'Give an object in braces.' }),
  picklist: oneOf,
  literal: oneOf,
  variant: oneOf,
  union: (expected) => ({
    problem: 'has a value of the wrong type',
    remedy: expected.includes('number')
      ? 'Give a string, a number, true, false, or a list of these.'
      : 'Give a string or a list of strings.',
  }),
}
