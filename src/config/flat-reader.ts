/**
 * Owns the reading of single flat keys; it collects all problems instead of stopping at the first.
 * Pure.
 */
import { seconds, type Seconds } from '../platform/clock.ts'
import { FLAT_KEYS, type FlatKeyName } from './flat-keys.ts'

/** What is wrong with a key, and what to do. Values are never part of it: one could be a secret. */
export interface ConfigProblem {
  readonly key: string
  readonly problem: string
  readonly remedy: string
}

/** The function's configuration: environment variables on OCI. */
export type FlatConfiguration = Readonly<Record<string, string | undefined>>

/** RFC 6749 §3.3: `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]+$/

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
    if (value === undefined) this.report(key, 'is missing', FLAT_KEYS[key].meaning)
    return value ?? ''
  }

  list(key: FlatKeyName): readonly string[] {
    return this.optional(key)?.split(/\s+/) ?? []
  }

  scopes(key: FlatKeyName): readonly string[] {
    const scopes = this.list(key)
    if (!scopes.every((scope) => SCOPE_TOKEN.test(scope))) {
      this.report(key, 'has a character that no scope has', 'Separate scopes by blanks; no quotes.')
    }
    return scopes
  }

  wholeSeconds(
    key: FlatKeyName,
    limits: { readonly least: number; readonly most: number; readonly otherwise: number },
  ): Seconds {
    const value = this.optional(key)
    if (value === undefined) return seconds(limits.otherwise)
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= limits.least && number <= limits.most)) {
      const remedy = `Give a whole number of seconds, ${limits.least} to ${limits.most}.`
      this.report(key, 'is out of range', remedy)
      return seconds(limits.otherwise)
    }
    return seconds(number)
  }

  choice<T extends string>(key: FlatKeyName, choices: readonly T[], otherwise: T): T {
    const value = this.optional(key)
    if (value === undefined) return otherwise
    const chosen = choices.find((choice) => choice === value)
    if (chosen === undefined) {
      this.report(key, 'has a value that this version does not know', `Give ${choices.join(', ')}.`)
    }
    return chosen ?? otherwise
  }

  requiredEndpoint(key: FlatKeyName): string {
    return this.#endpoint(key, this.required(key))
  }

  optionalEndpoint(key: FlatKeyName): string | undefined {
    const value = this.optional(key)
    return value === undefined ? undefined : this.#endpoint(key, value)
  }

  #endpoint(key: FlatKeyName, value: string): string {
    if (value === '') return value
    const url = URL.canParse(value) ? new URL(value) : undefined
    if (url === undefined) {
      this.report(key, 'is no address', 'Give a full address that begins with https://.')
    } else if (!isTrustworthy(url)) {
      this.report(key, 'is not https', 'Use https; http is for loopback addresses alone.')
    } else if (url.username !== '' || url.password !== '' || url.hash !== '') {
      this.report(key, 'has credentials or a fragment in it', 'Give the plain address.')
    }
    return value
  }

  requiredOcid(key: FlatKeyName): string {
    const value = this.required(key)
    if (value !== '' && !/^ocid1\.[A-Za-z0-9._-]+$/.test(value)) {
      this.report(
        key,
        'is no OCID',
        'Give the OCID of the Vault secret, ocid1.vaultsecret.…; if the secret itself stands here, replace it: others can read it.',
      )
    }
    return value
  }
}

const isTrustworthy = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
