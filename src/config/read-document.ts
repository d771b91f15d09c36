/**
 * Owns the document form of the configuration: several issuers, and backends.
 * Pure.
 */
import * as v from 'valibot'
import { parseJsonObject, withoutPrototypes } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { breakOf } from './checks/broken-json.ts'
import { buildBackend } from './build-backend.ts'
import { buildIssuer } from './build-issuer.ts'
import { documentSchema } from './document-schema.ts'
import { duplicateMembers } from './checks/duplicate-members.ts'
import { validateBackends } from './checks/backends.ts'
import { validateIssuers } from './checks/overlapping-issuers.ts'
import type { Config } from './model.ts'
import { problemOfShape } from './problem-of-shape.ts'
import { catchingDefects, type ConfigProblem, type Report } from './problems.ts'

/** `key`: the flat key or the secret that holds the document, for telling problems. */
export function readDocument(text: string, key: string): Result<Config, readonly ConfigProblem[]> {
  return catchingDefects(key, () => validateDocument(text, key))
}

function validateDocument(text: string, key: string): Result<Config, readonly ConfigProblem[]> {
  const json = parseJsonObject(Buffer.from(text))
  if (json === undefined) {
    const { where, isQuote } = breakOf(text)
    const remedy = isQuote ? PLAIN_QUOTES : JSON_EDITOR
    return failure([{ key, problem: `is not a JSON object${where}`, remedy }])
  }
  const lost = [
    ...unusableNames(json).map((path) => ({ path, ...UNUSABLE })),
    ...duplicateMembers(text).map((path) => ({ path, ...TWICE })),
  ]
  if (lost.length > 0) {
    return failure(lost.map(({ path, ...told }) => ({ key: `${key}: ${path}`, ...told })))
  }
  const parsed = v.safeParse(documentSchema, withoutPrototypes(json))
  if (!parsed.success) return failure(parsed.issues.map((issue) => problemOfShape(issue, key)))

  const problems: ConfigProblem[] = []
  const reporter =
    (path: string): Report =>
    (field, problem, remedy) => {
      const place = field === '' ? path : `${path}.${field}`
      problems.push({ key: `${key}: ${place}`, problem, remedy })
    }
  const { issuers, backends, unmatched } = parsed.output
  const config: Config = {
    issuers: issuers.map((input, index) => buildIssuer(input, reporter(`issuers.${index}`))),
    backends: backends.map((input, index) => buildBackend(input, reporter(`backends.${index}`))),
  }
  validateIssuers(config.issuers, reporter)
  validateBackends({ ...config, refusesUnmatched: unmatched === 'refuse' }, reporter)
  return problems.length === 0 ? success(config) : failure(problems)
}

const JSON_EDITOR =
  'Check it with a JSON editor, and that it is the document and no name of a file.'

const PLAIN_QUOTES =
  'Put plain quotes (") where a word processor has put others, there and elsewhere.'

const UNUSABLE = { problem: 'has a name that cannot be used', remedy: 'Leave it out.' }

const TWICE = {
  problem: 'stands there twice',
  remedy: 'Keep the one that is meant: of two, the last alone would count.',
}

/** Names that the library drops without a word: a rule about such a claim would be gone. */
const DROPPED = ['__proto__', 'constructor', 'prototype']

/** The paths in the value at which such names stand. */
function unusableNames(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => [
    ...(DROPPED.includes(name) ? [[...path, name].join('.')] : []),
    ...unusableNames(each, [...path, name]),
  ])
}
