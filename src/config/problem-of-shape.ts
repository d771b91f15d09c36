/** What a violation of the document's schema means, and what to do about it. */
import * as v from 'valibot'
import { readComplaint } from '../providers/fields.ts'
import { FLAT_NAMES, isFlatKey, remedyOfMissingKey } from './flat-keys.ts'
import { looksSecret, remedyOfSecret, type ConfigProblem } from './problems.ts'

type Issue = v.BaseIssue<unknown>
type Advice = Omit<ConfigProblem, 'key'>

/** Messages of the library are not used: they may quote the value, which could be a secret. */
export function problemOfShape(issue: Issue, key: string): ConfigProblem {
  const path = v.getDotPath(issue)
  return { key: path === null ? key : `${key}: ${path}`, ...adviceFor(issue, path ?? '') }
}

function adviceFor(issue: Issue, path: string): Advice {
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { problem: 'is unknown', remedy: remedyOfUnknown(path) }
  }
  if (/^issuers\.\d+\.required_claims\./.test(path) && /^m(in|ax)_value$/.test(issue.type)) {
    return INEXACT
  }
  const own = readComplaint(issue.message)
  if (own !== undefined) return own
  if (issue.type === 'strict_object' && issue.received === 'undefined') {
    return { problem: 'is missing', remedy: remedyOfMissing(path) ?? `Add ${issue.expected}.` }
  }
  return {
    problem: PROBLEMS[issue.type] ?? 'is not valid',
    remedy:
      /^issuers\.\d+\.audience$/.test(path) && issue.type === 'union' ? AUDIENCE : remedyOf(issue),
  }
}

function remedyOfUnknown(path: string): string {
  if (!looksSecret(path)) return 'Leave it out, or correct its spelling.'
  return remedyOfSecret(/\bclient\.[^.]+$/.test(path) ? 'client_secret_ocid' : undefined)
}

/** The remedy of the flat key with the same meaning, if there is one. */
function remedyOfMissing(path: string): string | undefined {
  const [, kind, field] = /^(issuer|backend)s\.\d+\.(.+)$/.exec(path) ?? []
  if (field === undefined) return undefined
  const key = FLAT_NAMES[kind === 'issuer' ? kind : 'backend'][field] ?? field
  return isFlatKey(key) ? remedyOfMissingKey(key) : undefined
}

function remedyOf({ type, expected }: Issue): string {
  switch (type) {
    case 'picklist':
    case 'literal':
    case 'variant':
      return remedyOfChoice(expected ?? '')
    case 'union':
      return expected?.includes('number') === true
        ? 'Give a string, a number, true, false, or a list of these.'
        : 'Give a string or a list of strings.'
    default:
      return REMEDIES[type] ?? 'See the JSON Schema.'
  }
}

/** `expected`: literals as the library lists them, such as `("a" | "b")`. */
function remedyOfChoice(expected: string): string {
  if (expected === 'Object') return OBJECT
  const values = expected.replaceAll(/[()]/g, '').split(' | ')
  return values.length === 1 ? `Give ${expected}.` : `Give one of ${values.join(', ')}.`
}

const OBJECT = 'Give an object in braces.'
const AUDIENCE = 'Give a list of strings, such as ["https://api.example.com/"], or "any".'

/** JSON numbers beyond the exact range: two different numbers would be equal. */
const INEXACT: Advice = {
  problem: 'is a number too large to be compared exactly',
  remedy: 'Have the provider send it as a string, or require another claim.',
}

const PROBLEMS: Readonly<Record<string, string>> = {
  non_empty: 'is empty',
  min_length: 'has too few entries',
}

const REMEDIES: Readonly<Record<string, string>> = {
  string: 'Give a string.',
  boolean: 'Give true or false.',
  non_empty: 'Give a value.',
  min_length: 'Give at least one entry.',
  array: 'Give a list in square brackets.',
  strict_object: OBJECT,
  loose_object: OBJECT,
  record: OBJECT,
}
