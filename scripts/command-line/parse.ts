/** Parses command lines and formats their help, from the same description. */
import { parseArgs } from 'node:util'
import type { Option } from './options.ts'

export type Options = Readonly<Record<string, Option<unknown>>>

export interface Command<O extends Options> {
  /** The name of its npm script. */
  readonly name: string
  /** What it does and how long that takes. */
  readonly about: string
  readonly options: O
  /** The only argument beside the options. */
  readonly operand?: Operand
  /** Printed after the options. */
  readonly more?: string
}

interface Operand {
  readonly name: string
  readonly meaning: string
  readonly isRequired: boolean
}

export interface CommandLine<O extends Options> {
  readonly values: { readonly [Name in keyof O]: O[Name] extends Option<infer T> ? T : never }
  readonly operand: string | undefined
}

/** An invalid command line. The message is one line with what to give instead. */
export class UsageError extends Error {}

/** Throws a `UsageError`. */
export function parseCommandLine<O extends Options>(
  command: Command<O>,
  words: readonly string[],
): CommandLine<O> | 'help' {
  const tokens = tokenize(command, words)
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) return 'help'

  const values = new Map<string, unknown>(
    Object.entries(command.options).map(([name, option]) => [name, option.default]),
  )
  const operands: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value)
    if (token.kind === 'option') values.set(token.name, parseValue(command, token))
  }
  return {
    values: Object.fromEntries(values) as CommandLine<O>['values'],
    operand: parseOperand(command, operands),
  }
}

/** Not strict: the parser's own errors take several lines and cannot name a range. */
function tokenize({ options }: Command<Options>, words: readonly string[]) {
  const types = Object.entries(options).map(
    ([name, { placeholder }]) =>
      [name, { type: placeholder === undefined ? 'boolean' : 'string' }] as const,
  )
  return parseArgs({
    args: [...words],
    options: { ...Object.fromEntries(types), help: { type: 'boolean', short: 'h' } },
    strict: false,
    tokens: true,
  }).tokens
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function parseValue({ options }: Command<Options>, token: OptionToken): unknown {
  const { name, rawName, value } = token
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (option === undefined) throw new UsageError(`There is no option ${rawName}: see --help.`)
  if (value === undefined) {
    if (option.placeholder === undefined) return true
    throw new UsageError(`${rawName} needs a value: give ${option.expected}.`)
  }
  const parsed = option.parse(value)
  if (parsed === undefined) {
    const quoted = JSON.stringify(value)
    throw new UsageError(`${rawName} ${quoted} is not valid: give ${option.expected}.`)
  }
  return parsed
}

function parseOperand(
  { operand }: Command<Options>,
  [first, second]: readonly string[],
): string | undefined {
  const surplus = operand === undefined ? first : second
  if (surplus !== undefined) {
    const expected = operand === undefined ? 'only options' : `one ${operand.name}`
    const quoted = JSON.stringify(surplus)
    throw new UsageError(`${quoted} is one argument too many: give ${expected}.`)
  }
  if (first === undefined && operand?.isRequired === true) {
    throw new UsageError(`${operand.name} is missing: give ${operand.meaning}.`)
  }
  return first
}

export function helpText({ name, about, options, operand, more }: Command<Options>): string {
  const words = [
    ...(Object.keys(options).length > 0 ? ['[options]'] : []),
    ...(operand === undefined ? [] : [operand.isRequired ? operand.name : `[${operand.name}]`]),
  ]
  const rows = [
    ...(operand === undefined ? [] : [[operand.name, operand.meaning] as const]),
    ...Object.entries(options).map(
      ([each, option]) => [signature(each, option), description(option)] as const,
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

function description({ meaning, defaultText }: Option<unknown>): string {
  return defaultText === '' ? meaning : `${meaning}; default ${defaultText}`
}
