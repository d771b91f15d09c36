import { describe, expect, it } from '@jest/globals'
import { fault, type Fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { createSecretCache, type SecretVersions } from '../../../src/vault/secret-cache.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

const OCID = 'ocid1.vaultsecret.oc1..a'
const OTHER_OCID = 'ocid1.vaultsecret.oc1..b'

/** A store over a Vault that knows a version for each stage, unless it is down. */
function storeWith(timeToLiveSeconds: number) {
  const clock = new StandingClock()
  const vault = {
    reads: [] as string[],
    down: false,
    current: undefined as string | undefined,
    previous: undefined as string | undefined,
  }
  const store = createSecretCache(seconds(timeToLiveSeconds), {
    readSecret: (ocid, stage) => {
      vault.reads.push(stage === 'CURRENT' ? ocid : `previous of ${ocid}`)
      const version =
        stage === 'CURRENT' ? (vault.current ?? `version ${vault.reads.length}`) : vault.previous
      return Promise.resolve(
        vault.down || version === undefined
          ? failure(fault('secret_unavailable', { detail: 'timed_out' }))
          : success(new Redacted(version)),
      )
    },
    clock,
    // The longest pause that chance can make of it.
    chance: () => 1,
  })
  return {
    clock,
    vault,
    read: (ocid = OCID, by?: string) => store.read(ocid, PLENTY_OF_TIME, by),
    readAgain: (refused: string, ocid = OCID, by = 'us') =>
      store.readAgain(ocid, { refused: new Redacted(refused), clientKey: by }, PLENTY_OF_TIME),
    acceptPrevious: (previous: string) => {
      store.acceptPrevious(OCID, new Redacted(previous), 'us')
    },
  }
}

function summaryOf(secret: Result<Redacted, Fault>) {
  return secret.ok ? secret.value.reveal() : secret.error.reason
}

/** The current version, and after a slash the previous one. */
function toldAgain(versions: Result<SecretVersions, Fault> | undefined) {
  if (versions?.ok !== true) return versions?.error.reason
  const { current, previous } = versions.value
  return [current, previous].map((version) => version?.reveal() ?? '').join('/')
}

describe('a secret', () => {
  it('is read once within its time to live', async () => {
    const { clock, vault, read } = storeWith(300)

    await read()
    clock.advance(299.9)

    expect(summaryOf(await read())).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID])
  })

  it('is read anew when its time to live is over', async () => {
    const { clock, read } = storeWith(300)

    await read()
    clock.advance(300)

    expect(summaryOf(await read())).toBe('version 2')
  })

  it('is read each time with a time to live of 0', async () => {
    const { read } = storeWith(0)

    expect([summaryOf(await read()), summaryOf(await read())]).toStrictEqual([
      'version 1',
      'version 2',
    ])
  })

  it('is not mixed up with another one', async () => {
    const { vault, read } = storeWith(300)

    expect([summaryOf(await read(OCID)), summaryOf(await read(OTHER_OCID))]).toStrictEqual([
      'version 1',
      'version 2',
    ])
    expect(summaryOf(await read(OCID))).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID, OTHER_OCID])
  })

  it('is named by its OCID if it cannot be read', async () => {
    const { vault, read } = storeWith(300)
    vault.down = true

    expect(await read(OTHER_OCID)).toStrictEqual(
      failure(fault('secret_unavailable', { secret: OTHER_OCID, detail: 'timed_out' })),
    )
  })

  it('is requested again after a failure: failures are not cached', async () => {
    const { vault, read } = storeWith(300)

    vault.down = true
    expect(summaryOf(await read())).toBe('secret_unavailable')

    vault.down = false
    expect(summaryOf(await read())).toBe('version 2')
  })

  it('is not requested each time while Vault fails, after a few failures', async () => {
    const { clock, vault, read } = storeWith(300)
    vault.down = true
    for (let call = 0; call < 600; call += 1) {
      expect(summaryOf(await read())).toBe('secret_unavailable')
      clock.advance(0.1)
    }
    expect(vault.reads.length).toBeLessThan(45)
    expect(summaryOf(await read(OTHER_OCID))).toBe('secret_unavailable')
    expect(vault.reads.at(-1)).toBe(OTHER_OCID)

    vault.down = false
    clock.advance(2)
    expect(summaryOf(await read())).toMatch(/^version/)
  })

  it('is read once for 200 concurrent calls', async () => {
    const { vault, read } = storeWith(300)

    const all = await Promise.all(Array.from({ length: 200 }, () => read()))

    expect(vault.reads).toHaveLength(1)
    expect(new Set(all.map(summaryOf))).toStrictEqual(new Set(['version 1']))
  })
})

