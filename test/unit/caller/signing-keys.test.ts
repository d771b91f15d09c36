/**
 * Owns the proof of how long an issuer's keys are kept, and when they are fetched again.
 * Pure.
 */
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readTrustedKey, type TrustedKey } from '../../../src/caller/json-web-key.ts'
import { createRemoteKeys, createStaticKeys } from '../../../src/caller/signing-keys.ts'
import { fault } from '../../../src/decision.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { deadlineWith, PLENTY_OF_TIME, StandingClock } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'

const MAX_AGE_SECONDS = 600
const GRACE_SECONDS = 3600
const COOLDOWN_SECONDS = 30

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
function keyNamed(kid: string): TrustedKey {
  const key = readTrustedKey(jsonObject({ ...publicKey.export({ format: 'jwk' }), kid }))
  if (!key.ok) throw new Error(key.error)
  return key.value
}

const DOWN = failure(fault('keys_unavailable', { detail: 'status_503' }))

/** Keys whose n-th fetch gives one named `n`, unless their address is down. */
function remoteKeys() {
  const clock = new StandingClock()
  const address = { fetches: 0, down: false }
  const keys = createRemoteKeys(() => {
    address.fetches += 1
    return Promise.resolve(address.down ? DOWN : success([keyNamed(String(address.fetches))]))
  }, clock)
  const current = async () => {
    const atHand = await keys.current(PLENTY_OF_TIME)
    if (!atHand.ok) return atHand.error.reason
    return atHand.value.keys[0]?.kid
  }
  /** What a token that no key fits brings about: the new key, `undefined` for no fetch, or a fault. */
  const renewed = async () => {
    const atHand = await keys.current(PLENTY_OF_TIME)
    if (!atHand.ok) return atHand.error.reason
    const result = await keys.renewed(atHand.value, PLENTY_OF_TIME)
    return result?.ok === true ? result.value[0]?.kid : result?.error.reason
  }
  return { clock, address, keys, current, renewed }
}

describe('static keys', () => {
  it('are at hand, always the same, and never renewed', async () => {
    const all = [keyNamed('a')]
    const keys = createStaticKeys(all)
    const atHand = { keys: all, areNew: false }

    expect(keys.areAtHand()).toBe(true)
    expect(await keys.current(PLENTY_OF_TIME)).toStrictEqual(success(atHand))
    await expect(keys.renewed(atHand, PLENTY_OF_TIME)).resolves.toBeUndefined()
  })
})

describe('the keys of an address', () => {
  it('are fetched at the first use, then kept for ten minutes', async () => {
    const { clock, address, keys, current } = remoteKeys()
    expect(keys.areAtHand()).toBe(false)

    expect(await current()).toBe('1')
    clock.advance(MAX_AGE_SECONDS - 0.1)
    expect(await current()).toBe('1')
    expect([address.fetches, keys.areAtHand()]).toStrictEqual([1, true])

    clock.advance(0.1)
    expect(keys.areAtHand()).toBe(false)
    expect(await current()).toBe('2')
  })

  it('are new for the token that had them fetched, and for no other', async () => {
    const { clock, address, keys } = remoteKeys()
    const areNew = async () => {
      const atHand = await keys.current(PLENTY_OF_TIME)
      return atHand.ok ? atHand.value.areNew : atHand
    }

    expect([await areNew(), await areNew()]).toStrictEqual([true, false])
    clock.advance(MAX_AGE_SECONDS)
    address.down = true
    expect(await areNew()).toBe(false)
    clock.advance(GRACE_SECONDS)
    expect(await areNew()).toStrictEqual(DOWN)
  })

  it('are fetched once for a hundred who want them at the same time', async () => {
    const { address, current } = remoteKeys()

    const all = await Promise.all(Array.from({ length: 100 }, current))

    expect(new Set(all)).toStrictEqual(new Set(['1']))
    expect(address.fetches).toBe(1)
  })

  it('serve an hour longer while their address is down, and then no more', async () => {
    const { clock, address, current } = remoteKeys()
    await current()
    address.down = true

    clock.advance(MAX_AGE_SECONDS + GRACE_SECONDS - 0.1)
    expect(await current()).toBe('1')
    clock.advance(2)
    expect(await current()).toBe('keys_unavailable')
  })

  it('are there again within two seconds of their address', async () => {
    const { clock, address, current } = remoteKeys()
    address.down = true
    expect(await current()).toBe('keys_unavailable')
    address.down = false

    clock.advance(1.9)
    expect(await current()).toBe('keys_unavailable')
    expect(address.fetches).toBe(1)
    clock.advance(0.1)
    expect(await current()).toBe('2')
  })

  it('are asked for at most every two seconds while their address is down', async () => {
    const { clock, address, current } = remoteKeys()
    address.down = true
    for (let second = 0; second < 60; second += 0.25) {
      await current()
      clock.advance(0.25)
    }

    expect(address.fetches).toBe(30)
  })
})

