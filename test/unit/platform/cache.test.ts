import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { cacheKey, ExpiringCache } from '../../../src/platform/cache.ts'
import { plus, seconds } from '../../../src/platform/clock.ts'
import { START, StandingClock } from '../support/time.ts'

function after(spanSeconds: number) {
  return plus(START, seconds(spanSeconds))
}

/** A cache with a capacity of two values. */
function cacheOfTwo<T = string>() {
  const clock = new StandingClock()
  return { clock, cache: new ExpiringCache<T>(2, clock) }
}

describe('an expiring cache', () => {
  it('returns a value until its expiry', () => {
    const { clock, cache } = cacheOfTwo()
    cache.set('a', 'value', after(10))

    clock.advance(9.9)
    expect(cache.get('a')).toBe('value')

    clock.advance(0.1)
    expect(cache.get('a')).toBeUndefined()
    expect(cache.size).toBe(0)
  })

  it('drops values that were set later than now, after the clock was set back', () => {
    const { clock, cache } = cacheOfTwo()
    clock.advance(3_600)
    cache.set('a', 'value', after(3_700))
    expect(cache.get('a')).toBe('value')

    clock.advance(-1)
    expect(cache.get('a')).toBeUndefined()
  })

  it('returns nothing for a key that was not set or was deleted', () => {
    const { cache } = cacheOfTwo()
    cache.set('a', 'value', after(10))

    cache.delete('a')

    expect(['a', '__proto__'].map((key) => cache.get(key))).toStrictEqual([undefined, undefined])
    expect(cache.size).toBe(0)
  })

  it('replaces the value and the expiry of an existing key', () => {
    const { clock, cache } = cacheOfTwo()
    cache.set('a', 'old', after(10))
    cache.set('b', 'other', after(100))

    cache.set('a', 'new', after(100))
    clock.advance(50)

    expect([cache.get('a'), cache.get('b')]).toStrictEqual(['new', 'other'])
  })

  it('drops the expired values of all caches when one of them is used', () => {
    const clock = new StandingClock()
    const [one, other] = [new ExpiringCache<string>(2, clock), new ExpiringCache<string>(2, clock)]
    one.set('expiring', 'value', after(1))
    one.set('lasting', 'value', after(60))
    clock.advance(9)
    other.get('anything')
    const before = one.size

    clock.advance(1)
    other.get('anything')

    expect([before, one.size, one.get('lasting')]).toStrictEqual([2, 1, 'value'])
  })

  it('drops the least recently used entry', () => {
    const { cache } = cacheOfTwo<number>()
    cache.set('a', 1, after(10))
    cache.set('b', 2, after(10))

    cache.get('a')
    cache.set('c', 3, after(10))

    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toStrictEqual([1, undefined, 3])
  })

  it('has no more entries than its capacity, and only the last value of each key', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat()))

    fc.assert(
      fc.property(steps, (sets) => {
        const cache = new ExpiringCache<number>(3, new StandingClock())
        for (const [key, value] of sets) cache.set(key, value, after(10))
        const last = new Map(sets)

        expect(cache.size).toBe(Math.min(3, last.size))
        for (const [key, value] of last) expect([value, undefined]).toContain(cache.get(key))
      }),
    )
  })
})

describe('cacheKey', () => {
  it('differs for lists that are equal when joined', () => {
    const lists = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['a","bc'], ['a', 'b', 'c']]

    expect(new Set(lists.map((parts) => cacheKey(...parts))).size).toBe(lists.length)
  })

  it('is equal exactly for equal lists', () => {
    const parts = fc.array(fc.string(), { maxLength: 3 })

    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(cacheKey(...one) === cacheKey(...other)).toBe(
          JSON.stringify(one) === JSON.stringify(other),
        )
      }),
    )
  })

  it('depends on each character of a long part', () => {
    const long = 'x'.repeat(20_000)
    const keys = [0, 1, 255, 1_023, 1_024, 4_096, 16_384, 19_999].map((index) =>
      cacheKey('a', `${long.slice(0, index)}y${long.slice(index + 1)}`),
    )

    expect(new Set([...keys, cacheKey('a', long)]).size).toBe(keys.length + 1)
  })

  it('#42: does not reveal its parts', () => {
    expect(cacheKey('https://idp.example', 'token-1')).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(cacheKey('token-1')).not.toContain('token')
  })
})

describe('the total size of all caches', () => {
  const MIB = 1024 * 1024
  const clock = new StandingClock()
  const caches: ExpiringCache<number>[] = []

  function inOneMinute() {
    return plus(clock.now(), seconds(60))
  }

  /** Adds values of 1 MiB each. */
  function fill(cache: ExpiringCache<number>, values: number): void {
    for (let count = 0; count < values; count += 1) {
      cache.set(`${count}`, count, inOneMinute(), MIB)
    }
  }

  function newCache(): ExpiringCache<number> {
    const cache = new ExpiringCache<number>(1_000, clock)
    caches.push(cache)
    return cache
  }

  afterEach(() => {
    clock.advance(60)
    for (const cache of caches.splice(0)) cache.dropExpired()
  })

  it('is at most 16 MiB: the largest cache drops its least recently used entries', () => {
    const [light, heavy, heaviest] = [newCache(), newCache(), newCache()]
    light.set('a', 0, inOneMinute(), MIB)
    fill(heavy, 4)
    for (let count = 0; count < 40; count += 1) {
      heaviest.get('0')
      heaviest.set(`${count}`, count, inOneMinute(), MIB)
    }

    expect(light.get('a')).toBe(0)
    expect(heavy.size).toBe(4)
    expect(heaviest.size).toBe(10)
    expect([heaviest.get('0'), heaviest.get('1'), heaviest.get('39')]).toStrictEqual([
      0,
      undefined,
      39,
    ])
    for (const cache of caches) expect(cache.bytes).toBeLessThan(11 * MIB)
  })

  it('is reduced in the largest cache, even if a smaller one was filled later', () => {
    const [large, small, empty] = [newCache(), newCache(), newCache()]
    fill(large, 10)
    fill(small, 8)

    expect([small.size, empty.size]).toStrictEqual([8, 0])
    expect(large.bytes).toBeLessThan(8 * MIB)
  })

  it('is reduced by as many entries as a large value needs', () => {
    const cache = newCache()
    fill(cache, 15)

    cache.set('large', 0, inOneMinute(), 8 * MIB)

    expect(cache.bytes).toBeLessThan(16 * MIB)
    expect(cache.get('large')).toBe(0)
  })

  it('does not include replaced, deleted and expired values', () => {
    const { clock, cache } = cacheOfTwo<number>()
    const empty = cache.bytes
    cache.set('a', 1, after(60), 1_000)
    const one = cache.bytes
    cache.set('a', 2, after(60), 1_000)
    expect(cache.bytes).toBe(one)
    cache.set('b', 3, after(10), 1_000)
    cache.set('c', 4, after(60), 1_000)
    expect([cache.size, cache.bytes]).toStrictEqual([2, 2 * one])

    cache.delete('c')
    clock.advance(10)
    expect(cache.get('b')).toBeUndefined()
    expect([empty, cache.bytes]).toStrictEqual([0, 0])
    cache.set('d', 5, after(20), 1_000)
    clock.advance(10)
    cache.dropExpired()
    expect(cache.bytes).toBe(0)
  })
})
