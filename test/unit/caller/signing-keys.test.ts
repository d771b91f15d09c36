import { generateKeyPairSync } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { readTrustedKey, type TrustedKey } from '../../../src/caller/json-web-key.ts'
import { createRemoteKeys, createStaticKeys } from '../../../src/caller/signing-keys.ts'
import { fault } from '../../../src/decision.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { deadlineWith, PLENTY_OF_TIME, StandingClock } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'

const MAX_AGE_SECONDS = 600
const GRACE_SECONDS = 3600
const SECOND_FETCH_SECONDS = 2
const COOLDOWN_SECONDS = { knownKid: 5, unknownKid: 10 }

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
function keyNamed(kid: string): TrustedKey {
  const key = readTrustedKey(jsonObject({ ...publicKey.export({ format: 'jwk' }), kid }))
  if (!key.ok) throw new Error(key.error)
  return key.value
}

function setOf(...trusted: TrustedKey[]) {
  return success({ trusted, leftOut: [] })
}

const DOWN = failure(fault('keys_unavailable', { detail: 'status_503' }))

/** Keys whose n-th fetch returns one named `n`, or those with the address's names if it has some. */
function remoteKeys() {
  const clock = new StandingClock()
  const address: {
    fetches: number
    down: boolean
    unusable?: 'no_trusted_key' | 'no_jwk_set'
    names?: string[]
    hold?: Promise<void>
  } = {
    fetches: 0,
    down: false,
  }
  const waits: number[] = []
  const keys = createRemoteKeys(
    async () => {
      address.fetches += 1
      const result = address.down
        ? DOWN
        : address.unusable !== undefined
          ? failure(fault('keys_unusable', { detail: address.unusable }))
          : setOf(...(address.names ?? [String(address.fetches)]).map(keyNamed))
      await address.hold
      return result
    },
    clock,
    () => undefined,
    (span) => {
      waits.push(span)
      clock.advance(span / 1_000)
      return Promise.resolve()
    },
  )
  const current = async () => {
    const cached = await keys.current(PLENTY_OF_TIME)
    if (!cached.ok) return cached.error.reason
    return cached.value.keys[0]?.kid
  }
  /** What a token that no key fits brings about: the new key, `undefined` for no fetch, or a fault. */
  const renewed = async (deadline = PLENTY_OF_TIME, hasMatchingKid = true) => {
    const cached = await keys.current(deadline)
    if (!cached.ok) return cached.error.reason
    const result = await keys.renewed(cached.value, hasMatchingKid, deadline)
    return result?.ok === true ? result.value[0]?.kid : result?.error.reason
  }
  return { clock, address, waits, keys, current, renewed }
}

