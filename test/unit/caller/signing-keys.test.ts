import { describe, expect, it } from '@jest/globals'
import { createRemoteKeys, createStaticKeys } from '../../../src/caller/signing-keys.ts'
import { success } from '../../../src/platform/result.ts'
import { faulty } from '../support/outcomes.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'
import { DOWN, fetchedKeys, keyNamed, remoteKeys } from './signing-keys-fixture.ts'

const MAX_AGE_SECONDS = 600
const GRACE_SECONDS = 3600
const COOLDOWN_SECONDS = { knownKid: 5, unknownKid: 10 }

describe('a key that is left out', () => {
  it('is reported when a token names it, with what is wrong with it', async () => {
    const problem = 'is bad'
    const leftOut = { kid: 'a', problem, description: 'key a is bad', hasOtherPurpose: false }
    const reported: unknown[] = []
    const found = success({ trusted: [keyNamed('b')], leftOut: [leftOut] })
    const fetchKeys = () => Promise.resolve(found)
    const keys = createRemoteKeys(fetchKeys, new StandingClock(), (each) => reported.push(...each))
    expect(keys.problemOf('a')).toBeUndefined()
    await keys.current(PLENTY_OF_TIME)

    expect([keys.problemOf('b'), reported]).toStrictEqual([undefined, []])
    expect([keys.problemOf('a'), reported]).toStrictEqual([problem, [leftOut]])
  })
})

describe('static keys', () => {
  it('are always the same, and never renewed', async () => {
    const all = [keyNamed('a')]
    const keys = createStaticKeys(all)
    const cached = { keys: all, justFetched: false }

    expect(keys.areCached()).toBe(true)
    expect(await keys.current(PLENTY_OF_TIME)).toStrictEqual(success(cached))
    await expect(keys.renewed(cached, true, PLENTY_OF_TIME)).resolves.toBeUndefined()
    expect(keys.problemOf('a')).toBeUndefined()
  })
})

describe('the keys of an address', () => {
  it('are fetched at the first use, then cached for ten minutes', async () => {
    const { clock, address, keys, current, currentAfter } = remoteKeys()
    expect(keys.areCached()).toBe(false)

    expect(await current()).toBe('1')
    expect(await currentAfter(MAX_AGE_SECONDS - 0.1)).toBe('1')
    expect([address.fetches, keys.areCached()]).toStrictEqual([1, true])

    clock.advance(0.1)
    expect(keys.areCached()).toBe(false)
    expect(await current()).toBe('2')
  })

  it('are new for the token that had them fetched, and for no other', async () => {
    const { clock, address, keys } = remoteKeys()
    const justFetched = async () => {
      const cached = await keys.current(PLENTY_OF_TIME)
      return cached.ok ? cached.value.justFetched : cached
    }

    expect([await justFetched(), await justFetched()]).toStrictEqual([true, false])
    clock.advance(MAX_AGE_SECONDS)
    address.failing = DOWN
    expect(await justFetched()).toBe(false)
    clock.advance(GRACE_SECONDS)
    expect(await justFetched()).toStrictEqual(DOWN)
  })

  it('are fetched once for a hundred concurrent calls', async () => {
    const { address, current } = remoteKeys()

    const all = await Promise.all(Array.from({ length: 100 }, current))

    expect(new Set(all)).toStrictEqual(new Set(['1']))
    expect(address.fetches).toBe(1)
  })

  it('serve an hour longer while their address is down, and then no more', async () => {
    const { address, currentAfter } = await fetchedKeys()
    address.failing = DOWN

    expect(await currentAfter(MAX_AGE_SECONDS + GRACE_SECONDS - 0.1)).toBe('1')
    expect(await currentAfter(2)).toBe('keys_unavailable')
  })

  it('end with their age if the issuer withdrew them, even if its address is down afterwards', async () => {
    const { address, keys, currentAfter } = await fetchedKeys()
    address.names = []
    expect(await currentAfter(MAX_AGE_SECONDS - 1)).toBe('1')
    expect(await currentAfter(1)).toBe('keys_unusable')
    expect(await keys.current(PLENTY_OF_TIME)).toStrictEqual(
      faulty('keys_unusable', { detail: 'no_trusted_key' }),
    )
    address.failing = DOWN
    expect(await currentAfter(60)).toBe('keys_unavailable')
    Object.assign(address, { failing: undefined, names: undefined })
    expect(await currentAfter(60)).toBe('4')
    address.failing = DOWN
    expect(await currentAfter(MAX_AGE_SECONDS)).toBe('4')
  })

  it('serve longer if the response is no key set, as they do while the address is down', async () => {
    const { address, currentAfter } = await fetchedKeys()
    address.failing = faulty('keys_unusable', { detail: 'no_jwk_set' })

    expect(await currentAfter(MAX_AGE_SECONDS + GRACE_SECONDS - 0.1)).toBe('1')
  })

  it('are there again within two seconds of their address', async () => {
    const { address, current, currentAfter } = remoteKeys()
    address.failing = DOWN
    expect(await current()).toBe('keys_unavailable')
    address.failing = undefined

    expect(await currentAfter(1.9)).toBe('keys_unavailable')
    expect(address.fetches).toBe(1)
    expect(await currentAfter(0.1)).toBe('2')
  })

  it('are requested at most every two seconds while their endpoint is down', async () => {
    const { clock, address, current } = remoteKeys()
    address.failing = DOWN
    for (let second = 0; second < 60; second += 0.25) {
      await current()
      clock.advance(0.25)
    }

    expect(address.fetches).toBe(30)
  })
})

