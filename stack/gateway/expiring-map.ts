/** A cache whose values expire: answers of functions and identity providers. */
import type { Clock } from '../clock.ts'

export class ExpiringMap<Value> {
  readonly #clock: Clock
  readonly #entries = new Map<string, { value: Value; untilMilliseconds: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    if (this.#clock.nowMilliseconds() < entry.untilMilliseconds) return entry.value
    this.#entries.delete(key)
    return undefined
  }

  put(key: string, value: Value, seconds: number): void {
    const untilMilliseconds = this.#clock.nowMilliseconds() + seconds * 1000
    this.#entries.set(key, { value, untilMilliseconds })
  }

  clear(): void {
    this.#entries.clear()
  }
}
