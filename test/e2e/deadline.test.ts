import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { secondsFromNow } from './support/callers-tokens.ts'
import { startByHand, TOKEN_PAYLOAD, type ByHand } from './support/by-hand.ts'
import type { ScriptedServer } from './support/scripted-server.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { SECRET_OCIDS } from './support/world.ts'

const world = await startTestWorld()
const slowVault = await startTestServer(() => ({ delivery: 'never' }))

/** A whole second, as the header tells no fractions; the least that leaves time for a first call. */
function soon(): Date {
  return new Date(secondsFromNow(2) * 1000)
}

const SLOW = ['never', 'stalled', 'dripping'] as const

/** Each request meets another kind of slowness. */
function slowly(dependency: ScriptedServer, body: unknown): void {
  dependency.reset()
  dependency.replyWith(() => ({ body, delivery: SLOW[dependency.requests.length - 1] ?? 'never' }))
}

/** As many calls at once as there are kinds of slowness; each has an instance of its own. */
async function decideAtOnce(options: { deadline?: Date } = {}): Promise<string[]> {
  const outcomes = await Promise.all(SLOW.map(() => world.decide(undefined, options)))
  return outcomes.map(({ verdict }) => verdict)
}

// A call that the function does not answer in time has no outcome at all: the agent ends it.
describe('an answer that is late, missing or incomplete', () => {
  const IN_TIME = SLOW.map(() => 'fault deadline_exceeded')
  const PERMITS = SLOW.map(() => 'permit permitted')

  it('from the introspection endpoint is a fault in time', async () => {
    expect(await decideAtOnce()).toEqual(PERMITS)
    slowly(world.introspection, world.activeAnswer())
    expect(await decideAtOnce({ deadline: soon() })).toEqual(IN_TIME)
    world.introspection.reset()
    expect(await decideAtOnce()).toEqual(PERMITS)
  })

  it('from the token endpoint is a fault in time', async () => {
    await world.start()
    world.tokenEndpoint.replyWith({ status: 503 })
    await decideAtOnce()
    slowly(world.tokenEndpoint, world.tokenAnswer())
    expect(await decideAtOnce({ deadline: soon() })).toEqual(IN_TIME)
    world.tokenEndpoint.reset()
    expect(await decideAtOnce()).toEqual(PERMITS)
  })

  it('from Vault is a fault in time', async () => {
    await world.start({ vault_secrets_endpoint: slowVault.url })
    slowVault.replyWith({ status: 404 })
    await decideAtOnce()
    slowly(slowVault, { secretId: SECRET_OCIDS.introspection })
    expect(await decideAtOnce({ deadline: soon() })).toEqual(IN_TIME)
    slowVault.replyWith({ status: 404 })
    expect(await decideAtOnce()).toEqual(SLOW.map(() => 'fault secret_unavailable'))
  })

  it('leaves the details known so far in the log', async () => {
    await decideAtOnce()
    world.introspection.replyWith({ delivery: 'never' })
    const calls = SLOW.map(() => world.decide(undefined, { deadline: soon() }))
    const lines = (await Promise.all(calls)).map(({ line }) => line)
    const known = { issuer: 'default', token_fingerprint: expect.any(String) }
    expect(lines).toEqual(SLOW.map(() => expect.objectContaining(known)))
  })
})

describe('the header Fn-Deadline', () => {
  let byHand: ByHand
  beforeAll(async () => {
    byHand = await startByHand(world.environment)
  })
  afterAll(() => byHand.end())

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['no date', 'soon'],
    [
      'with a fraction and an offset',
      new Date(secondsFromNow(300) * 1000).toISOString().replace('Z', '456789+00:00'),
    ],
    ['in a far future', '2099-01-01T00:00:00Z'],
  ])('may be %s', async (_case, deadline) => {
    const headers = deadline === undefined ? {} : { 'Fn-Deadline': deadline }
    const { status, body } = await byHand.post(TOKEN_PAYLOAD, headers)
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ active: true })])
  })

  it('may be in the past: a fault at once, without a request', async () => {
    const { status } = await byHand.post(TOKEN_PAYLOAD, { 'Fn-Deadline': '2020-01-01T00:00:00Z' })
    expect(status).toBe(502)
    expect(world.introspection.requests).toEqual([])
    expect(byHand.decisions().at(-1)).toMatchObject({ reason: 'deadline_exceeded', call_id: null })
  })
})
