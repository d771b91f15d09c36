/**
 * Owns the cache of authorizer function results, context and all.
 * No I/O; the clock is an argument. Source: Oracle, "Creating an Authorizer Function".
 */
import type { Clock } from '../clock.ts'
import type { AuthorizerAnswer } from './authorizer-answer.ts'

const shortestSeconds = 60
const longestSeconds = 3600

export class ResultCache {
  readonly #clock: Clock
  readonly #results = new Map<string, { answer: AuthorizerAnswer; untilMilliseconds: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(key: string): AuthorizerAnswer | undefined {
    const result = this.#results.get(key)
    if (!result) return undefined
    if (this.#clock.nowMilliseconds() < result.untilMilliseconds) return result.answer
    this.#results.delete(key)
    return undefined
  }

  /** Keeps an answer until its `expiresAt`, but for one minute at least and one hour at most. */
  put(key: string, answer: AuthorizerAnswer): void {
    const now = this.#clock.nowMilliseconds()
    const wished = ((answer.expiresAtMilliseconds ?? now) - now) / 1000
    const seconds = Math.min(Math.max(wished, shortestSeconds), longestSeconds)
    this.#results.set(key, { answer, untilMilliseconds: now + seconds * 1000 })
  }

  clear(): void {
    this.#results.clear()
  }
}
