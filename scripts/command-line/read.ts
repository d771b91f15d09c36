/**
 * Owns the reading of a command's own line, and the help that tells of it: both are made from the
 * same description.
 * Pure.
 */
import { parseArgs } from 'node:util'
import type { Option } from './options.ts'

export type Options = Readonly<Record<string, Option<unknown>>>

export interface Command<O extends Options> {
  /** By which `npm run` knows it. */
  readonly name: string
  /** What it does and how long that takes. */
  readonly about: string
  readonly options: O
  /** The one word beside the options. */
  readonly operand?: Operand
  /** What else the help says, after the options. */
  readonly more?: string
}

interface Operand {
  readonly name: string
  readonly meaning: string
  readonly isRequired: boolean
}

export interface Order<O extends Options> {
  readonly values: { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never }
  readonly operand: string | undefined
}

/** What is wrong with the command line, in one line for a person to correct. */
export class UsageError extends Error {}

/** Throws a `UsageError`. */
export function readOrder<O extends Options>(
  command: Command<O>,
  words: readonly string[],
): Order<O> | 'help' {
  const tokens = tokensOf(command, words)
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help'

  const values = new Map<string, unknown>(
    Object.entries(command.options).map(([name, { otherwise }]) => [name, otherwise]),
  )
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind === 'option') values.set(token.name, readValue(command, token))
  }
  return {
    values: Object.fromEntries(values) as Order<O>['values'],
    operand: onlyOperand(command, operands),
  }
}

/** Not strictly: the parser's own errors have several lines, and name no range. */
function tokensOf({ options }: Command<Options>, words: readonly string[]) {
  const kinds = Object.entries(options).map(
    ([name, { placeholder }]) =>
      [name, { type: placeholder === undefined ? 'boolean' : 'string' }] as const,
  )
  return parseArgs({
    args: [...words],
    options: { ...Object.fromEntries(kinds), help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  }).tokens
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function readValue({ options }: Command<Options>, token: OptionToken): unknown {
  const { name, rawName, value } = token
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined) throw wrong(`There is no option ${rawName}`, 'see --help')
  if (option.placeholder === undefined && value === undefined) return true
  const what =
    value === undefined ? `${rawName} lacks its value` : `${rawName} takes no ${shown(value)}`
  const read = value === undefined ? undefined : option.read(value)
  if (read === undefined) throw wrong(what, `give ${option.wanted}`)
  return read
}

function onlyOperand({ operand }: Command<Options>, given: readonly string[]): string | undefined {
  const [first, second] = given
  const tooMuch = operand === undefined ? first : second
  if (tooMuch !== undefined) {
    const wanted = operand === undefined ? 'give options alone' : `give one ${operand.name}`
    throw wrong(`${shown(tooMuch)} is too much`, wanted)
  }
  if (first === undefined && operand?.isRequired === true) {
    throw wrong(`${operand.name} is missing`, `give ${operand.meaning}`)
  }
  return first
}

function wrong(what: string, wanted: string): UsageError {
  return new UsageError(`${what}: ${wanted}.`)
}

/** On one line, whatever is in it. */
function shown(text: string): string {
  return JSON.stringify(text)
}

export function helpOf({ name, about, options, operand, more }: Command<Options>): string {
  const words = [
    ...(Object.keys(options).length > 0 ? ['[options]'] : []),
    ...(operand === undefined ? [] : [operand.isRequired ? operand.name : `[${operand.name}]`]),
  ]
  const rows = [
    ...(operand === undefined ? [] : [[operand.name, operand.meaning] as const]),
    ...Object.entries(options).map(
      ([each, option]) => [signature(each, option), told(option)] as const,
    ),
    ['--help', 'shows this'] as const,
  ]
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    [`npm run ${name}`, ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
    about,
    rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n'),
    ...(more === undefined ? [] : [more]),
  ]
    .map((part) => `${part}\n`)
    .join('\n')
}

function signature(name: string, { placeholder }: Option<unknown>): string {
  return placeholder === undefined ? `--${name}` : `--${name} ${placeholder}`
}

function told({ meaning, otherwiseTold }: Option<unknown>): string {
  return otherwiseTold === '' ? meaning : `${meaning}; default ${otherwiseTold}`
}
