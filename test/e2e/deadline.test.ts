import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  startFunctionProcess,
  TOKEN_PAYLOAD,
  type FunctionProcess,
} from './support/function-process.ts'
import { PERMIT, SECRET_OCIDS } from './support/harness.ts'
import type { ScriptedServer } from './support/scripted-server.ts'
import { startTestHarness, startTestServer } from './support/test-harness.ts'
import { secondsFromNow } from './support/tokens.ts'

const harness = await startTestHarness()
const slowVault = await startTestServer(() => ({ delivery: 'never' }))

/** `Fn-Deadline` has whole seconds. A cold call needs more than one. */
function soon(): Date {
  return new Date(secondsFromNow(2) * 1000)
}

const SLOW_DELIVERIES = ['never', 'stalled', 'dripping'] as const

/** Each request gets another kind of slow delivery. */
function replySlowly(server: ScriptedServer, body: unknown): void {
  server.reset()
  server.replyWith(() => ({
    body,
    delivery: SLOW_DELIVERIES[server.requests.length - 1] ?? 'never',
  }))
}

/** Makes a parallel call for each kind of slow delivery; each has its own instance. */
function decideInParallel(options: { deadline?: Date } = {}) {
  return Promise.all(SLOW_DELIVERIES.map(() => harness.decide(undefined, options)))
}

async function verdictsInParallel(options?: { deadline?: Date }): Promise<string[]> {
  return (await decideInParallel(options)).map(({ verdict }) => verdict)
}

// If the function does not respond by the deadline, the agent ends it, and there is no verdict.
describe('a response that is late, missing or incomplete', () => {
  const FAULTS = SLOW_DELIVERIES.map(() => 'fault deadline_exceeded')
  const PERMITS = SLOW_DELIVERIES.map(() => PERMIT)

  it('from the introspection endpoint causes a fault by the deadline', async () => {
    expect(await verdictsInParallel()).toEqual(PERMITS)
    replySlowly(harness.introspection, harness.activeAnswer())
    expect(await verdictsInParallel({ deadline: soon() })).toEqual(FAULTS)
    harness.introspection.reset()
    expect(await verdictsInParallel()).toEqual(PERMITS)
  })

  it('from the token endpoint causes a fault by the deadline', async () => {
    await harness.start()
    harness.tokenEndpoint.replyWith({ status: 503 })
    await decideInParallel()
    replySlowly(harness.tokenEndpoint, harness.tokenAnswer())
    expect(await verdictsInParallel({ deadline: soon() })).toEqual(FAULTS)
    harness.tokenEndpoint.reset()
    expect(await verdictsInParallel()).toEqual(PERMITS)
  })

  it('from Vault causes a fault by the deadline', async () => {
    await harness.start({ vault_secrets_endpoint: slowVault.url })
    slowVault.replyWith({ status: 404 })
    await decideInParallel()
    replySlowly(slowVault, { secretId: SECRET_OCIDS.introspection })
    expect(await verdictsInParallel({ deadline: soon() })).toEqual(FAULTS)
    slowVault.replyWith({ status: 404 })
    const unavailable = SLOW_DELIVERIES.map(() => 'fault secret_unavailable')
    expect(await verdictsInParallel()).toEqual(unavailable)
  })

  it('leaves the members that are known by then in the log line', async () => {
    await decideInParallel()
    harness.introspection.replyWith({ delivery: 'never' })
    const lines = (await decideInParallel({ deadline: soon() })).map(({ line }) => line)
    const known = { issuer: 'default', token_fingerprint: expect.any(String) }
    expect(lines).toEqual(SLOW_DELIVERIES.map(() => expect.objectContaining(known)))
  })
})

describe('the header Fn-Deadline', () => {
  let instance: FunctionProcess
  beforeAll(async () => {
    instance = await startFunctionProcess(harness.environment)
  })
  afterAll(() => instance.end())

  const inFiveMinutes = new Date(secondsFromNow(300) * 1000).toISOString()

  it.each([
    ['absent', undefined],
    ['empty', ''],
    ['not a date', 'soon'],
    ['a time with a fraction and an offset', inFiveMinutes.replace('Z', '456789+00:00')],
    ['in the far future', '2099-01-01T00:00:00Z'],
  ])('may be %s', async (_case, deadline) => {
    const headers = deadline === undefined ? {} : { 'Fn-Deadline': deadline }
    const { status, body } = await instance.post(TOKEN_PAYLOAD, headers)
    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ active: true })])
  })

  it('causes a fault without a request if it is in the past', async () => {
    const { status } = await instance.post(TOKEN_PAYLOAD, { 'Fn-Deadline': '2020-01-01T00:00:00Z' })
    expect(status).toBe(502)
    expect(harness.introspection.requests).toEqual([])
    expect(instance.decisions().at(-1)).toMatchObject({
      reason: 'deadline_exceeded',
      call_id: null,
    })
  })
})
