/**
 * The cache of authorizer function results. Source: Oracle, "Creating an
 * Authorizer Function".
 */
import type { Clock } from '../clock.ts'
import type { AuthorizerAnswer } from './authorizer-answer.ts'
import { ExpiringMap } from './expiring-map.ts'

const shortestSeconds = 60
const longestSeconds = 3600

export class ResultCache {
  readonly #clock: Clock
  readonly #results: ExpiringMap<AuthorizerAnswer>

  constructor(clock: Clock) {
    this.#clock = clock
    this.#results = new ExpiringMap(clock)
  }

  get(key: string): AuthorizerAnswer | undefined {
    return this.#results.get(key)
  }

  /** Keeps an answer until its `expiresAt`, but for one minute at least and one hour at most. */
  put(key: string, answer: AuthorizerAnswer): void {
    const now = this.#clock.nowMilliseconds()
    const wished = ((answer.expiresAtMilliseconds ?? now) - now) / 1000
    this.#results.put(key, answer, Math.min(Math.max(wished, shortestSeconds), longestSeconds))
  }

  clear(): void {
    this.#results.clear()
  }
}