describe('a fetch that ends with the time of who wanted it', () => {
  const slowKeys = (tookSeconds: number) => {
    const clock = new StandingClock()
    let fetches = 0
    const keys = createRemoteKeys(() => {
      fetches += 1
      clock.advance(tookSeconds)
      return Promise.resolve(fetches === 1 ? DOWN : success([keyNamed('a')]))
    }, clock)
    const outcomes = async () => {
      const hurried = await keys.current(deadlineWith(0))
      const patient = await keys.current(PLENTY_OF_TIME)
      return [hurried.ok, patient.ok, fetches]
    }
    return { keys, outcomes }
  }

  it('keeps nobody from another one where that was soon', async () => {
    expect(await slowKeys(0.9).outcomes()).toStrictEqual([false, true, 2])
  })

  it('is a failure like any other where it took a second', async () => {
    expect(await slowKeys(1).outcomes()).toStrictEqual([false, false, 1])
  })

  it('is made again for who has waited for it and has time left', async () => {
    const { keys } = slowKeys(0)
    const [, patient] = await Promise.all([
      keys.current(deadlineWith(0)),
      keys.current(PLENTY_OF_TIME),
    ])

    expect(patient.ok).toBe(true)
  })
})

describe('a clock that is set back', () => {
  it('does not keep keys that were fetched ahead of it', async () => {
    const { clock, current } = remoteKeys()
    clock.advance(86_400)
    expect(await current()).toBe('1')

    clock.advance(-86_400)
    expect(await current()).toBe('2')
  })

  it('does not keep a failure that lies ahead of it', async () => {
    const { clock, address, current } = remoteKeys()
    clock.advance(3_600)
    address.down = true
    expect(await current()).toBe('keys_unavailable')
    address.down = false

    clock.advance(-3_600)
    expect(await current()).toBe('2')
  })
})

describe('keys of which none fits a token', () => {
  it('are those that another call has renewed meanwhile', async () => {
    const { address, keys, renewed } = remoteKeys()
    const before = await keys.current(PLENTY_OF_TIME)
    if (!before.ok) throw new Error('no keys')
    await renewed()

    expect(await keys.renewed(before.value, PLENTY_OF_TIME)).toStrictEqual(success([keyNamed('2')]))
    expect(address.fetches).toBe(2)
  })

  it('#32: are renewed, and again no sooner than half a minute later', async () => {
    const { clock, address, current, renewed } = remoteKeys()
    await current()

    expect(await renewed()).toBe('2')
    clock.advance(COOLDOWN_SECONDS - 0.1)
    expect(await renewed()).toBeUndefined()
    clock.advance(0.1)
    expect(await renewed()).toBe('3')
    expect(address.fetches).toBe(3)
  })

  it('#32: are not renewed for a flood of tokens', async () => {
    const { address, current, renewed } = remoteKeys()
    await current()
    for (let token = 0; token < 1_000; token += 1) await renewed()

    expect(address.fetches).toBe(2)
  })

  it('#32: are not fetched a second time for the very token that had them fetched', async () => {
    const { address, renewed } = remoteKeys()

    expect(await renewed()).toBeUndefined()
    expect(address.fetches).toBe(1)
  })

  it('are nobody’s word while their address is down', async () => {
    const { address, current, renewed } = remoteKeys()
    await current()
    address.down = true

    expect(await renewed()).toBe('keys_unavailable')
  })

  it('are renewed as soon as their address is back', async () => {
    const { clock, address, current, renewed } = remoteKeys()
    await current()
    address.down = true
    await renewed()
    address.down = false
    clock.advance(2)

    expect(await renewed()).toBe('3')
  })
})
