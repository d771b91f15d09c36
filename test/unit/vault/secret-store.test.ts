/**
 * Owns the proof of how long secrets are used, and when they are read again.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { fault, type Fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { createSecretStore } from '../../../src/vault/secret-store.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

const OCID = 'ocid1.vaultsecret.oc1..a'
const OTHER_OCID = 'ocid1.vaultsecret.oc1..b'

/** A store over a Vault whose n-th answer is version n, unless it is down. */
const storeWith = (timeToLiveSeconds: number) => {
  const clock = new StandingClock()
  const vault = { reads: [] as string[], down: false }
  const store = createSecretStore(
    (ocid) => {
      vault.reads.push(ocid)
      return Promise.resolve(
        vault.down
          ? failure(fault('secret_unavailable', { detail: 'timed_out' }))
          : success(new Redacted(`version ${vault.reads.length}`)),
      )
    },
    seconds(timeToLiveSeconds),
    clock,
  )
  return {
    clock,
    vault,
    read: (ocid = OCID) => store.read(ocid, PLENTY_OF_TIME),
    readAgain: (ocid = OCID) => store.readAgain(ocid, PLENTY_OF_TIME),
  }
}

const told = (secret: Result<Redacted, Fault> | undefined) =>
  secret?.ok === true ? secret.value.reveal() : secret?.error.reason

describe('a secret', () => {
  it('is read once within its time to live', async () => {
    const { clock, vault, read } = storeWith(300)

    await read()
    clock.advance(299.9)

    expect(told(await read())).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID])
  })

  it('is read anew when its time to live is over', async () => {
    const { clock, read } = storeWith(300)

    await read()
    clock.advance(300)

    expect(told(await read())).toBe('version 2')
  })

  it('is read each time with a time to live of 0', async () => {
    const { read } = storeWith(0)

    expect([told(await read()), told(await read())]).toStrictEqual(['version 1', 'version 2'])
  })

  it('is not mixed up with another one', async () => {
    const { vault, read } = storeWith(300)

    expect([told(await read(OCID)), told(await read(OTHER_OCID))]).toStrictEqual([
      'version 1',
      'version 2',
    ])
    expect(told(await read(OCID))).toBe('version 1')
    expect(vault.reads).toStrictEqual([OCID, OTHER_OCID])
  })

  it('is asked for anew after a failure: no failure is kept', async () => {
    const { vault, read } = storeWith(300)

    vault.down = true
    expect(told(await read())).toBe('secret_unavailable')

    vault.down = false
    expect(told(await read())).toBe('version 2')
  })

  it('is read once for 200 who want it at the same time', async () => {
    const { vault, read } = storeWith(300)

    const all = await Promise.all(Array.from({ length: 200 }, () => read()))

    expect(vault.reads).toHaveLength(1)
    expect(new Set(all.map(told))).toStrictEqual(new Set(['version 1']))
  })
})

describe('a secret that was refused', () => {
  it('is read again at once, and the new one is used from then on', async () => {
    const { vault, read, readAgain } = storeWith(300)

    await read()

    expect(told(await readAgain())).toBe('version 2')
    expect(told(await read())).toBe('version 2')
    expect(vault.reads).toHaveLength(2)
  })

  it('lives its whole time from when it was read again', async () => {
    const { clock, read, readAgain } = storeWith(300)

    await read()
    clock.advance(200)
    await readAgain()
    clock.advance(299)

    expect(told(await read())).toBe('version 2')
  })

  it('is read again once in ten seconds, however often it is refused', async () => {
    const { clock, vault, readAgain } = storeWith(300)

    await readAgain()
    clock.advance(9.9)
    expect(await readAgain()).toBeUndefined()
    expect(vault.reads).toHaveLength(1)

    clock.advance(0.1)
    expect(told(await readAgain())).toBe('version 2')
  })

  it('does not keep another secret from being read again', async () => {
    const { readAgain } = storeWith(300)

    await readAgain(OCID)

    expect(told(await readAgain(OTHER_OCID))).toBe('version 2')
  })

  it('is not asked for more often when Vault is down', async () => {
    const { vault, readAgain } = storeWith(300)

    vault.down = true
    expect(told(await readAgain())).toBe('secret_unavailable')

    expect(await readAgain()).toBeUndefined()
    expect(vault.reads).toHaveLength(1)
  })

  it('stays at hand when reading it again fails', async () => {
    const { vault, read, readAgain } = storeWith(300)

    await read()
    vault.down = true
    await readAgain()

    expect(told(await read())).toBe('version 1')
  })
})