describe('a key that is left out', () => {
  const leftOut = {
    kid: 'a',
    problem: 'is bad',
    description: 'key a is bad',
    hasOtherPurpose: false,
  }

  it('is reported when a token names it, with what is wrong with it', async () => {
    const reported: unknown[] = []
    const fetchKeys = () => Promise.resolve(success({ trusted: [], leftOut: [leftOut] }))
    const keys = createRemoteKeys(fetchKeys, new StandingClock(), (each) => reported.push(...each))
    expect(keys.problemOf('a')).toBeUndefined()
    await keys.current(PLENTY_OF_TIME)

    expect([keys.problemOf('b'), reported]).toStrictEqual([undefined, []])
    expect([keys.problemOf('a'), reported]).toStrictEqual(['is bad', [leftOut]])
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
    const { clock, address, keys, current } = remoteKeys()
    expect(keys.areCached()).toBe(false)

    expect(await current()).toBe('1')
    clock.advance(MAX_AGE_SECONDS - 0.1)
    expect(await current()).toBe('1')
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
    address.down = true
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
    const { clock, address, current } = remoteKeys()
    await current()
    address.down = true

    clock.advance(MAX_AGE_SECONDS + GRACE_SECONDS - 0.1)
    expect(await current()).toBe('1')
    clock.advance(2)
    expect(await current()).toBe('keys_unavailable')
  })

  it('end with their age if the issuer withdrew them, even if its address is down afterwards', async () => {
    const { clock, address, current } = remoteKeys()
    await current()
    address.unusable = 'no_trusted_key'
    clock.advance(MAX_AGE_SECONDS - 1)
    expect(await current()).toBe('1')
    clock.advance(1)
    expect(await current()).toBe('keys_unusable')
    Object.assign(address, { unusable: undefined, down: true })
    clock.advance(60)
    expect(await current()).toBe('keys_unavailable')
    address.down = false
    clock.advance(60)
    expect(await current()).toBe('4')
    address.down = true
    clock.advance(MAX_AGE_SECONDS)
    expect(await current()).toBe('4')
  })

  it('serve longer if the response is no key set, as they do while the address is down', async () => {
    const { clock, address, current } = remoteKeys()
    await current()
    address.unusable = 'no_jwk_set'

    clock.advance(MAX_AGE_SECONDS + GRACE_SECONDS - 0.1)
    expect(await current()).toBe('1')
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

  it('are requested at most every two seconds while their endpoint is down', async () => {
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
    const fetchKeys = () => {
      fetches += 1
      clock.advance(tookSeconds)
      return Promise.resolve(fetches === 1 ? DOWN : setOf(keyNamed('a')))
    }
    const keys = createRemoteKeys(fetchKeys, clock, () => undefined)
    const outcomes = async () => {
      const hurried = await keys.current(deadlineWith(0))
      const patient = await keys.current(PLENTY_OF_TIME)
      return [hurried.ok, patient.ok, fetches]
    }
    return { keys, outcomes }
  }

  it('does not prevent another one if it was soon', async () => {
    expect(await slowKeys(0.9).outcomes()).toStrictEqual([false, true, 2])
  })

  it('is a failure like any other if it took a second', async () => {
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
  it('does not use keys that were fetched in its future', async () => {
    const { clock, current } = remoteKeys()
    clock.advance(86_400)
    expect(await current()).toBe('1')

    clock.advance(-86_400)
    expect(await current()).toBe('2')
  })

  it('does not use a failure in its future', async () => {
    const { clock, address, current } = remoteKeys()
    clock.advance(3_600)
    address.down = true
    expect(await current()).toBe('keys_unavailable')
    address.down = false

    clock.advance(-3_600)
    expect(await current()).toBe('2')
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
      const { clock, waits, address, current, renewed } = remoteKeys()
      await current()

      expect(await renewed(PLENTY_OF_TIME, hasMatchingKid)).toBe('2')
      clock.advance(seconds - 0.1)
      expect(await renewed(PLENTY_OF_TIME, hasMatchingKid)).toBeUndefined()
      clock.advance(0.1)
      expect(await renewed(PLENTY_OF_TIME, hasMatchingKid)).toBe('3')
      expect([address.fetches, waits]).toStrictEqual([3, []])
    },
  )

  it('#32: are renewed once for a flood of tokens with unknown names', async () => {
    const { address, current, renewed } = remoteKeys()
    address.names = ['same']
    await current()
    for (let token = 0; token < 1_000; token += 1) await renewed(PLENTY_OF_TIME, false)

    expect(address.fetches).toBe(2)
  })

  it('are fetched ten times in 34 s of a flood of tokens with a known name', async () => {
    const { clock, address, current, renewed } = remoteKeys()
    address.names = ['same']
    await current()
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

describe('a second fetch, for a token whose key was replaced right after the first', () => {
  const afterFirstFetch = async () => {
    const remote = remoteKeys()
    remote.address.names = ['same']
    await remote.current()
    await remote.renewed()
    remote.address.names = ['new']
    return remote
  }

  it('is waited for', async () => {
    const { waits, renewed } = await afterFirstFetch()

    expect(await renewed()).toBe('new')
    expect(waits).toStrictEqual([SECOND_FETCH_SECONDS * 1_000])
  })

  it('is made at once if it is due already', async () => {
    const { clock, waits, renewed } = await afterFirstFetch()
    clock.advance(SECOND_FETCH_SECONDS)

    expect(await renewed()).toBe('new')
    expect(waits).toStrictEqual([0])
  })

  it('is made sooner for a call that has little time left', async () => {
    const { waits, renewed } = await afterFirstFetch()

    expect(await renewed(deadlineWith(1_000))).toBe('new')
    expect(waits).toStrictEqual([500])
  })

  it('is made once for all calls that wait for it', async () => {
    const { address, renewed } = await afterFirstFetch()

    const all = await Promise.all(Array.from({ length: 50 }, () => renewed()))

    expect(new Set(all)).toStrictEqual(new Set(['new']))
    expect(address.fetches).toBe(3)
  })

  it('is shared by a call that arrives while it is in progress', async () => {
    const { address, renewed } = await afterFirstFetch()
    let finish: () => void = () => undefined
    address.hold = new Promise((resolve) => {
      finish = resolve
    })

    const first = renewed()
    await setImmediate()
    expect(address.fetches).toBe(3)
    const second = renewed()
    await setImmediate()
    finish()

    expect(await Promise.all([first, second])).toStrictEqual(['new', 'new'])
    expect(address.fetches).toBe(3)
  })

  it.each([
    ['one key less', ['a']],
    ['one key more', ['a', 'b', 'c']],
    ['another key', ['a', 'c']],
    ['another order', ['b', 'a']],
  ])('is not made if the first returned %s', async (_case, names) => {
    const { address, current, renewed } = remoteKeys()
    address.names = ['a', 'b']
    await current()
    address.names = names

    expect([await renewed(), await renewed()]).toStrictEqual([names[0], undefined])
    expect(address.fetches).toBe(2)
  })

  it('is a fault as long as it fails', async () => {
    const { address, renewed } = await afterFirstFetch()
    address.down = true

    expect([await renewed(), await renewed()]).toStrictEqual([
      'keys_unavailable',
      'keys_unavailable',
    ])
    // The cooldown still holds for other tokens.
    expect(await renewed(PLENTY_OF_TIME, false)).toBeUndefined()
  })

  it('follows the fetch for a token at a cold start, too', async () => {
    const { address, waits, renewed } = remoteKeys()
    address.names = ['same']

    expect(await renewed()).toBeUndefined()
    address.names = ['new']
    expect(await renewed()).toBe('new')
    expect(waits).toStrictEqual([SECOND_FETCH_SECONDS * 1_000])
  })
})
