/** The configuration document as JSON text: several issuers, and backends. */
import { parseJsonObject } from '../platform/json.ts'
import { failure, type Result } from '../platform/result.ts'
import { duplicateMembers, findJsonError } from './checks/json-text.ts'
import { catchingDefects, documentForm, reportTo, type ConfigProblem } from './problems.ts'
import { validateDocument, type ValidConfig } from './validate-document.ts'

/** `key`: the flat key of the document or of its secret, which problems name. */
export function readDocument(
  text: string,
  key: string,
): Result<ValidConfig, readonly ConfigProblem[]> {
  return catchingDefects(key, () => parseAndValidate(text, key))
}

function parseAndValidate(
  text: string,
  key: string,
): Result<ValidConfig, readonly ConfigProblem[]> {
  const json = parseJsonObject(Buffer.from(text))
  if (json === undefined) {
    const { where, isQuote } = findJsonError(text)
    return failure([
      {
        key,
        problem: `is not a JSON object${where}`,
        remedy: isQuote ? PLAIN_QUOTES : JSON_EDITOR,
      },
    ])
  }
  const form = documentForm(key)
  const problems: ConfigProblem[] = []
  const report = reportTo(problems, form, '')
  for (const path of unusableNames(json))
    report(path, 'has a name that cannot be used', 'Leave it out.')
  for (const path of duplicateMembers(text)) {
    report(path, 'is given twice', 'Keep the one that is meant: only the last would count.')
  }
  return problems.length > 0 ? failure(problems) : validateDocument(json, form)
}

const JSON_EDITOR =
  'Check it with a JSON editor, and that it is the document itself and not the name of a file.'

const PLAIN_QUOTES =
  'Use plain quotes ("), there and elsewhere: a word processor has replaced them.'

/** Names that valibot drops without a message: a rule about such a claim would be lost. */
const DROPPED = ['__proto__', 'constructor', 'prototype']

/** The paths in the value at which such names are. */
function unusableNames(value: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => [
    ...(DROPPED.includes(name) ? [[...path, name].join('.')] : []),
    ...unusableNames(each, [...path, name]),
  ])
}
