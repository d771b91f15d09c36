/**
 * Owns the document form of the configuration: several issuers, and backends.
 * Pure.
 */
import * as v from 'valibot'
import { parseJsonObject, withoutPrototypes } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { buildBackend } from './build-backend.ts'
import { buildIssuer } from './build-issuer.ts'
import { documentSchema } from './document-schema.ts'
import { duplicateMembers } from './duplicate-members.ts'
import { judgeBackends } from './judge-backends.ts'
import { reportLookalikes } from './lookalikes.ts'
import type { Config } from './model.ts'
import { tellingDefects, type ConfigProblem, type Report } from './problems.ts'

/** `key`: the flat key or the secret that holds the document, for telling problems. */
export const readDocument = (text: string, key: string): Result<Config, readonly ConfigProblem[]> =>
  tellingDefects(key, () => judgeDocument(text, key))

const judgeDocument = (text: string, key: string): Result<Config, readonly ConfigProblem[]> => {
  const json = parseJsonObject(Buffer.from(text))
  if (json === undefined) {
    const remedy = 'Check it with a JSON editor, and that it is the document and no name of a file.'
    return failure([{ key, problem: `is no JSON object${whereNoJson(text)}`, remedy }])
  }
  const lost = [
    ...unusableNames(json).map((path) => ({ path, ...UNUSABLE })),
    ...duplicateMembers(text).map((path) => ({ path, ...TWICE })),
  ]
  if (lost.length > 0) {
    return failure(lost.map(({ path, ...told }) => ({ key: `${key}: ${path}`, ...told })))
  }
  const parsed = v.safeParse(documentSchema, withoutPrototypes(json))
  if (!parsed.success) return failure(parsed.issues.map((issue) => toProblem(issue, key)))

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
  reportLookalikes(config.issuers, reporter)
  judgeBackends({ ...config, refusesUnmatched: unmatched === 'refuse' }, reporter)
  return problems.length === 0 ? success(config) : failure(problems)
}

/** Where the text ceases to be JSON, if V8's message tells; the message itself quotes the text. */
const whereNoJson = (text: string): string => {
  try {
    JSON.parse(text)
    return ''
  } catch (error) {
    if (String(error).includes('end of JSON')) return ': it ends too early'
    const position = /at position (\d+)/.exec(String(error))?.[1]
    if (position === undefined) return ''
    const lines = text.slice(0, Number(position)).split('\n')
    return ` from line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1} on`
  }
}

const UNUSABLE = { problem: 'has a name that cannot be used', remedy: 'Leave it out.' }

const TWICE = {
  problem: 'stands there twice',
  remedy: 'Keep the one that is meant: of two, the last alone would count.',
}

/** Names that the library drops without a word: a rule about such a claim would be gone. */
const DROPPED = ['__proto__', 'constructor', 'prototype']

/** The paths in the value at which such names stand. */
const unusableNames = (value: unknown, path: readonly string[] = []): readonly string[] => {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => [
    ...(DROPPED.includes(name) ? [[...path, name].join('.')] : []),
    ...unusableNames(each, [...path, name]),
  ])
}

/** The library's own message may quote the value, which may be a secret at the wrong place. */
const toProblem = (issue: v.BaseIssue<unknown>, key: string): ConfigProblem => {
  const path = v.getDotPath(issue)
  const told = { key: path === null ? key : `${key}: ${path}` }
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    return { ...told, problem: 'is unknown', remedy: 'Leave it out, or correct its spelling.' }
  }
  if (/^issuers\.\d+\.required_claims\./.test(path ?? '') && /^m(in|ax)_value$/.test(issue.type)) {
    return { ...told, ...INEXACT }
  }
  const isMissing = issue.type === 'strict_object' && issue.received === 'undefined'
  return {
    ...told,
    problem: isMissing ? 'is missing' : (PROBLEMS[issue.type] ?? 'is not what it has to be'),
    remedy: `Expected: ${issue.expected ?? 'see the JSON Schema'}.`,
  }
}

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