describe('keys that do not fit a token', () => {
  it('are those that another call has renewed meanwhile', async () => {
    const { address, keys, renewed } = remoteKeys()
    const before = await keys.current(PLENTY_OF_TIME)
    if (!before.ok) throw new Error('no keys')
    await renewed()

    expect(await keys.renewed(before.value, true, PLENTY_OF_TIME)).toStrictEqual(
      success([keyNamed('2')]),
    )
    expect(address.fetches).toBe(2)
  })

  it.each([
    ['known', true, COOLDOWN_SECONDS.knownKid],
    ['unknown', false, COOLDOWN_SECONDS.unknownKid],
  ])(
    '#32: are renewed, and again no sooner than after the cooldown for %s names',
    async (_case, hasMatchingKid, seconds) => {
      const { clock, address, waits, renewed } = await fetchedKeys()

      expect(await renewed(PLENTY_OF_TIME, hasMatchingKid)).toBe('2')
      clock.advance(seconds - 0.1)
      expect(await renewed(PLENTY_OF_TIME, hasMatchingKid)).toBeUndefined()
      clock.advance(0.1)
      expect(await renewed(PLENTY_OF_TIME, hasMatchingKid)).toBe('3')
      expect([address.fetches, waits]).toStrictEqual([3, []])
    },
  )

  it('#32: are renewed once for a flood of tokens with unknown names', async () => {
    const { address, renewed } = await fetchedKeys(['same'])
    for (let token = 0; token < 1_000; token += 1) await renewed(PLENTY_OF_TIME, false)

    expect(address.fetches).toBe(2)
  })

  it('are fetched ten times in 34 s of a flood of tokens with a known name', async () => {
    const { clock, address, renewed } = await fetchedKeys(['same'])
    const start = clock.now()
    while (clock.now() < start + 34) {
      await renewed()
      clock.advance(0.05)
    }

    expect(address.fetches - 1).toBe(10)
  })

  it('#32: are not fetched a second time for the very token that had them fetched', async () => {
    const { address, renewed } = remoteKeys()

    expect(await renewed()).toBeUndefined()
    expect(address.fetches).toBe(1)
  })

  it('decide nothing while their endpoint is down', async () => {
    const { address, renewed } = await fetchedKeys()
    address.failing = DOWN

    expect(await renewed()).toBe('keys_unavailable')
  })

  it('are renewed as soon as their address is back', async () => {
    const { clock, address, renewed } = await fetchedKeys()
    address.failing = DOWN
    await renewed()
    address.failing = undefined
    clock.advance(2)

    expect(await renewed()).toBe('3')
  })
})
