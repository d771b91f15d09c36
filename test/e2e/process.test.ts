import { cpSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { jsonLines } from '../../stack/fn/log.ts'
import type { LocalServer } from '../../stack/listen.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import {
  startFunctionProcess,
  TOKEN_PAYLOAD,
  type FunctionProcess,
} from './support/function-process.ts'
import { FUNCTION_ENTRY, PERMIT } from './support/harness.ts'
import { startKeyServer, startTestHarness, testFolder } from './support/test-harness.ts'
import { createSigner } from './support/tokens.ts'

const issuer = createSigner()
const keys = await startKeyServer(issuer)
const harness = await startTestHarness()
const testFiles = testFolder()

const ACTIVE = expect.objectContaining({ active: true })
const SOCKET_FILES = ['lsnr.sock', 'lsnr.sock.tmp']

function newFolder(): string {
  return mkdtempSync(join(testFiles, 'fn-'))
}

/** Closes all connections to the server. */
async function restart(server: LocalServer): Promise<void> {
  await server.pause()
  await server.resume()
}

/** Starts the function, calls it once and kills it. Returns the response. */
async function callOnce(options: Parameters<typeof startFunctionProcess>[1]): Promise<unknown> {
  const instance = await startFunctionProcess(harness.environment, options)
  const { body } = await instance.post(TOKEN_PAYLOAD)
  await instance.kill()
  return JSON.parse(body)
}

describe('an idle connection that the server has closed', () => {
  it('causes no fault if the dependencies restarted while the function was frozen', async () => {
    // Both calls use all three dependencies: neither secrets nor the failed token are cached.
    await harness.start({ secret_ttl_seconds: '0' })
    harness.tokenEndpoint.replyWith({ status: 400, body: { error: 'invalid_scope' } })
    expect(await harness.verdict()).toBe('fault credential_refused')
    harness.function.freeze()
    for (const dependency of [harness.introspection, harness.tokenEndpoint, harness.vault]) {
      await restart(dependency)
    }
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer() })

    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.introspection.requests).toHaveLength(2)
    expect(harness.tokenEndpoint.requests).toHaveLength(2)
  })

  describe('during its reuse', () => {
    beforeEach(async () => {
      await harness.start(jwtByKeysOf(keys))
      await harness.decide(issuer.token())
    })

    it.each([
      ['one retry', 'dropped_if_kept', 'deny key_unknown'],
      ['no second retry', 'dropped', 'fault keys_unavailable'],
    ] as const)('causes %s', async (_case, delivery, verdict) => {
      keys.replyWith({ body: { keys: [issuer.jwk] }, delivery })

      // The function fetches the keys again for an unknown `kid`.
      expect(await harness.verdict(issuer.token({}, { kid: 'another' }))).toBe(verdict)
      expect(keys.requests).toHaveLength(3)
    })
  })

  it('causes no retry of introspection, which uses a new connection for each request', async () => {
    await harness.start()
    await harness.decide()
    harness.introspection.replyWith({ delivery: 'dropped' })
    expect(await harness.verdict()).toBe('fault introspection_unavailable')
    expect(harness.introspection.requests).toHaveLength(2)
  })
})

describe('a function that was frozen', () => {
  it('requests a new token if the cached one is about to expire', async () => {
    await harness.start({ min_back_end_token_seconds: '60' })
    harness.tokenEndpoint.replyWith(() => ({ body: harness.tokenAnswer({ expires_in: 63 }) }))
    const first = await harness.decide()
    harness.function.freeze()
    await delay(3_200)
    const second = await harness.decide()
    expect(second.verdict).toBe(PERMIT)
    expect(second.backEndToken).not.toBe(first.backEndToken)
  })

  it('uses a key that was replaced under the same kid', async () => {
    await harness.start(jwtByKeysOf(keys))
    const former = issuer.token()
    expect(await harness.verdict(former)).toBe(PERMIT)
    harness.function.freeze()
    const successor = createSigner()
    keys.replyWith({ body: { keys: [successor.jwk] } })
    await restart(keys)
    await delay(1_000)

    expect(await harness.verdict(successor.token())).toBe(PERMIT)
    expect(await harness.verdict(former)).toBe('deny signature_invalid')
  })

  it('reads an expired secret again', async () => {
    await harness.start({ secret_ttl_seconds: '1' })
    await harness.decide()
    const before = harness.vault.requests.length
    harness.function.freeze()
    await delay(1_200)
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.vault.requests.length).toBeGreaterThan(before)
  })
})

