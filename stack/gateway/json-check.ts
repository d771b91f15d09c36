/**
 * Checks parsed JSON and reports every problem with its JSON path. A check has the type of valid values,
 * and the compiler compares objects with the models of Oracle's SDK.
 */
import { isRecord } from '../json.ts'
import type { Origins } from './http-backend.ts'
import type { Wire } from './sdk-model.ts'
import type { GatewaySettings } from './settings.ts'

/** The position of a check in the document, the list of problems, and the dependencies of checks. */
export interface Place {
  readonly path: string
  readonly problems: string[]
  readonly settings: GatewaySettings
  readonly origins: Origins
}

export type Check<T> = (value: unknown, place: Place) => value is T

/** The type of a check's valid values. */
export type Checked<C> = C extends Check<infer T> ? T : never

interface Optional<T> {
  readonly optional: Check<T>
}

type Fields = Readonly<Record<string, Check<unknown> | Optional<unknown>>>

type ObjectOf<F extends Fields> = {
  readonly [Name in keyof F as F[Name] extends Check<unknown> ? Name : never]: Checked<F[Name]>
} & {
  readonly [
    Name in keyof F as F[Name] extends Check<unknown> ? never : Name
  ]?: F[Name] extends Optional<infer T> ? T : never
}

/** The type of an object with members that differ from the model; no value has it. */
interface DiffersFromModel {
  readonly 'differs from the model': never
}

type Modelled<Model, F extends Fields> = [Exclude<keyof F, keyof Model>] extends [never]
  ? ObjectOf<F> extends Wire<Model>
    ? ObjectOf<F>
    : DiffersFromModel
  : DiffersFromModel

export function optional<T>(check: Check<T>): Optional<T> {
  return { optional: check }
}

export function report(place: Place, problem: string): false {
  place.problems.push(`${place.path === '' ? 'the specification' : place.path} ${problem}`)
  return false
}

export function inside(place: Place, ...steps: readonly (string | number)[]): Place {
  const path = steps.reduce<string>((before, step) => {
    if (typeof step === 'number') return `${before}[${step}]`
    return before === '' ? step : `${before}.${step}`
  }, place.path)
  return { ...place, path }
}

/**
 * An object with these fields of the model; two calls, because the compiler infers all type arguments or
 * none. Other fields are reported, because they would be ignored.
 */
export function object<Model>() {
  return <F extends Fields>(fields: F): Check<Modelled<Model, F>> => {
    const known = new Map(Object.entries<Fields[string]>(fields))
    return (value, place): value is Modelled<Model, F> => {
      if (!isRecord(value)) return report(place, 'must be an object')
      const before = place.problems.length
      for (const name of Object.keys(value)) {
        if (!known.has(name)) report(inside(place, name), 'is not run here')
      }
      for (const [name, field] of known) {
        const check = 'optional' in field ? field.optional : field
        if (Object.hasOwn(value, name)) check(value[name], inside(place, name))
        else if (check === field) report(inside(place, name), 'is missing')
      }
      return place.problems.length === before
    }
  }
}

type Variants<Field extends string> = Readonly<
  Record<string, Check<Readonly<Record<Field, string>>>>
>

/** An object of which a field, mostly `type`, says which of the variants it is. */
export function byField<Field extends string, V extends Variants<Field>>(
  field: Field,
  variants: V,
): Check<Checked<V[keyof V]>> {
  const checks = new Map(Object.entries<Check<unknown>>(variants))
  return (value, place): value is Checked<V[keyof V]> => {
    if (!isRecord(value)) return report(place, 'must be an object')
    const at = inside(place, field)
    const name = value[field]
    if (typeof name !== 'string') return report(at, 'must be a string')
    return checks.get(name)?.(value, place) ?? report(at, `${name} is not run here`)
  }
}

/** `shape` first; only what has the right shape is then held against the `rules` between fields. */
export function refine<T>(shape: Check<T>, rules: (value: T, place: Place) => void): Check<T> {
  return (value, place): value is T => {
    if (!shape(value, place)) return false
    const before = place.problems.length
    rules(value, place)
    return place.problems.length === before
  }
}

/** A string; `problemOf` may say what is wrong with it. */
export function text(
  problemOf: (value: string, place: Place) => string | undefined = () => undefined,
): Check<string> {
  return (value, place): value is string => {
    if (typeof value !== 'string') return report(place, 'must be a string')
    const problem = problemOf(value, place)
    return problem === undefined || report(place, problem)
  }
}

export function oneOf<const T extends string>(...values: T[]): Check<T> {
  return (value, place): value is T =>
    values.some((one) => one === value) || report(place, `must be one of ${values.join(', ')}`)
}

export function numberBetween(minimum: number, maximum: number): Check<number> {
  return (value, place): value is number =>
    (typeof value === 'number' && value >= minimum && value <= maximum) ||
    report(place, `must be a number from ${minimum} to ${maximum}`)
}

export function wholeNumberBetween(minimum: number, maximum: number): Check<number> {
  return (value, place): value is number =>
    (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum) ||
    report(place, `must be a whole number from ${minimum} to ${maximum}`)
}

export const boolean: Check<boolean> = (value, place): value is boolean =>
  typeof value === 'boolean' || report(place, 'must be true or false')

export function listOf<T>(item: Check<T>, minimum: number, maximum: number): Check<readonly T[]> {
  return (value, place): value is readonly T[] =>
    Array.isArray(value)
      ? checkEntries([...value.entries()], item, minimum, maximum, place)
      : report(place, 'must be a list')
}

export function recordOf<T>(
  entry: Check<T>,
  minimum: number,
  maximum: number,
): Check<Readonly<Record<string, T>>> {
  return (value, place): value is Readonly<Record<string, T>> =>
    isRecord(value)
      ? checkEntries(Object.entries(value), entry, minimum, maximum, place)
      : report(place, 'must be an object')
}

function checkEntries(
  entries: readonly (readonly [string | number, unknown])[],
  check: Check<unknown>,
  minimum: number,
  maximum: number,
  place: Place,
): boolean {
  const before = place.problems.length
  if (entries.length < minimum || entries.length > maximum) {
    report(place, `must have ${minimum} to ${maximum} entries, not ${entries.length}`)
  }
  for (const [step, value] of entries) check(value, inside(place, step))
  return place.problems.length === before
}
