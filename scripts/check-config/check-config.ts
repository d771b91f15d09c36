/** The problems and warnings of a configuration, or its summary. */
import type { FlatConfiguration } from '../../src/config/flat-keys.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { readConfig, type ConfigReading } from '../../src/config/read-config.ts'
import { checkDeployment } from './deployment.ts'
import { summaryOf } from './summary.ts'
import { unworkableValues } from './unworkable.ts'

export interface Finding {
  readonly text: string
  /** Without problems; warnings are allowed. */
  readonly isUsable: boolean
}

interface Review extends Omit<ConfigReading, 'warnings'> {
  /** The function would not work at all with these. */
  readonly faults: readonly ConfigProblem[]
  /** The function starts with these, and cannot work as it is. */
  readonly broken: readonly ConfigProblem[]
  readonly warnings: readonly ConfigProblem[]
}

/** All that can be known of a configuration without the network. */
export function reviewConfig(values: FlatConfiguration): Review {
  const { source, settings, warnings } = readConfig(values)
  return {
    source,
    settings,
    faults: source.ok ? [] : source.error,
    broken: [...warnings.filter(({ isBroken }) => isBroken === true), ...unworkableValues(values)],
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

/** For a specification on its own: arguments that rules look at, and scopes, are not known then. */
export function checkDeploymentAlone(deployment: unknown): Finding {
  const problems = checkDeployment(deployment, { tokenArgument: 'token' }, undefined)
  return findingOf(problems, [`${counted(problems, 'problem')} in the deployment specification.`])
}

function consequence(faults: readonly unknown[], broken: readonly unknown[]): string {
  if (faults.length > 0) return ': every call would end in a fault (config_invalid).'
  return broken.length > 0 ? ': it starts, and cannot work as it is.' : '.'
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

/** OCI does not accept a configuration of this size. */
export function sizeProblem(values: FlatConfiguration): ConfigProblem | undefined {
  const octets = Buffer.byteLength(Object.entries(values).flat().join(''))
  if (octets <= MAX_OCTETS) return undefined
  return {
    key: 'configuration',
    problem: `has ${octets} octets; OCI Functions takes 4 KB, keys and values together`,
    remedy:
      'Put the document into a Vault secret (`authorizer_config_secret_ocid`), or leave its white space out.',
  }
}
