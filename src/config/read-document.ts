/** The configuration document as JSON text: several issuers, and backends. */
import { parseJsonObject } from '../platform/json.ts'
import { failure, type Result } from '../platform/result.ts'
import { findJsonError, problemsOfMembers } from './checks/json-text.ts'
import { catchingDefects, documentForm, type ConfigProblem } from './problems.ts'
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
  const problems = problemsOfMembers(text, key)
  return problems.length > 0 ? failure(problems) : validateDocument(json, documentForm(key))
}

const JSON_EDITOR =
  'Check it with a JSON editor, and that it is the document itself and not the name of a file.'

const PLAIN_QUOTES =
  'Use plain quotes ("), there and elsewhere: a word processor has replaced them.'
