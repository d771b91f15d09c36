/** The configuration from the function's environment, in either form. */
import { failure, success, type Result } from '../platform/result.ts'
import { environmentWarnings } from './checks/environment-warnings.ts'
import { unknownKeys } from './checks/unknown-keys.ts'
import { warnAboutForeignOcid } from './checks/warnings.ts'
import { lostMembers, flatDocument, flatForm, isFlat, valueOf } from './flat-form.ts'
import { DOCUMENT_KEYS, FLAT_KEYS, type FlatConfiguration, type FlatKey } from './flat-keys.ts'
import type { Config, Settings } from './model.ts'
import { catchingDefects, reportTo, type ConfigProblem, type Report } from './problems.ts'
import { readDocument } from './read-document.ts'
import { readSettings } from './settings.ts'
import { validateDocument, type ValidConfig } from './validate-document.ts'

/** The configuration, or the Vault secret that has it. */
export type ConfigSource =
  | { readonly kind: 'given'; readonly config: Config }
  | { readonly kind: 'secret'; readonly secretOcid: string }

export interface ConfigReading {
  /** Usable even if there are problems: with defaults for what is wrong. */
  readonly settings: Settings
  readonly source: Result<ConfigSource, readonly ConfigProblem[]>
  /** Probable mistakes that do not stop the function. */
  readonly warnings: readonly ConfigProblem[]
}

export function readConfig(values: FlatConfiguration): ConfigReading {
  const form = flatForm(values)
  const problems: ConfigProblem[] = []
  const warnings: ConfigProblem[] = []
  const report = reportTo(problems, form, '')
  const warn = reportTo(warnings, form, '')
  const settings = readSettings(values, report)
  const source = readSource(values, report, warnings)
  const hasFlatKeys = isFlat(values)
  const unknown = unknownKeys(values, hasFlatKeys)
  if (!source.ok) problems.push(...source.error)
  problems.push(...blankRules(values, hasFlatKeys, problems))
  if (hasFlatKeys) {
    problems.push(...unknown.problems)
    reportEmptyDocument(values, problems.length > 0 ? problems : warnings)
  }
  if (!hasFlatKeys) warnAboutIdleKeys(values, warn)
  warnings.push(...unknown.warnings)
  warnAboutFlatValues(values, warn)
  warnings.push(...environmentWarnings(values))
  return { settings, source: problems.length > 0 ? failure(problems) : source, warnings }
}

function readSource(
  values: FlatConfiguration,
  report: Report,
  warnings: ConfigProblem[],
): Result<ConfigSource, readonly ConfigProblem[]> {
  const document = valueOf(values, 'authorizer_config')
  const secretOcid = valueOf(values, 'authorizer_config_secret_ocid')
  if (document === undefined && secretOcid !== undefined) {
    return success({ kind: 'secret', secretOcid })
  }
  if (document !== undefined && secretOcid !== undefined) {
    report(
      'authorizer_config_secret_ocid',
      'is given beside `authorizer_config`',
      'Give the document or its secret, not both.',
    )
  }
  const config =
    document === undefined
      ? catchingDefects('configuration', () => readFlatKeys(values))
      : readDocument(document, 'authorizer_config')
  if (!config.ok) return config
  warnings.push(...config.value.warnings)
  return success({ kind: 'given', config: config.value.config })
}

function readFlatKeys(values: FlatConfiguration): Result<ValidConfig, readonly ConfigProblem[]> {
  const problems = lostMembers(values)
  const config = validateDocument(flatDocument(values), flatForm(values))
  return problems.length > 0 ? failure([...problems, ...(config.ok ? [] : config.error)]) : config
}

/** Placed first: problems of flat keys are only a consequence if the document was forgotten. */
function reportEmptyDocument(values: FlatConfiguration, list: ConfigProblem[]): void {
  const remedy = 'Give a value; or remove the key, and the flat keys count.'
  const empty = DOCUMENT_KEYS.filter((key) => values[key] !== undefined)
  list.unshift(...empty.map((key) => ({ key, problem: 'is empty', remedy })))
}

/** A rule with a blank value would take its default, which may accept more tokens. */
function blankRules(
  values: FlatConfiguration,
  hasFlatKeys: boolean,
  known: readonly ConfigProblem[],
): readonly ConfigProblem[] {
  return Object.entries<FlatKey>(FLAT_KEYS)
    .filter(([key, { isRule, at }]) => {
      const counts = isRule === true && (at === undefined || hasFlatKeys)
      return counts && /^\s+$/.test(values[key] ?? '') && known.every((each) => each.key !== key)
    })
    .map(([key]) => ({
      key,
      problem: 'has only spaces',
      remedy: 'Give a value, or remove the key.',
    }))
}

/** A document replaces the flat keys for an issuer and a backend, rules among them. */
function warnAboutIdleKeys(values: FlatConfiguration, warn: Report): void {
  for (const [key, { at }] of Object.entries<FlatKey>(FLAT_KEYS)) {
    if (at === undefined || !Object.hasOwn(values, key)) continue
    warn(
      key,
      'has no effect beside a document',
      'Move it into the document if it is still needed, and remove the key.',
    )
  }
}

/** Also for an invalid configuration, and for both forms. */
function warnAboutFlatValues(values: FlatConfiguration, warn: Report): void {
  for (const [key, about] of Object.entries<FlatKey>(FLAT_KEYS)) {
    if (about.as === 'list' && values[key]?.includes(',') === true) {
      warn(key, 'has a comma, which is read as a part of the value', 'Separate values by spaces.')
    }
    if (about.at === undefined && key.endsWith('_ocid'))
      warnAboutForeignOcid(key, values[key], warn)
  }
}