describe('a rejected secret', () => {
  it('is read again at once, and the new one is used from then on', async () => {
    const { vault, read, readAgain } = storeWith(300)

    await read()

    expect(toldAgain(await readAgain('version 1'))).toBe('version 2/')
    expect(summaryOf(await read())).toBe('version 2')
    expect(vault.reads).toHaveLength(2)
  })

  it('lives its whole time from when it was read again', async () => {
    const { clock, read, readAgain } = storeWith(300)

    await read()
    clock.advance(200)
    await readAgain('version 1')
    clock.advance(299)

    expect(summaryOf(await read())).toBe('version 2')
  })

  it('is looked for again after two seconds at most, then ever later, at most ten seconds later', async () => {
    const { clock, vault, readAgain } = storeWith(300)
    vault.current = 'wrong'
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
    const { vault, readAgain } = storeWith(300)

    await readAgain('old')

    expect(toldAgain(await readAgain('old'))).toBe('version 1/')
    expect(vault.reads).toHaveLength(1)
  })

  it('is looked for once by 200 calls at the same time', async () => {
    const { vault, readAgain } = storeWith(300)

    const all = await Promise.all(Array.from({ length: 200 }, () => readAgain('old')))

    expect(new Set(all.map(toldAgain))).toStrictEqual(new Set(['version 1/']))
    expect(vault.reads).toHaveLength(1)
  })

  it('does not prevent the search for another secret', async () => {
    const { readAgain } = storeWith(300)

    await readAgain('x', OCID)

    expect(toldAgain(await readAgain('x', OTHER_OCID))).toBe('version 2/')
  })

  it('is searched for each server that rejects it, whichever others just did', async () => {
    const { readAgain } = storeWith(300)

    await readAgain('x', OCID, 'one')

    expect(toldAgain(await readAgain('version 1', OCID, 'other'))).toBe('version 2/')
  })

  it('is not requested more often if Vault is down', async () => {
    const { vault, readAgain } = storeWith(300)

    vault.down = true
    expect(toldAgain(await readAgain('old'))).toBe('secret_unavailable')

    expect(await readAgain('old')).toBeUndefined()
    expect(vault.reads).toHaveLength(1)
  })

  it('stays cached if the search for another fails', async () => {
    const { vault, read, readAgain } = storeWith(300)

    await read()
    vault.down = true
    await readAgain('version 1')

    expect(summaryOf(await read())).toBe('version 1')
  })
})

describe('the previous version of a secret', () => {
  it('is returned if the current one was rejected', async () => {
    const { vault, read, readAgain } = storeWith(300)
    vault.current = 'new'
    vault.previous = 'old'
    await read()

    expect(toldAgain(await readAgain('new'))).toBe('new/old')
    expect(vault.reads).toStrictEqual([OCID, OCID, `previous of ${OCID}`])
  })

  it('is not what is read', async () => {
    const { vault, read, readAgain } = storeWith(300)
    vault.current = 'new'
    vault.previous = 'old'
    await readAgain('new')

    expect(summaryOf(await read())).toBe('new')
  })

  it.each([0, 10, 300])(
    'is used for a minute where it was accepted, and nowhere else: time to live %d s',
    async (timeToLive) => {
      const { clock, vault, read, acceptPrevious } = storeWith(timeToLive)
      vault.current = 'new'
      await read()
      acceptPrevious('old')

      clock.advance(59.9)
      expect(summaryOf(await read(OCID, 'us'))).toBe('old')
      expect(summaryOf(await read(OCID, 'others'))).toBe('new')
      expect(summaryOf(await read(OCID))).toBe('new')
      expect(summaryOf(await read(OTHER_OCID, 'us'))).toBe('new')

      clock.advance(0.1)
      expect(summaryOf(await read(OCID, 'us'))).toBe('new')
    },
  )

  it('is used by a call whose current version is rejected after another found it', async () => {
    const { vault, read, readAgain, acceptPrevious } = storeWith(300)
    vault.current = 'new'
    vault.previous = 'old'
    await read()
    await readAgain('new')
    acceptPrevious('old')
    const reads = vault.reads.length

    expect(toldAgain(await readAgain('new'))).toBe('old/')
    expect(toldAgain(await readAgain('new'))).toBe('old/')
    expect(summaryOf(await read(OCID, 'us'))).toBe('old')
    expect(vault.reads).toHaveLength(reads)
  })

  it('is dropped when it is rejected, and the current one is next', async () => {
    const { vault, read, readAgain, acceptPrevious } = storeWith(300)
    vault.current = 'new'
    await read()
    acceptPrevious('old')

    expect(toldAgain(await readAgain('old'))).toBe('new/')
    expect(summaryOf(await read(OCID, 'us'))).toBe('new')
    expect(vault.reads).toHaveLength(1)
  })

  it.each([
    ['is the refused one, too', 'new', 'new/'],
    ['does not exist', undefined, 'new/'],
  ])('does not exist if it %s', async (_case, previous, expected) => {
    const { vault, readAgain } = storeWith(300)
    vault.current = 'new'
    vault.previous = previous

    expect(toldAgain(await readAgain('new'))).toBe(expected)
  })

  it('is not used if the current one is not the rejected one', async () => {
    const { vault, readAgain } = storeWith(300)
    vault.current = 'new'
    vault.previous = 'old'

    expect(toldAgain(await readAgain('older'))).toBe('new/')
    expect(vault.reads).toStrictEqual([OCID])
  })
})
