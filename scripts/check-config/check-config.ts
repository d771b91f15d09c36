/**
 * Owns what is told of a configuration: its problems and warnings, or what it comes to.
 * Pure.
 */
import type { FlatConfiguration } from '../../src/config/flat-reader.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { readConfig } from '../../src/config/read-config.ts'
import { summaryOf } from './summary.ts'

export interface Finding {
  readonly text: string
  /** Without problems; warnings are allowed. */
  readonly isUsable: boolean
}

export function checkConfig(values: FlatConfiguration): Finding {
  const { source, settings, warnings } = readConfig(values)
  const problems = source.ok ? [] : source.error
  const allWarnings = [...warnings, ...warnOfSize(values)]
  const lines = [
    ...problems.flatMap((problem) => tell('✗', problem)),
    ...allWarnings.flatMap((warning) => tell('!', warning)),
    ...(source.ok ? summaryOf(source.value, settings) : []),
    source.ok
      ? `No problems, ${counted(allWarnings, 'warning')}.`
      : `${counted(problems, 'problem')}, ${counted(allWarnings, 'warning')}: every call would end in a fault (config_invalid).`,
  ]
  return { text: `${lines.map(onOneLine).join('\n')}\n`, isUsable: source.ok }
}

function tell(mark: string, { key, problem, remedy }: ConfigProblem): readonly string[] {
  return [`${mark} ${key}: ${problem}`, `    ${remedy}`]
}

function counted(list: readonly unknown[], what: string): string {
  return `${list.length === 0 ? 'no' : list.length} ${what}${list.length === 1 ? '' : 's'}`
}

/** Values are anybody’s: nothing of them moves the cursor. */
function onOneLine(line: string): string {
  return line.replaceAll(/\p{Cc}+/gu, ' ')
}

/** As OCI Functions counts: “the sum of octets necessary to represent each key and value in UTF-8”. */
const MOST_OCTETS = 4096

/** The function would not get to see it. */
function warnOfSize(values: FlatConfiguration): readonly ConfigProblem[] {
  const octets = Buffer.byteLength(Object.entries(values).flat().join(''))
  if (octets <= MOST_OCTETS) return []
  return [
    {
      key: 'configuration',
      problem: `has ${octets} octets; OCI Functions takes 4 KB, keys and values together`,
      remedy:
        'Put the document into a Vault secret (`authorizer_config_secret_ocid`), or leave its white space out.',
    },
  ]
}
