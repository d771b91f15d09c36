/** A bounded cache that expires by the wall clock, without timers, and the sharing of concurrent requests. */
import { createHash } from 'node:crypto'
import { isOver, plus, seconds, type Clock, type Deadline, type NumericDate } from './clock.ts'
import type { Result } from './result.ts'

interface Entry<T> {
  readonly value: T
  readonly bytes: number
  readonly storedAt: NumericDate
  readonly expiresAt: NumericDate
}

/** False also before `storedAt`: then the clock was set back. */
function isAlive({ storedAt, expiresAt }: Entry<unknown>, now: NumericDate): boolean {
  return storedAt <= now && now < expiresAt
}

/** How often expired entries are removed; each sweep visits all entries. */
const SWEEP_INTERVAL = seconds(10)

/** All caches in use. A sweep also covers those that are no longer read. */
const caches = new Set<WeakRef<ExpiringCache<unknown>>>()

function cachesInUse(): readonly ExpiringCache<unknown>[] {
  return [...caches].flatMap((reference) => {
    const cache = reference.deref()
    if (cache === undefined) caches.delete(reference)
    return cache ?? []
  })
}

/**
 * Limit for all caches of the process together, a quarter of the heap that the image sets. It does
 * not depend on how many issuers and backends are configured.
 */
const MAX_BYTES = 16 * 1024 * 1024

/** Memory of an entry beside its value: key, times, objects. */
const ENTRY_BYTES = 512

/** Removes the least recently used entries of the largest caches until all fit. */
function makeRoom(): void {
  const inUse = cachesInUse()
  let total = inUse.reduce((sum, { bytes }) => sum + bytes, 0)
  while (total > MAX_BYTES) {
    const heaviest = inUse.reduce((one, other) => (other.bytes > one.bytes ? other : one))
    total -= heaviest.dropOldest()
  }
}

/**
 * Keeps at most `capacity` values until they expire; a new one replaces the least recently used one.
 * Expired entries are removed soon, read or not, so that no token stays in memory for long.
 */
export class ExpiringCache<T> {
  readonly #entries = new Map<string, Entry<T>>()
  readonly #capacity: number
  readonly #clock: Clock
  #bytes = 0
  #sweepAt: NumericDate

  constructor(capacity: number, clock: Clock) {
    this.#capacity = capacity
    this.#clock = clock
    this.#sweepAt = plus(clock.now(), SWEEP_INTERVAL)
    caches.add(new WeakRef(this))
  }

  /** The value, unless `expiresAt` is reached. */
  get(key: string): T | undefined {
    this.#sweep()
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (!isAlive(entry, this.#clock.now())) {
      this.delete(key)
      return undefined
    }
    // A Map keeps the order of insertion: put back last, the first entry is the least recently used.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  /** `bytes`: roughly the value's size in memory, if it is large. */
  set(key: string, value: T, expiresAt: NumericDate, bytes = 0): void {
    this.#sweep()
    this.delete(key)
    if (this.#entries.size >= this.#capacity) this.dropOldest()
    const weight = ENTRY_BYTES + bytes
    this.#entries.set(key, { value, bytes: weight, storedAt: this.#clock.now(), expiresAt })
    this.#bytes += weight
    makeRoom()
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0
    this.#entries.delete(key)
  }

  get size(): number {
    return this.#entries.size
  }

  /** The approximate size of all entries. */
  get bytes(): number {
    return this.#bytes
  }

  /** Removes the least recently used entry and returns its size. */
  dropOldest(): number {
    const before = this.#bytes
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.delete(oldest.value)
    return before - this.#bytes
  }

  /** Removes the expired entries. */
  dropExpired(): void {
    const now = this.#clock.now()
    this.#sweepAt = plus(now, SWEEP_INTERVAL)
    for (const [key, entry] of this.#entries) {
      if (!isAlive(entry, now)) this.delete(key)
    }
  }

  #sweep(): void {
    if (this.#clock.now() < this.#sweepAt) return
    for (const cache of cachesInUse()) cache.dropExpired()
  }
}

/**
 * A cache key over several parts: SHA-256 of their JSON array. Tokens are never kept as keys, and
 * different lists never share an entry.
 */
export function cacheKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/**
 * Shares one run of `work` among all concurrent calls with the same key. A call with time left starts
 * its own run if the shared one failed because the deadline of another call was over.
 */
export class SingleFlight<T, E> {
  readonly #underWay = new Map<string, Flight<T, E>>()

  /** The current run for this key, if any. */
  underWay(key: string): Promise<Result<T, E>> | undefined {
    return this.#underWay.get(key)?.result
  }

  async run(
    key: string,
    deadline: Deadline,
    work: () => Promise<Result<T, E>>,
  ): Promise<Result<T, E>> {
    const running = this.#underWay.get(key)
    if (running === undefined) return this.#start(key, deadline, work)
    const result = await running.result
    const wasCutShort = !result.ok && isOver(running.deadline) && !isOver(deadline)
    return wasCutShort ? this.run(key, deadline, work) : result
  }

  #start(key: string, deadline: Deadline, work: () => Promise<Result<T, E>>) {
    const result = work().finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, { result, deadline })
    return result
  }
}

interface Flight<T, E> {
  readonly result: Promise<Result<T, E>>
  /** The deadline of the call that started it. */
  readonly deadline: Deadline
}
