import { describe, expect, it } from '@jest/globals'
import { faulty } from '../support/outcomes.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { cacheOver, OCID, OTHER_OCID } from './secret-cache-fixture.ts'

describe('a secret', () => {
  it('is read once within its time to live', async () => {
    const { vault, read, readAfter } = cacheOver()

    await read()
    expect(await readAfter(299.9)).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID])
  })

  it('is read anew when its time to live is over', async () => {
    const { read, readAfter } = cacheOver()

    await read()
    expect(await readAfter(300)).toBe('version 2')
  })

  it('is read each time with a time to live of 0', async () => {
    const { read } = cacheOver({ timeToLiveSeconds: 0 })

    expect([await read(), await read()]).toStrictEqual(['version 1', 'version 2'])
  })

  it('is not mixed up with another one', async () => {
    const { vault, read } = cacheOver()

    expect(await read(OCID)).toBe('version 1')
    expect(await read(OTHER_OCID)).toBe('version 2')
    expect(await read(OCID)).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID, OTHER_OCID])
  })

  it('is named by its OCID if it cannot be read', async () => {
    const { vault, cache } = cacheOver()
    vault.down = true

    expect(await cache.read(OTHER_OCID, PLENTY_OF_TIME)).toStrictEqual(
      faulty('secret_unavailable', { secret: OTHER_OCID, detail: 'timed_out' }),
    )
  })

  it('is requested again after a failure: failures are not cached', async () => {
    const { vault, read } = cacheOver()

    vault.down = true
    expect(await read()).toBe('secret_unavailable')

    vault.down = false
    expect(await read()).toBe('version 2')
  })

  it('is not requested each time while Vault fails, after a few failures', async () => {
    const { clock, vault, read, readAfter } = cacheOver()
    vault.down = true
    for (let call = 0; call < 600; call += 1) {
      expect(await read()).toBe('secret_unavailable')
      clock.advance(0.1)
    }
    expect(vault.reads.length).toBeLessThan(45)
    expect(await read(OTHER_OCID)).toBe('secret_unavailable')
    expect(vault.reads.at(-1)).toBe(OTHER_OCID)

    vault.down = false
    expect(await readAfter(2)).toMatch(/^version/)
  })

  it('is read once for 200 concurrent calls', async () => {
    const { vault, read } = cacheOver()

    const all = await Promise.all(Array.from({ length: 200 }, () => read()))

    expect(vault.reads).toHaveLength(1)
    expect(new Set(all)).toStrictEqual(new Set(['version 1']))
  })
})

describe('a rejected secret', () => {
  it('is read again at once, and the new one is used from then on', async () => {
    const { vault, read, readAgain } = cacheOver()

    await read()

    expect(await readAgain('version 1')).toBe('version 2/')
    expect(await read()).toBe('version 2')
    expect(vault.reads).toHaveLength(2)
  })

  it('lives its whole time from when it was read again', async () => {
    const { clock, read, readAfter, readAgain } = cacheOver()

    await read()
    clock.advance(200)
    await readAgain('version 1')
    expect(await readAfter(299)).toBe('version 2')
  })

  it('is looked for again after two seconds at most, then ever later, at most ten seconds later', async () => {
    const { clock, vault, readAgain } = cacheOver({ current: 'wrong' })
    const pauses: number[] = []
    for (let pause = 0; pauses.length < 6; pause += 0.5) {
      const before = vault.reads.length
      await readAgain('wrong')
      clock.advance(0.5)
      if (vault.reads.length === before) continue
      pauses.push(pause)
      pause = 0
    }

    expect(pauses).toStrictEqual([0, 2, 4, 8, 10, 10])
  })

  it('is not searched again if another call has found a new one', async () => {
    const { vault, readAgain } = cacheOver()

    await readAgain('old')

    expect(await readAgain('old')).toBe('version 1/')
    expect(vault.reads).toHaveLength(1)
  })

  it('is looked for once by 200 calls at the same time', async () => {
    const { vault, readAgain } = cacheOver()

    const all = await Promise.all(Array.from({ length: 200 }, () => readAgain('old')))

    expect(new Set(all)).toStrictEqual(new Set(['version 1/']))
    expect(vault.reads).toHaveLength(1)
  })

  it.each([
    ['does not prevent the search for another secret', 'x', OTHER_OCID, 'us'],
    [
      'is searched for each server that rejects it, whichever others just did',
      'version 1',
      OCID,
      'other',
    ],
  ])('%s', async (_case, refused, ocid, by) => {
    const { readAgain } = cacheOver()

    await readAgain('x', OCID, 'us')

    expect(await readAgain(refused, ocid, by)).toBe('version 2/')
  })

  it('is not requested more often if Vault is down', async () => {
    const { vault, readAgain } = cacheOver()

    vault.down = true
    expect(await readAgain('old')).toBe('secret_unavailable')

    expect(await readAgain('old')).toBeUndefined()
    expect(vault.reads).toHaveLength(1)
  })

  it('stays cached if the search for another fails', async () => {
    const { vault, read, readAgain } = cacheOver()

    await read()
    vault.down = true
    await readAgain('version 1')

    expect(await read()).toBe('version 1')
  })
})
