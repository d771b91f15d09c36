/** Checks parsed JSON against a type and reports every problem with its JSON path. */

/** Where in the document a check stands, and the list that takes its problems. */
export interface Place {
  readonly path: string
  readonly problems: string[]
}

export type Check<T> = (value: unknown, place: Place) => value is T

export interface RequiredField<T> {
  readonly isRequired: true
  readonly check: Check<T>
}

export interface OptionalField<T> {
  readonly isRequired: false
  readonly check: Check<T>
}

/** One entry for each field of `T`: what the type makes optional is optional here, and only that. */
type Fields<T> = {
  readonly [Name in keyof T]-?: Pick<T, Name> extends Required<Pick<T, Name>>
    ? RequiredField<T[Name]>
    : OptionalField<Exclude<T[Name], undefined>>
}

export function required<T>(check: Check<T>): RequiredField<T> {
  return { isRequired: true, check }
}

export function optional<T>(check: Check<T>): OptionalField<T> {
  return { isRequired: false, check }
}

export function report(place: Place, problem: string): false {
  place.problems.push(`${place.path === '' ? 'the specification' : place.path} ${problem}`)
  return false
}

export function inside(place: Place, step: string | number): Place {
  const tail = typeof step === 'number' ? `[${step}]` : place.path === '' ? step : `.${step}`
  return { path: place.path + tail, problems: place.problems }
}

/** An object with these fields. Any other field is refused by its name: it would not be run. */
export function object<T extends object>(fields: Fields<T>): Check<T> {
  const known = new Map(Object.entries<RequiredField<unknown> | OptionalField<unknown>>(fields))
  return (value, place): value is T => {
    if (!isRecord(value)) return report(place, 'must be an object')
    const before = place.problems.length
    for (const name of Object.keys(value)) {
      if (!known.has(name)) report(inside(place, name), 'is not run here')
    }
    for (const [name, field] of known) {
      if (Object.hasOwn(value, name)) field.check(value[name], inside(place, name))
      else if (field.isRequired) report(inside(place, name), 'is missing')
    }
    return place.problems.length === before
  }
}

/** One check for each variant that a field of the object can name. */
type Variants<Field extends string, T extends Readonly<Record<Field, string>>> = {
  readonly [Name in T[Field]]: Check<Extract<T, Readonly<Record<Field, Name>>>>
}

/** An object whose `type` says which of the variants it is. */
export function byType<T extends { readonly type: string }>(
  variants: Variants<'type', T>,
): Check<T> {
  return byField<'type', T>('type', variants)
}

/** An object of which a field says which of the variants it is. */
export function byField<Field extends string, T extends Readonly<Record<Field, string>>>(
  field: Field,
  variants: Variants<Field, T>,
): Check<T> {
  const checks = new Map(Object.entries<Check<T>>(variants))
  return (value, place): value is T => {
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
export function text(problemOf: (value: string) => string | undefined = () => undefined) {
  return (value: unknown, place: Place): value is string => {
    if (typeof value !== 'string') return report(place, 'must be a string')
    const problem = problemOf(value)
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
  return (value, place): value is readonly T[] => {
    if (!Array.isArray(value)) return report(place, 'must be a list')
    const before = place.problems.length
    if (value.length < minimum || value.length > maximum) {
      report(place, `must have ${minimum} to ${maximum} entries, not ${value.length}`)
    }
    value.forEach((one: unknown, index) => item(one, inside(place, index)))
    return place.problems.length === before
  }
}

export function recordOf<T>(
  entry: Check<T>,
  minimum: number,
  maximum: number,
): Check<Readonly<Record<string, T>>> {
  return (value, place): value is Readonly<Record<string, T>> => {
    if (!isRecord(value)) return report(place, 'must be an object')
    const before = place.problems.length
    const names = Object.keys(value)
    if (names.length < minimum || names.length > maximum) {
      report(place, `must have ${minimum} to ${maximum} entries, not ${names.length}`)
    }
    for (const name of names) entry(value[name], inside(place, name))
    return place.problems.length === before
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