describe('calls', () => {
  it('are logged with the request ID of the gateway, and the span that the platform adds', async () => {
    const { line } = await harness.call('{"type":"TOKEN"}', { opcRequestId: '/TRACE' })
    expect(line['request_id']).toMatch(/^\/TRACE\/[0-9A-F]{26}$/)
  })

  it('that overlap are served by separate instances', async () => {
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => harness.decide()))
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(Array(3).fill(PERMIT))
  })

  it('in sequence are served by one process', async () => {
    await harness.start()
    const before = harness.function.instances.length
    for (let count = 0; count < 30; count += 1) await harness.decide()
    expect(harness.function.instances).toHaveLength(before + 1)
  })
})

describe('a function that was killed', () => {
  it('can be started again with the same folder', async () => {
    const folder = newFolder()
    expect(await callOnce({ folder })).toEqual(ACTIVE)
    expect(readdirSync(folder).sort()).toEqual(SOCKET_FILES)
    expect(await callOnce({ folder })).toEqual(ACTIVE)
  })

  it.each(['link', 'file'])('can be started if only the %s of the socket is left', async (left) => {
    const folder = newFolder()
    if (left === 'link') symlinkSync('lsnr.sock.tmp', join(folder, 'lsnr.sock'))
    else writeFileSync(join(folder, 'lsnr.sock.tmp'), '')
    expect(await callOnce({ folder })).toEqual(ACTIVE)
  })

  it('is replaced by a new instance for the next call', async () => {
    await harness.start()
    await harness.decide()
    const killed = harness.function.instances.at(-1)
    if (killed?.pid === undefined) throw new Error('the function has no process')
    process.kill(killed.pid, 'SIGKILL')
    while (killed.state !== 'ended') await delay(5)
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.function.instances.at(-1)?.number).toBe(killed.number + 1)
  })
})

describe('the artifact', () => {
  it('runs in an empty folder, and creates no file except its socket', async () => {
    const artifact = newFolder()
    cpSync(dirname(FUNCTION_ENTRY), artifact, { recursive: true })
    const files = readdirSync(artifact)
    const folder = newFolder()
    expect(await callOnce({ folder, entry: join(artifact, 'func.js') })).toEqual(ACTIVE)
    expect(readdirSync(artifact)).toEqual(files)
    expect(readdirSync(folder).sort()).toEqual(SOCKET_FILES)
  })

  it('responds after the pipes of its output are closed', async () => {
    const instance = await startFunctionProcess(harness.environment)
    await instance.post(TOKEN_PAYLOAD)
    instance.stopReading()
    // If the function logged the errors of its log, it would not respond any more.
    for (let call = 0; call < 20; call += 1) {
      expect(JSON.parse((await instance.post(TOKEN_PAYLOAD)).body)).toEqual(ACTIVE)
    }
    await instance.end()
  })

  it('continues after a request that is not a call', async () => {
    const instance = await startFunctionProcess(harness.environment)
    const denied = await instance.post('', { 'X-HTTP': '1' })
    const permitted = await instance.post(TOKEN_PAYLOAD)
    await instance.end()
    expect(JSON.parse(denied.body)).toMatchObject({ active: false })
    expect(JSON.parse(permitted.body)).toEqual(ACTIVE)
  })

  it('writes the lines of its start with the first call if the log has frames, or when it ends without one', async () => {
    const library = join(testFiles, 'exit.cjs')
    writeFileSync(library, "process.on('SIGHUP', () => setImmediate(() => process.exit()))")
    const environment = {
      ...harness.environment,
      FN_LOGFRAME_NAME: 'FRAME',
      NODE_OPTIONS: `--require ${library}`,
    }
    const events = ({ log }: FunctionProcess) => jsonLines(log).map(({ event }) => event)
    const called = await startFunctionProcess(environment)
    const ended = await startFunctionProcess(environment)
    expect([called, ended].flatMap(events)).toEqual([])

    await called.post(TOKEN_PAYLOAD)
    process.kill(ended.pid, 'SIGHUP')
    while (ended.log.length === 0) await delay(5)

    expect([called, ended].map(events)).toEqual([['config_read', 'decision'], ['config_read']])
    await Promise.all([called.end(), ended.end()])
  })
})
