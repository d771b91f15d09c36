/**
 * Owns how a document is told that its shape is wrong: where, and what to do.
 * Pure.
 */
import * as v from 'valibot'
import { readComplaint } from '../providers/fields.ts'
import { FLAT_NAMES, isFlatKey, remedyOfMissingKey } from './flat-keys.ts'
import { looksSecret, remedyOfSecret, type ConfigProblem } from './problems.ts'

/** The library's own message may quote the value, which may be a secret at the wrong place. */
export function problemOfShape(issue: v.BaseIssue<unknown>, key: string): ConfigProblem {
  const path = v.getDotPath(issue)
  const told = { key: path === null ? key : `${key}: ${path}` }
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const otherwise = 'Leave it out, or correct its spelling.'
    const remedy = looksSecret(path ?? '')
      ? remedyOfSecret(/\bclient\.[^.]+$/.test(path ?? '') ? 'client_secret_ocid' : undefined)
      : otherwise
    return { ...told, problem: 'is unknown', remedy }
  }
  if (/^issuers\.\d+\.required_claims\./.test(path ?? '') && /^m(in|ax)_value$/.test(issue.type)) {
    return { ...told, ...INEXACT }
  }
  const complaint = readComplaint(issue.message)
  if (complaint !== undefined) return { ...told, ...complaint }
  const isMissing = issue.type === 'strict_object' && issue.received === 'undefined'
  const isUnion = issue.type === 'union'
  const expected = `Expected: ${issue.expected ?? 'see the JSON Schema'}.`
  return isMissing
    ? { ...told, problem: 'is missing', remedy: remedyOfMissing(path ?? '') ?? expected }
    : {
        ...told,
        problem: PROBLEMS[issue.type] ?? 'is not what it has to be',
        remedy: isUnion && /^issuers\.\d+\.audience$/.test(path ?? '') ? AUDIENCE : expected,
      }
}

/** What the flat key of the same meaning says, if there is one. */
function remedyOfMissing(path: string): string | undefined {
  const [, kind, field] = /^(issuer|backend)s\.\d+\.(.+)$/.exec(path) ?? []
  if (field === undefined) return undefined
  const key = FLAT_NAMES[kind === 'issuer' ? kind : 'backend'][field] ?? field
  return isFlatKey(key) ? remedyOfMissingKey(key) : undefined
}

const AUDIENCE = 'Give a list of texts, such as ["https://api.example.com/"], or "any".'

/** Of a required claim: another number of the provider's would be taken for this one. */
const INEXACT = {
  problem: 'is a number too large to be told from its neighbours',
  remedy: 'Have the provider send it as a text, or require another claim.',
}

const PROBLEMS: Readonly<Record<string, string>> = {
  non_empty: 'is empty',
  min_length: 'has too few entries',
  min_value: 'is too small',
  max_value: 'is too large',
}
