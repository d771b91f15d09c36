import { describe, expect, it } from '@jest/globals'
import { cacheOver, OCID, OTHER_OCID } from './secret-cache-fixture.ts'

describe('the previous version of a secret', () => {
  const NEW_AND_OLD = { current: 'new', previous: 'old' }

  it('is returned if the current one was rejected', async () => {
    const { vault, read, readAgain } = cacheOver(NEW_AND_OLD)
    await read()

    expect(await readAgain('new')).toBe('new/old')
    expect(vault.reads).toStrictEqual([OCID, OCID, `previous of ${OCID}`])
  })

  it('is not what is read', async () => {
    const { read, readAgain } = cacheOver(NEW_AND_OLD)
    await readAgain('new')

    expect(await read()).toBe('new')
  })

  it.each([0, 10, 300])(
    'is used for a minute where it was accepted, and nowhere else: time to live %d s',
    async (timeToLiveSeconds) => {
      const { clock, read, acceptPrevious } = cacheOver({ timeToLiveSeconds, current: 'new' })
      await read()
      acceptPrevious('old')

      clock.advance(59.9)
      expect(await read(OCID, 'us')).toBe('old')
      expect(await read(OCID, 'others')).toBe('new')
      expect(await read(OCID)).toBe('new')
      expect(await read(OTHER_OCID, 'us')).toBe('new')

      clock.advance(0.1)
      expect(await read(OCID, 'us')).toBe('new')
    },
  )

  it('is used by a call whose current version is rejected after another found it', async () => {
    const { vault, read, readAgain, acceptPrevious } = cacheOver(NEW_AND_OLD)
    await read()
    await readAgain('new')
    acceptPrevious('old')
    const reads = vault.reads.length

    expect(await readAgain('new')).toBe('old/')
    expect(await readAgain('new')).toBe('old/')
    expect(await read(OCID, 'us')).toBe('old')
    expect(vault.reads).toHaveLength(reads)
  })

  it('is dropped when it is rejected, and the current one is next', async () => {
    const { vault, read, readAgain, acceptPrevious } = cacheOver({ current: 'new' })
    await read()
    acceptPrevious('old')

    expect(await readAgain('old')).toBe('new/')
    expect(await read(OCID, 'us')).toBe('new')
    expect(vault.reads).toHaveLength(1)
  })

  it.each([
    ['is the refused one, too', { current: 'new', previous: 'new' }],
    ['does not exist', { current: 'new' }],
  ])('does not exist if it %s', async (_case, versions) => {
    expect(await cacheOver(versions).readAgain('new')).toBe('new/')
  })

  it('is not used if the current one is not the rejected one', async () => {
    const { vault, readAgain } = cacheOver(NEW_AND_OLD)

    expect(await readAgain('older')).toBe('new/')
    expect(vault.reads).toStrictEqual([OCID])
  })
})
