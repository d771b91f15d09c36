import { describe, expect, it } from '@jest/globals'
import { faulty } from '../support/outcomes.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { createCache, OCID, OTHER_OCID } from './secret-cache-fixture.ts'

describe('a secret', () => {
  it.each([
    ['is cached during its time to live', 300, 299.9, 'version 1'],
    ['is read again after its time to live', 300, 300, 'version 2'],
    ['is read for each call if the time to live is 0', 0, 0, 'version 2'],
  ])('%s', async (_title, timeToLiveSeconds, passedSeconds, expected) => {
    const { vault, read, readAfter } = createCache({ timeToLiveSeconds })

    expect([await read(), await readAfter(passedSeconds)]).toStrictEqual(['version 1', expected])
    expect(vault.reads).toHaveLength(expected === 'version 1' ? 1 : 2)
  })

  it('is cached separately for each OCID', async () => {
    const { vault, read } = createCache()

    expect(await read(OCID)).toBe('version 1')
    expect(await read(OTHER_OCID)).toBe('version 2')
    expect(await read(OCID)).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID, OTHER_OCID])
  })

  it('is identified by its OCID in the fault if it cannot be read', async () => {
    const { vault, cache } = createCache()
    vault.down = true

    expect(await cache.read(OTHER_OCID, PLENTY_OF_TIME)).toStrictEqual(
      faulty('secret_unavailable', { secret: OTHER_OCID, detail: 'timed_out' }),
    )
  })

  it('is requested again after a failure', async () => {
    const { vault, read } = createCache()

    vault.down = true
    expect(await read()).toBe('secret_unavailable')

    vault.down = false
    expect(await read()).toBe('version 2')
  })

  it('is requested with pauses while Vault is down', async () => {
    const { clock, vault, read, readAfter } = createCache()
    vault.down = true
    for (let call = 0; call < 480; call += 1) {
      expect(await read()).toBe('secret_unavailable')
      clock.advance(0.125)
    }
    // Six without a pause, and then after 0.5 s, 1 s and every 2 s.
    expect(vault.reads).toHaveLength(36)
    expect(await read(OTHER_OCID)).toBe('secret_unavailable')
    expect(vault.reads.at(-1)).toBe(OTHER_OCID)

    vault.down = false
    expect(await readAfter(2)).toMatch(/^version/)
  })

  it('is read once for 200 concurrent calls', async () => {
    const { vault, read } = createCache()

    const all = await Promise.all(Array.from({ length: 200 }, () => read()))

    expect(vault.reads).toHaveLength(1)
    expect(new Set(all)).toStrictEqual(new Set(['version 1']))
  })
})

describe('a rejected secret', () => {
  it('is read again and replaced by the new version', async () => {
    const { vault, read, readAgain } = createCache()

    await read()

    expect(await readAgain('version 1')).toBe('version 2/')
    expect(await read()).toBe('version 2')
    expect(vault.reads).toHaveLength(2)
  })

  it('has a new time to live after it was read again', async () => {
    const { clock, read, readAfter, readAgain } = createCache()

    await read()
    clock.advance(200)
    await readAgain('version 1')
    expect(await readAfter(299)).toBe('version 2')
  })

  it('is read again after pauses of 2, 4, 8 and then 10 seconds', async () => {
    const { clock, vault, readAgain } = createCache({ current: 'wrong' })
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

  it('is not read again if another call has read a new version', async () => {
    const { vault, readAgain } = createCache()

    await readAgain('old')

    expect(await readAgain('old')).toBe('version 1/')
    expect(vault.reads).toHaveLength(1)
  })

  it('is read again once for 200 concurrent calls', async () => {
    const { vault, readAgain } = createCache()

    const all = await Promise.all(Array.from({ length: 200 }, () => readAgain('old')))

    expect(new Set(all)).toStrictEqual(new Set(['version 1/']))
    expect(vault.reads).toHaveLength(1)
  })

  it.each([
    ['a different secret', 'x', OTHER_OCID, 'client-1'],
    ['a different client', 'version 1', OCID, 'client-2'],
  ])('does not delay the read for %s', async (_case, refused, ocid, clientKey) => {
    const { readAgain } = createCache()

    await readAgain('x', OCID, 'client-1')

    expect(await readAgain(refused, ocid, clientKey)).toBe('version 2/')
  })

  it('is not read again during the pause if Vault is down', async () => {
    const { vault, readAgain } = createCache()

    vault.down = true
    expect(await readAgain('old')).toBe('secret_unavailable')

    expect(await readAgain('old')).toBeUndefined()
    expect(vault.reads).toHaveLength(1)
  })

  it('stays cached if it cannot be read again', async () => {
    const { vault, read, readAgain } = createCache()

    await read()
    vault.down = true
    await readAgain('version 1')

    expect(await read()).toBe('version 1')
  })
})
