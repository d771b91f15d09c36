import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { startFunctionProcess, type FunctionProcess } from './support/function-process.ts'
import { basicCredentials, PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'

jest.setTimeout(60_000)

const harness = await startTestHarness()
let instance: FunctionProcess
afterEach(() => instance.end())

async function start(changes = {}): Promise<void> {
  const path = { PATH: process.env['PATH'] ?? '' }
  instance = await startFunctionProcess({ ...path, ...harness.environment, ...changes })
}

/** Resolves to the status of the response: 200, or 502 for a fault. */
async function call(): Promise<number> {
  return (await instance.decide()).status
}

/** Waits for this number of verdicts: log lines may arrive after the responses. */
async function untilVerdicts(count: number): Promise<string[]> {
  while (instance.decisions().length < count) await delay(5)
  return instance.verdicts()
}

describe('many calls', () => {
  beforeEach(() => start())

  it('200 in parallel to a cold function cause one token request and one read of each secret', async () => {
    const before = harness.vault.requests.length
    await Promise.all(Array.from({ length: 200 }, call))
    expect(await untilVerdicts(200)).toEqual(Array(200).fill(PERMIT))
    expect(harness.tokenEndpoint.requests).toHaveLength(1)
    expect(harness.vault.requests.length - before).toBe(2)
  })

  it('1,000 of 100 parallel callers cause one token request', async () => {
    const caller = async (): Promise<void> => {
      for (let count = 0; count < 10; count += 1) await call()
    }
    await Promise.all(Array.from({ length: 100 }, caller))
    expect(await untilVerdicts(1000)).toEqual(Array(1000).fill(PERMIT))
    expect(harness.tokenEndpoint.requests).toHaveLength(1)
  })
})

describe('the rotation of a client secret', () => {
  const NEW_SECRET = 'the-successor%+/:& ~é'
  /** The identity provider accepts only this secret from now on. */
  const acceptOnly = (secret: string): void => {
    const credentials = `Basic ${basicCredentials('introspection', secret)}`
    harness.introspection.replyWith(({ headers }) =>
      headers.authorization === credentials
        ? { body: harness.activeAnswer() }
        : { status: 401, body: { error: 'invalid_client' } },
    )
  }

  it('under load causes faults until the new secret is read from Vault, and no denials', async () => {
    await start()
    acceptOnly(harness.secrets.introspection)
    await call()
    // A hundred calls per second.
    const calls: Promise<number>[] = []
    const timer = setInterval(() => calls.push(call()), 10)

    acceptOnly(NEW_SECRET)
    while (!instance.verdicts().includes('fault introspection_refused')) await delay(20)
    await delay(1000)
    harness.vault.rotate(SECRET_OCIDS.introspection, harness.registerSecret(NEW_SECRET))
    while (instance.verdicts().at(-1) !== PERMIT) await delay(20)
    // Calls that started earlier may still fail, but no later ones.
    const started = calls.length
    while (calls.length < started + 40) await delay(20)
    clearInterval(timer)
    const statuses = await Promise.all(calls)

    const verdicts = new Set(await untilVerdicts(1 + calls.length))
    expect(verdicts).toEqual(new Set(['fault introspection_refused', PERMIT]))
    expect(new Set(statuses.slice(started))).toEqual(new Set([200]))
  })

  it('causes no fault if Vault has the new secret first: the function uses the previous one', async () => {
    await start({ secret_ttl_seconds: '0' })
    acceptOnly(harness.secrets.introspection)
    await call()
    harness.vault.rotate(SECRET_OCIDS.introspection, harness.registerSecret(NEW_SECRET))

    await call()

    expect(await untilVerdicts(2)).toEqual([PERMIT, PERMIT])
    const log = instance.log.map(({ line }) => line).join('\n')
    expect(log).toContain('previous_secret_used')
    expect(log).not.toContain(NEW_SECRET)
  })
})
