/** The validation of a configuration document, whichever form it was given in. */
import * as v from 'valibot'
import { withoutPrototypes } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { buildBackend } from './build-backend.ts'
import { buildIssuer } from './build-issuer.ts'
import { validateBackends } from './checks/backend-choice.ts'
import { validateIssuers } from './checks/overlapping-issuers.ts'
import { warningsAbout } from './checks/warnings.ts'
import { documentSchema } from './document-schema.ts'
import type { Config } from './model.ts'
import { exceptAt, validEntries, type PartialDocument } from './partial-validation.ts'
import { reportTo, type ConfigForm, type ConfigProblem, type Report } from './problems.ts'
import { problemOfIssue } from './schema-messages.ts'

export interface ValidConfig {
  readonly config: Config
  /** Probable mistakes that do not stop the function. */
  readonly warnings: readonly ConfigProblem[]
}

/** Reports all problems at once: of the schema, and of each entry as far as it can be validated. */
export function validateDocument(
  json: unknown,
  form: ConfigForm,
): Result<ValidConfig, readonly ConfigProblem[]> {
  const document = withoutPrototypes(json)
  const parsed = v.safeParse(documentSchema, document, { abortPipeEarly: true })
  const problems: ConfigProblem[] = []
  for (const issue of parsed.issues ?? []) {
    const { path, problem, remedy } = problemOfIssue(issue)
    reportTo(problems, form, '')(path, problem, remedy)
  }
  const reporter = (entry: string): Report =>
    exceptAt(parsed.issues ?? [], entry, reportTo(problems, form, entry))
  const { issuers, backends }: PartialDocument = parsed.typed
    ? parsed.output
    : validEntries(document, parsed.issues)
  const config: Config = {
    issuers: issuers.flatMap((input, index) =>
      input === undefined ? [] : [buildIssuer(input, reporter(`issuers.${index}`))],
    ),
    backends: backends.flatMap((input, index) =>
      input === undefined ? [] : [buildBackend(input, reporter(`backends.${index}`))],
    ),
  }
  if (!parsed.typed) return failure(problems)
  validateIssuers(config.issuers, reporter)
  validateBackends({ ...config, refusesUnmatched: parsed.output.unmatched === 'refuse' }, reporter)
  if (problems.length > 0) return failure(problems)
  return success({ config, warnings: warningsAbout(parsed.output, config, form) })
}
