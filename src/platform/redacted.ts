import { createHash } from 'node:crypto'
import { inspect } from 'node:util'

const SHOWN = '[redacted]'

/** A secret or token. Only `reveal` returns it; JSON, String and inspect show `[redacted]`. */
export class Redacted {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The secret itself. Call it only where the secret is sent or parsed. */
  reveal(): string {
    return this.#text
  }

  /** SHA-256 of the secret in base64url, to compare secrets without keeping them. */
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
