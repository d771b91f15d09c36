import { describe, expect, it } from '@jest/globals'
import { createCache, OCID, OTHER_OCID } from './secret-cache-fixture.ts'

describe('the previous version of a secret', () => {
  const NEW_AND_OLD = { current: 'new', previous: 'old' }

  it('is returned if the current version was rejected', async () => {
    const { vault, read, readAgain } = createCache(NEW_AND_OLD)
    await read()

    expect(await readAgain('new')).toBe('new/old')
    expect(vault.reads).toStrictEqual([OCID, OCID, `previous of ${OCID}`])
  })

  it('is not returned by `read` before it was accepted', async () => {
    const { read, readAgain } = createCache(NEW_AND_OLD)
    await readAgain('new')

    expect(await read()).toBe('new')
  })

  it.each([0, 10, 300])(
    'is used for a minute by the client that accepted it: time to live %d s',
    async (timeToLiveSeconds) => {
      const { clock, read, acceptPrevious } = createCache({ timeToLiveSeconds, current: 'new' })
      await read()
      acceptPrevious('old')

      clock.advance(59.9)
      expect(await read(OCID, 'client-1')).toBe('old')
      expect(await read(OCID, 'client-2')).toBe('new')
      expect(await read(OCID)).toBe('new')
      expect(await read(OTHER_OCID, 'client-1')).toBe('new')

      clock.advance(0.1)
      expect(await read(OCID, 'client-1')).toBe('new')
    },
  )

  it('is returned without a further read after another call accepted it', async () => {
    const { vault, read, readAgain, acceptPrevious } = createCache(NEW_AND_OLD)
    await read()
    await readAgain('new')
    acceptPrevious('old')
    const reads = vault.reads.length

    expect(await readAgain('new')).toBe('old/')
    expect(await readAgain('new')).toBe('old/')
    expect(await read(OCID, 'client-1')).toBe('old')
    expect(vault.reads).toHaveLength(reads)
  })

  it('is dropped when it is rejected', async () => {
    const { vault, read, readAgain, acceptPrevious } = createCache({ current: 'new' })
    await read()
    acceptPrevious('old')

    expect(await readAgain('old')).toBe('new/')
    expect(await read(OCID, 'client-1')).toBe('new')
    expect(vault.reads).toHaveLength(1)
  })

  it.each([
    ['equals the rejected one', { current: 'new', previous: 'new' }],
    ['does not exist', { current: 'new' }],
  ])('is not returned if it %s', async (_case, versions) => {
    expect(await createCache(versions).readAgain('new')).toBe('new/')
  })

  it('is not read if the current version has changed', async () => {
    const { vault, readAgain } = createCache(NEW_AND_OLD)

    expect(await readAgain('older')).toBe('new/')
    expect(vault.reads).toStrictEqual([OCID])
  })
})
