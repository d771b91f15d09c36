/**
 * Owns the one kind of cache that the authorizer has: bounded, expiring by the wall clock, no timers.
 * Pure: the clock is given.
 */
import { createHash } from 'node:crypto'
import { later, seconds, type Clock, type NumericDate } from './clock.ts'

interface Entry<T> {
  readonly value: T
  readonly storedAt: NumericDate
  readonly expiresAt: NumericDate
}

/** Before it was stored an entry is as dead as after its end: the clock was set back since. */
const isAlive = ({ storedAt, expiresAt }: Entry<unknown>, now: NumericDate): boolean =>
  storedAt <= now && now < expiresAt

/** How often what has expired is looked for; each look goes through all entries. */
const SWEEP_INTERVAL = seconds(10)

/** All caches that are in use: each look goes through those, too, that nobody asks any more. */
const caches = new Set<WeakRef<{ dropExpired(): void }>>()

/**
 * Keeps values until they expire or until `capacity` more recently used ones have pushed them out.
 * What has expired is let go soon, asked for or not, so that no token lies in memory for long.
 */
export class ExpiringCache<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #capacity: number
  readonly #clock: Clock
  #sweepAt: NumericDate

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity
    this.#clock = clock
    this.#sweepAt = later(clock.now(), SWEEP_INTERVAL)
    caches.add(new WeakRef(this))
  }

  /** The value, unless it has expired: an entry is dead at its `expiresAt`, not after it. */
  get(key: string): T | undefined {
    this.#sweep()
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (!isAlive(entry, this.#clock.now())) return undefined
    // A Map keeps the order of insertion: put back last, the first entry is the least recently used.
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: T, expiresAt: NumericDate): void {
    this.#sweep()
    this.#entries.delete(key)
    const oldest = this.#entries.keys().next()
    if (this.#entries.size >= this.#capacity && oldest.done !== true) {
      this.#entries.delete(oldest.value)
    }
    this.#entries.set(key, { value, storedAt: this.#clock.now(), expiresAt })
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }

  get size(): number {
    return this.#entries.size
  }

  /** Lets go of what has expired. */
  dropExpired(): void {
    const now = this.#clock.now()
    this.#sweepAt = later(now, SWEEP_INTERVAL)
    for (const [key, entry] of this.#entries) {
      if (!isAlive(entry, now)) this.#entries.delete(key)
    }
  }

  #sweep(): void {
    if (this.#clock.now() < this.#sweepAt) return
    for (const reference of caches) {
      const cache = reference.deref()
      if (cache === undefined) caches.delete(reference)
      else cache.dropExpired()
    }
  }
}

/**
 * A cache key over several parts: SHA-256 of a form in which no two lists of parts look alike, so
 * that neither a token stands in memory as a key nor one caller's answer is found by another.
 */
export const cacheKey = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url')

/** Shares one run of `work` among all who ask for the same key while it is under way. */
export class SingleFlight<T> {
  readonly #underWay = new Map<string, Promise<T>>()

  /** The run that is under way for this key, if any. */
  underWay(key: string): Promise<T> | undefined {
    return this.#underWay.get(key)
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#underWay.get(key)
    if (running !== undefined) return running
    const started = work().finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, started)
    return started
  }
}
