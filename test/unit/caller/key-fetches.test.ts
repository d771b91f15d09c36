import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { createRemoteKeys } from '../../../src/caller/signing-keys.ts'
import { deadlineWith, PLENTY_OF_TIME, StandingClock } from '../support/time.ts'
import { DOWN, fetchedKeys, keyNamed, remoteKeys, setOf } from './signing-keys-fixture.ts'

const SECOND_FETCH_SECONDS = 2

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
    const { currentAfter } = remoteKeys()
    expect(await currentAfter(86_400)).toBe('1')

    expect(await currentAfter(-86_400)).toBe('2')
  })

  it('does not use a failure in its future', async () => {
    const { clock, address, current, currentAfter } = remoteKeys()
    clock.advance(3_600)
    address.failing = DOWN
    expect(await current()).toBe('keys_unavailable')
    address.failing = undefined

    expect(await currentAfter(-3_600)).toBe('2')
  })
})

describe('a second fetch, for a token whose key was replaced right after the first', () => {
  const afterFirstFetch = async () => {
    const remote = await fetchedKeys(['same'])
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
    const { address, renewed } = await fetchedKeys(['a', 'b'])
    address.names = names

    expect([await renewed(), await renewed()]).toStrictEqual([names[0], undefined])
    expect(address.fetches).toBe(2)
  })

  it('is a fault as long as it fails', async () => {
    const { address, renewed } = await afterFirstFetch()
    address.failing = DOWN

    expect(await renewed()).toBe('keys_unavailable')
    expect(await renewed()).toBe('keys_unavailable')
    // The cooldown still holds for other tokens.
    expect(await renewed(PLENTY_OF_TIME, false)).toBeUndefined()
  })

  it('follows the fetch for a token at a cold start, too', async () => {
    const { address, waits, renewed } = remoteKeys(['same'])

    expect(await renewed()).toBeUndefined()
    address.names = ['new']
    expect(await renewed()).toBe('new')
    expect(waits).toStrictEqual([SECOND_FETCH_SECONDS * 1_000])
  })
})
