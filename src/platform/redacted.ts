/**
 * Owns secrets and tokens in memory: a wrapper that nothing prints by accident.
 * Pure.
 */
import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

const SHOWN = '[redacted]'

/** A secret text. `reveal` is the only way to it; JSON, String and inspect show `[redacted]`. */
export class Redacted {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The secret itself. To be called where it leaves for its one rightful place, nowhere else. */
  reveal(): string {
    return this.#text
  }

  /** SHA-256 of the secret in base64url: tells two secrets apart without keeping either. */
  digest(): string {
    return createHash('sha256').update(this.#text).digest('base64url')
  }

  equals(other: Redacted): boolean {
    return this.#text === other.#text
  }

  toString(): string {
    return SHOWN
  }

  toJSON(): string {
    return SHOWN
  }

  [inspect.custom](): string {
    return SHOWN
  }
}
