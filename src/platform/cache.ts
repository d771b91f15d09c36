/**
 * Owns the one kind of cache that the authorizer has: bounded, expiring by the wall clock, no timers.
 * Pure: the clock is given.
 */
import { createHash } from 'node:crypto'
import { isOver, later, seconds, type Clock, type Deadline, type NumericDate } from './clock.ts'
import type { Result } from './result.ts'

interface Entry<T> {
  readonly value: T
  readonly bytes: number
  readonly storedAt: NumericDate
  readonly expiresAt: NumericDate
}

/** Before it was stored an entry is as dead as after its end: the clock was set back since. */
function isAlive({ storedAt, expiresAt }: Entry<unknown>, now: NumericDate): boolean {
  return storedAt <= now && now < expiresAt
}

/** How often what has expired is looked for; each look goes through all entries. */
const SWEEP_INTERVAL = seconds(10)

/** All caches that are in use: each look goes through those, too, that nobody asks any more. */
const caches = new Set<WeakRef<ExpiringCache<unknown>>>()

function cachesInUse(): readonly ExpiringCache<unknown>[] {
  return [...caches].flatMap((reference) => {
    const cache = reference.deref()
    if (cache === undefined) caches.delete(reference)
    return cache ?? []
  })
}

/**
 * What all caches of the process may hold together, a quarter of the heap that the image sets:
 * however many issuers and backends are configured, the function's memory is the same.
 */
const MOST_BYTES = 16 * 1024 * 1024

/** What an entry takes beside what is told of it: key, instants, objects. */
const ENTRY_BYTES = 512

/** The heaviest caches give up their least recently used entries until all fit. */
function makeRoom(): void {
  const inUse = cachesInUse()
  let total = inUse.reduce((sum, { bytes }) => sum + bytes, 0)
  while (total > MOST_BYTES) {
    const heaviest = inUse.reduce((one, other) => (other.bytes > one.bytes ? other : one))
    total -= heaviest.dropOldest()
  }
}

/**
 * Keeps values until they expire or until `capacity` more recently used ones have pushed them out.
 * What has expired is let go soon, asked for or not, so that no token lies in memory for long.
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
    this.#sweepAt = later(clock.now(), SWEEP_INTERVAL)
    caches.add(new WeakRef(this))
  }

  /** The value, unless it has expired: an entry is dead at its `expiresAt`, not after it. */
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

  /** `bytes`: roughly what the value takes in memory, where that is much. */
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

  /** What all entries take, as far as that is known. */
  get bytes(): number {
    return this.#bytes
  }

  /** Lets go of the least recently used entry, and tells what it took. */
  dropOldest(): number {
    const before = this.#bytes
    const oldest = this.#entries.keys().next()
    if (oldest.done !== true) this.delete(oldest.value)
    return before - this.#bytes
  }

  /** Lets go of what has expired. */
  dropExpired(): void {
    const now = this.#clock.now()
    this.#sweepAt = later(now, SWEEP_INTERVAL)
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
 * A cache key over several parts: SHA-256 of a form in which no two lists of parts look alike, so
 * that neither a token stands in memory as a key nor one caller's answer is found by another.
 */
export function cacheKey(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url')
}

/**
 * Shares one run of `work` among all who ask for the same key while it is under way. Who finds that
 * it failed because the time of another was up, and has time left, has a run of its own.
 */
export class SingleFlight<T, E> {
  readonly #underWay = new Map<string, Flight<T, E>>()

  /** The run that is under way for this key, if any. */
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
  /** Of who began it. */
  readonly deadline: Deadline
}
