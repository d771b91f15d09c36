/** The problems and warnings of a configuration, or its summary. */
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { readConfig, type ConfigReading } from '../../src/config/read-config.ts'
import { checkDeployment } from './deployment.ts'
import { summaryOf } from './summary.ts'
import { unusableValues } from './unusable-values.ts'

export interface Finding {
  readonly text: string
  /** Without problems; warnings are allowed. */
  readonly isUsable: boolean
}

interface Review extends Omit<ConfigReading, 'warnings'> {
  /** The function answers every call with a fault. */
  readonly faults: readonly ConfigProblem[]
  /** The function accepts these values, but cannot permit any call. */
  readonly broken: readonly ConfigProblem[]
  readonly warnings: readonly ConfigProblem[]
}

/** All checks of a configuration that need no network. */
export function reviewConfig(values: FlatConfiguration): Review {
  const { source, settings, warnings } = readConfig(values)
  return {
    source,
    settings,
    faults: source.ok ? [] : source.error,
    broken: [...warnings.filter(({ isBroken }) => isBroken === true), ...unusableValues(values)],
    warnings: warnings.filter(({ isBroken }) => isBroken !== true),
  }
}

/** `deployment`: the parsed API deployment specification that goes with the configuration. */
export function checkConfig(values: FlatConfiguration, deployment?: unknown): Finding {
  const { source, settings, faults, ...review } = reviewConfig(values)
  const size = sizeProblem(values)
  const warnings = [...review.warnings, ...(size === undefined ? [] : [size])]
  const config = source.ok && source.value.kind === 'given' ? source.value.config : undefined
  const broken = [
    ...review.broken,
    ...(deployment === undefined ? [] : checkDeployment(deployment, settings, config)),
  ]
  const problems = [...faults, ...broken]
  return findingOf(problems, [
    ...warnings.flatMap((warning) => linesOf('!', warning)),
    ...(source.ok ? summaryOf(source.value, settings) : []),
    `${counted(problems, 'problem')}, ${counted(warnings, 'warning')}${consequence(faults, broken)}`,
  ])
}

/** Checks a specification without its configuration: required arguments and scopes are unknown. */
export function checkDeploymentAlone(deployment: unknown): Finding {
  const problems = checkDeployment(deployment, { tokenArgument: 'token' }, undefined)
  return findingOf(problems, [`${counted(problems, 'problem')} in the deployment specification.`])
}

function consequence(faults: readonly unknown[], broken: readonly unknown[]): string {
  if (faults.length > 0) return ': every call would end in a fault (config_invalid).'
  return broken.length > 0 ? ': the function starts, but cannot work with it.' : '.'
}

function findingOf(problems: readonly ConfigProblem[], more: readonly string[]): Finding {
  const lines = [...problems.flatMap((problem) => linesOf('✗', problem)), ...more]
  // No value of the configuration may move the cursor.
  const text = lines.map((line) => line.replaceAll(/\p{Cc}+/gu, ' ')).join('\n')
  return {
    text: `${text.replace(/(^|\n)no (problems[^\n]*)$/, '$1No $2')}\n`,
    isUsable: problems.length === 0,
  }
}

function linesOf(mark: string, { key, problem, remedy }: ConfigProblem): readonly string[] {
  return [`${mark} ${key}: ${problem}`, `    ${remedy}`]
}

function counted(list: readonly unknown[], what: string): string {
  return `${list.length === 0 ? 'no' : list.length} ${what}${list.length === 1 ? '' : 's'}`
}

/** As OCI Functions counts: “the sum of octets necessary to represent each key and value in UTF-8”. */
const MAX_OCTETS = 4096

/** OCI rejects a configuration that is larger. */
export function sizeProblem(values: FlatConfiguration): ConfigProblem | undefined {
  const octets = Buffer.byteLength(Object.entries(values).flat().join(''))
  if (octets <= MAX_OCTETS) return undefined
  return {
    key: 'configuration',
    problem: `has ${octets} octets; OCI Functions accepts 4 KB, keys and values together`,
    remedy:
      'Put the document into a Vault secret (`authorizer_config_secret_ocid`), or remove its white space.',
  }
}
