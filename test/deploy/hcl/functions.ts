import type { Value } from './value.ts'
import { asList, asObject, asText, keysOf } from './value.ts'

/** Those functions of Terraform that the stack calls, with evaluated arguments. */
export const FUNCTIONS: Readonly<Record<string, (...values: Value[]) => Value>> = {
  alltrue: (list) => asList(list).every((value) => value === true),
  base64encode: (text) => Buffer.from(asText(text)).toString('base64'),
  cidrsubnet: (range, bits, number) => cidrSubnet(asText(range), Number(bits), Number(number)),
  coalesce: (...values) => {
    const found = values.find((value) => value !== null && value !== '')
    if (found === undefined) throw new Error('coalesce: no value')
    return found
  },
  concat: (...lists) => lists.flatMap(asList),
  contains: (list, value) => asList(list).some((each) => isSame(each, value ?? null)),
  distinct: (list) => distinct(asList(list)),
  endswith: (text, end) => asText(text).endsWith(asText(end)),
  flatten: (list) => flatten(asList(list)),
  join: (separator, list) => asList(list).map(asText).join(asText(separator)),
  jsonencode: (value) => jsonEncode(value ?? null),
  jsondecode: (text) => JSON.parse(asText(text)) as Value,
  keys: (object) => keysOf(asObject(object)),
  length: (value) =>
    typeof value === 'string'
      ? value.length
      : Array.isArray(value)
        ? value.length
        : keysOf(asObject(value)).length,
  merge: (...objects) => Object.assign({}, ...objects.map((object) => asObject(object))) as Value,
  one: (list) => {
    const [first = null, ...more] = asList(list)
    if (more.length > 0) throw new Error('one: more than one element')
    return first
  },
  regex: (pattern, text) => {
    const match = new RegExp(asText(pattern)).exec(asText(text))
    if (match === null) throw new Error('regex: no match')
    return match[0]
  },
  regexall: (pattern, text) => asText(text).match(new RegExp(asText(pattern), 'g')) ?? [],
  replace: (text, from, to) => asText(text).split(asText(from)).join(asText(to)),
  setsubtract: (list, others) =>
    asList(list).filter((value) => !asList(others).some((other) => isSame(other, value))),
  sort: (list) => asList(list).map(asText).sort(),
  split: (separator, text) => asText(text).split(asText(separator)),
  startswith: (text, start) => asText(text).startsWith(asText(start)),
  strcontains: (text, part) => asText(text).includes(asText(part)),
  sum: (list) => asList(list).reduce<number>((sum, value) => sum + Number(value), 0),
  tolist: (list) => asList(list),
  tomap: (map) => asObject(map),
  toset: (list) => distinct(asList(list).map(asText)).sort(),
  tostring: (value) => asText(value),
  trimsuffix: (text, end) =>
    asText(text).endsWith(asText(end))
      ? asText(text).slice(0, -asText(end).length || undefined)
      : asText(text),
  values: (object) => keysOf(asObject(object)).map((key) => asObject(object)[key] ?? null),
}

export function isSame(one: Value, other: Value): boolean {
  return jsonEncode(one) === jsonEncode(other)
}

function distinct(list: readonly Value[]): Value[] {
  return list.filter((value, at) => list.findIndex((other) => isSame(other, value)) === at)
}

function flatten(list: readonly Value[]): Value[] {
  return list.flatMap((value) => (Array.isArray(value) ? flatten(value) : [value]))
}

/** With sorted keys, as Terraform's. */
function jsonEncode(value: Value): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  )
}

function cidrSubnet(range: string, bits: number, number: number): string {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(range)
  if (match === null) throw new Error('cidrsubnet: not a range')
  const [a = 0, b = 0, c = 0, d = 0, prefix = 0] = match.slice(1).map(Number)
  const length = prefix + bits
  if (length > 32) throw new Error('cidrsubnet: no room')
  const start = ((a * 256 + b) * 256 + c) * 256 + d + number * 2 ** (32 - length)
  const parts = [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(start / unit) % 256)
  return `${parts.join('.')}/${length}`
}
