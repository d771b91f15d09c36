/**
 * Owns the reading of single flat keys; it collects all problems instead of stopping at the first.
 * Pure.
 */
import { seconds, type Seconds } from '../platform/clock.ts'
import { parseJsonObject, type JsonObject } from '../platform/json.ts'
import { remedyOfMissingKey, type FlatKeyName } from './flat-keys.ts'
import { LIMITS } from './limits.ts'
import type { ConfigProblem } from './problems.ts'

/** The function's configuration: environment variables on OCI. */
export type FlatConfiguration = Readonly<Record<string, string | undefined>>

export class FlatReader {
  readonly problems: ConfigProblem[] = []
  readonly #values: FlatConfiguration

  constructor(values: FlatConfiguration) {
    this.#values = values
  }

  report(key: string, problem: string, remedy: string): void {
    this.problems.push({ key, problem, remedy })
  }

  /** The value without surrounding white space; an empty one counts as absent. */
  optional(key: FlatKeyName): string | undefined {
    const value = Object.hasOwn(this.#values, key) ? this.#values[key]?.trim() : undefined
    return value === '' ? undefined : value
  }

  /** The value; where there is none, the problem is noted and an empty text stands in for it. */
  required(key: FlatKeyName): string {
    const value = this.optional(key)
    if (value === undefined) this.report(key, 'is missing', remedyOfMissingKey(key))
    return value ?? ''
  }

  list(key: FlatKeyName): string[] | undefined {
    return this.optional(key)?.split(/\s+/)
  }

  wholeSeconds(key: FlatKeyName & keyof typeof LIMITS): Seconds {
    const { least, most, otherwise } = LIMITS[key]
    const value = this.optional(key)
    if (value === undefined) return seconds(otherwise)
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (number >= least && number <= most) return seconds(number)
    this.report(key, 'is out of range', `Give a whole number of seconds, ${least} to ${most}.`)
    return seconds(otherwise)
  }

  choice<T extends string>(key: FlatKeyName, choices: readonly T[]): T | undefined {
    const value = this.optional(key)
    const chosen = choices.find((choice) => choice === value)
    if (value !== undefined && chosen === undefined) {
      this.report(key, 'has a value that is not known', `Give one of ${choices.join(', ')}.`)
    }
    return chosen
  }

  jsonObject(key: FlatKeyName): JsonObject | undefined {
    const value = this.optional(key)
    const object = value === undefined ? undefined : parseJsonObject(Buffer.from(value))
    if (value !== undefined && object === undefined) {
      this.report(key, 'is not a JSON object', 'Give it as the identity provider publishes it.')
    }
    return object
  }
}
