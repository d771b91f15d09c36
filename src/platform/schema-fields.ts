/**
 * Schemas for members of the configuration, with messages of our own: a problem and its remedy, encoded
 * in the one text that valibot allows.
 */
import * as v from 'valibot'
import { endpointProblem } from './endpoint.ts'

/** No message of the library begins with it. */
const MARK = '→'

/** A message of our own: it never quotes the value, which could be a secret. */
export function ownMessage(problem: string, remedy: string): string {
  return `${MARK}${problem}\n${remedy}`
}

/** Undefined for a message of the library, which may quote the value. */
export function readOwnMessage(message: string) {
  if (!message.startsWith(MARK)) return undefined
  const [problem = '', remedy = ''] = message.slice(MARK.length).split('\n')
  return { problem, remedy }
}

/** valibot iterates over inherited entries as well: a polluted prototype must not add any. */
export function strictObject<const T extends v.ObjectEntries>(entries: T) {
  return v.strictObject(Object.assign<object, T>(Object.create(null) as object, entries))
}

export function nonEmptyString(description: string) {
  return v.pipe(v.string(), v.nonEmpty(), v.description(description))
}

/** `problemOf` returns what is wrong with a value, undefined where nothing is. */
export function check<T>(problemOf: (value: T) => string | undefined, remedy: string) {
  return v.rawCheck<T>(({ dataset, addIssue }) => {
    const problem = dataset.typed ? problemOf(dataset.value) : undefined
    if (problem !== undefined) addIssue({ message: ownMessage(problem, remedy) })
  })
}

export function strings(description: string) {
  return v.pipe(v.array(v.pipe(v.string(), v.nonEmpty())), v.description(description))
}

export function nonEmptyStrings(description: string) {
  return v.pipe(strings(description), v.minLength(1))
}

export function choice<const T extends readonly string[]>(values: T, description: string) {
  return v.pipe(v.picklist(values), v.description(description))
}

/** What issuers and backends are called in the log. */
export function name(description: string) {
  const remedy = 'Give 1 to 64 letters, digits, dots, underscores or hyphens.'
  return v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9._-]{1,64}$/, ownMessage('is not a usable name', remedy)),
    v.description(description),
  )
}

export interface Range {
  readonly min: number
  readonly max: number
}

export function wholeNumber({ min, max }: Range, unit: string, description: string) {
  const remedy = `Give a whole number of ${unit} from ${min} to ${max}.`
  return v.pipe(
    v.number(ownMessage('is not a number', remedy)),
    v.integer(ownMessage('is not a whole number', remedy)),
    v.minValue(min, ownMessage('is too small', remedy)),
    v.maxValue(max, ownMessage('is too large', remedy)),
    v.description(description),
  )
}

export interface Limits extends Range {
  readonly default: number
}

export function wholeSeconds(limits: Limits, description: string) {
  return v.optional(wholeNumber(limits, 'seconds', description), limits.default)
}

/** An object with one member or more. */
export function someMembers<T>(value: v.GenericSchema<T>, description: string) {
  return v.pipe(
    v.record(v.string(), value),
    check<Readonly<Record<string, T>>>(
      // An empty array is a record for the library.
      (object) =>
        Array.isArray(object) || Object.keys(object).length === 0
          ? 'is not an object with members'
          : undefined,
      'Give names with their values, or leave it out.',
    ),
    v.description(description),
  )
}

/** An `https` URL; `http` is for loopback addresses. */
export function url(description: string) {
  return v.pipe(
    nonEmptyString(description),
    check(
      endpointProblem,
      'Give a full URL that begins with https://; http is for loopback addresses only.',
    ),
  )
}

export function withoutTrailingSlashes(address: string): string {
  return address.replace(/\/+$/, '')
}
