import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { startByHand, type ByHand } from './support/by-hand.ts'
import { opaqueToken } from './support/callers-tokens.ts'
import type { RecordedRequest } from './support/scripted-server.ts'
import { startTestWorld } from './support/test-world.ts'
import { basicCredentials, SECRET_OCIDS } from './support/world.ts'

jest.setTimeout(60_000)

const world = await startTestWorld()
let instance: ByHand
afterEach(() => instance.end())

async function start(changes = {}): Promise<void> {
  instance = await startByHand({
    PATH: process.env['PATH'] ?? '',
    ...world.environment,
    ...changes,
  })
}

/** Resolves to the status of the answer: 200, or 502 for a fault. */
async function call(): Promise<number> {
  return (await instance.callWith({ token: `Bearer ${opaqueToken()}` })).status
}

/** The verdicts, once there are so many: what was printed may still lie in the pipe. */
async function verdictsOf(calls: number): Promise<string[]> {
  while (instance.decisions().length < calls) await delay(5)
  return instance.verdicts()
}

describe('many calls', () => {
  it('200 at once on a cold function cause one token request and one read of each secret', async () => {
    await start()
    const before = world.vault.requests.length

    await Promise.all(Array.from({ length: 200 }, call))

    expect(await verdictsOf(200)).toEqual(Array(200).fill('permit permitted'))
    expect(world.tokenEndpoint.requests).toHaveLength(1)
    expect(world.vault.requests.length - before).toBe(2)
  })

  it('1,000 by 100 callers cause one token request', async () => {
    await start()

    const caller = async (): Promise<void> => {
      for (let count = 0; count < 10; count += 1) await call()
    }
    await Promise.all(Array.from({ length: 100 }, caller))

    expect(await verdictsOf(1000)).toEqual(Array(1000).fill('permit permitted'))
    expect(world.tokenEndpoint.requests).toHaveLength(1)
  })
})

describe('the rotation of a client secret under a hundred calls a second', () => {
  const NEW_SECRET = 'the-successor%+/:& ~é'
  /** An identity provider that takes one secret alone. */
  const takeOnly = (secret: string): void => {
    const wanted = `Basic ${basicCredentials('introspection', secret)}`
    world.introspection.replyWith(({ headers }: RecordedRequest) =>
      headers.authorization === wanted
        ? { body: world.activeAnswer() }
        : { status: 401, body: { error: 'invalid_client' } },
    )
  }
  /** A hundred calls a second until the end, which resolves to all statuses. */
  const startLoad = () => {
    const calls: Promise<number>[] = []
    const before = instance.verdicts().length
    const timer = setInterval(() => calls.push(call()), 10)
    return {
      calls,
      end: async (): Promise<readonly number[]> => {
        clearInterval(timer)
        const statuses = await Promise.all(calls)
        await verdictsOf(before + calls.length)
        return statuses
      },
    }
  }

  it('causes faults only until the new secret was read from Vault, and no denials', async () => {
    await start()
    takeOnly(world.secrets.introspection)
    await call()
    const load = startLoad()

    takeOnly(NEW_SECRET)
    while (!instance.verdicts().includes('fault introspection_refused')) await delay(20)
    await delay(1000)
    world.vault.rotate(SECRET_OCIDS.introspection, world.keepSecret(NEW_SECRET))
    while (instance.verdicts().at(-1) !== 'permit permitted') await delay(20)
    // Calls that began before this may still fail; no later one does.
    const begun = load.calls.length
    while (load.calls.length < begun + 40) await delay(20)
    const statuses = await load.end()

    const kinds = new Set(instance.verdicts())
    expect(kinds).toEqual(new Set(['fault introspection_refused', 'permit permitted']))
    expect(new Set(statuses.slice(begun))).toEqual(new Set([200]))
  })

  it('causes no fault if Vault has the new secret first: the previous one is used', async () => {
    await start({ secret_ttl_seconds: '0' })
    takeOnly(world.secrets.introspection)
    await call()
    world.vault.rotate(SECRET_OCIDS.introspection, world.keepSecret(NEW_SECRET))

    await call()

    expect(await verdictsOf(2)).toEqual(['permit permitted', 'permit permitted'])
    const log = instance.log.map(({ line }) => line).join('\n')
    expect(log).toContain('previous_secret_used')
    expect(log).not.toContain(NEW_SECRET)
  })
})
