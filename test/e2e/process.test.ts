import { cpSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from '@jest/globals'
import { jsonLines } from '../../stack/fn/log.ts'
import type { LocalServer } from '../../stack/listen.ts'
import { startByHand, TOKEN_PAYLOAD, type ByHand, type ByHandOptions } from './support/by-hand.ts'
import { jwtByKeysOf } from './support/configurations.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld, testFolder } from './support/test-world.ts'
import { FUNCTION_ENTRY } from './support/world.ts'

const issuer = createSigner()
const PUBLISHED = { body: { keys: [issuer.jwk] } }
const keys = await startTestServer(() => PUBLISHED)
const world = await startTestWorld()
const folder = testFolder()

function newFolder(): string {
  return mkdtempSync(join(folder, 'fn-'))
}

/** Closes all connections to it. */
async function restart(server: LocalServer): Promise<void> {
  await server.pause()
  await server.resume()
}

/** Starts the function by hand, calls it once and kills it. */
async function callOnce(options: ByHandOptions): Promise<unknown> {
  const byHand = await startByHand(world.environment, options)
  const { body } = await byHand.post(TOKEN_PAYLOAD)
  await byHand.kill()
  return JSON.parse(body)
}
const ACTIVE = expect.objectContaining({ active: true })

describe('an idle connection that was closed', () => {
  it('causes no fault if the dependencies restarted while the function was frozen', async () => {
    // Both calls ask all three dependencies: no secret is kept, and of the first one comes no token.
    await world.start({ secret_ttl_seconds: '0' })
    world.tokenEndpoint.replyWith({ status: 400, body: { error: 'invalid_scope' } })
    expect(await world.verdict()).toBe('fault credential_refused')
    world.function.freeze()
    for (const dependency of [world.introspection, world.tokenEndpoint, world.vault]) {
      await restart(dependency)
    }
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer() })

    expect(await world.verdict()).toBe('permit permitted')
    expect(world.introspection.requests).toHaveLength(2)
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  describe('at the moment of its reuse', () => {
    beforeEach(async () => {
      await world.start(jwtByKeysOf(keys))
      await world.decide(issuer.token())
    })

    // An unknown kid has the keys fetched again.
    const decideWithAnotherKid = () => world.verdict(issuer.token({}, { kid: 'another' }))

    it('causes one retry', async () => {
      keys.replyWith({ ...PUBLISHED, delivery: 'dropped_if_kept' })

      expect(await decideWithAnotherKid()).toBe('deny key_unknown')
      expect(keys.requests).toHaveLength(3)
    })

    it('causes no more than one retry', async () => {
      keys.replyWith({ delivery: 'dropped' })

      expect(await decideWithAnotherKid()).toBe('fault keys_unavailable')
      expect(keys.requests).toHaveLength(3)
    })
  })

  it('does not occur with introspection, which uses a new connection for each request and no retry', async () => {
    await world.start()
    await world.decide()
    world.introspection.replyWith({ delivery: 'dropped' })

    expect(await world.verdict()).toBe('fault introspection_unavailable')
    expect(world.introspection.requests).toHaveLength(2)
  })
})

describe('a function that was frozen', () => {
  it('gets a new token if the cached one is about to expire', async () => {
    await world.start({ min_back_end_token_seconds: '60' })
    world.tokenEndpoint.replyWith(() => ({ body: world.tokenAnswer({ expires_in: 63 }) }))
    const first = await world.decide()
    world.function.freeze()
    await delay(3_200)

    const second = await world.decide()

    expect(second.verdict).toBe('permit permitted')
    expect(second.backEndToken).not.toBe(first.backEndToken)
  })

  it('uses a key that was replaced under the same kid', async () => {
    await world.start(jwtByKeysOf(keys))
    const former = issuer.token()
    const verdicts = [await world.verdict(former)]
    world.function.freeze()
    const successor = createSigner()
    keys.replyWith({ body: { keys: [successor.jwk] } })
    await restart(keys)
    await delay(1_000)

    verdicts.push(...(await world.verdicts([successor.token(), former])))

    expect(verdicts).toEqual(['permit permitted', 'permit permitted', 'deny signature_invalid'])
  })

  it('reads an expired secret again', async () => {
    await world.start({ secret_ttl_seconds: '1' })
    await world.decide()
    const before = world.vault.requests.length
    world.function.freeze()
    await delay(1_200)

    expect(await world.verdict()).toBe('permit permitted')
    expect(world.vault.requests.length).toBeGreaterThan(before)
  })
})

describe('calls', () => {
  it('are logged with the request ID of the gateway, and the span that the platform adds', async () => {
    const { line } = await world.call('{"type":"TOKEN"}', { opcRequestId: '/TRACE' })
    expect(line['request_id']).toMatch(/^\/TRACE\/[0-9A-F]{26}$/)
  })

  it('that overlap are served by separate instances', async () => {
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => world.decide()))
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(Array(3).fill('permit permitted'))
  })

  it('in sequence are served by one process', async () => {
    await world.start()
    const before = world.function.instances.length
    for (let count = 0; count < 30; count += 1) await world.decide()
    expect(world.function.instances).toHaveLength(before + 1)
  })
})

describe('a function that was killed', () => {
  it('leaves nothing that prevents the next one from starting', async () => {
    const folder = newFolder()
    expect(await callOnce({ folder })).toEqual(ACTIVE)
    expect(readdirSync(folder).sort()).toEqual(['lsnr.sock', 'lsnr.sock.tmp'])

    expect(await callOnce({ folder })).toEqual(ACTIVE)
  })

  it.each<[string, (folder: string) => void]>([
    [
      'link',
      (folder) => {
        symlinkSync('lsnr.sock.tmp', join(folder, 'lsnr.sock'))
      },
    ],
    [
      'file',
      (folder) => {
        writeFileSync(join(folder, 'lsnr.sock.tmp'), '')
      },
    ],
  ])('may leave the socket’s %s alone', async (_case, leave) => {
    const folder = newFolder()
    leave(folder)
    expect(await callOnce({ folder })).toEqual(ACTIVE)
  })

  it('is replaced by a new instance for the next call', async () => {
    await world.start()
    await world.decide()
    const pid = world.function.instances.at(-1)?.pid
    if (pid === undefined) throw new Error('there is no instance')
    process.kill(pid, 'SIGKILL')
    await world.start()
    expect(await world.verdict()).toBe('permit permitted')
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
    expect(readdirSync(folder).sort()).toEqual(['lsnr.sock', 'lsnr.sock.tmp'])
  })

  it('continues if its log is no longer read', async () => {
    const byHand = await startByHand(world.environment)
    await byHand.post(TOKEN_PAYLOAD)
    byHand.stopReading()
    for (let call = 0; call < 20; call += 1) {
      // An error that is logged, which fails with an error, leaves no time for anything else.
      expect(JSON.parse((await byHand.post(TOKEN_PAYLOAD)).body)).toEqual(ACTIVE)
    }
    await byHand.end()
  })

  it('does not end on a request that is not a call', async () => {
    const byHand = await startByHand(world.environment)
    const [refused, answered] = [
      await byHand.post('', { 'X-HTTP': '1' }),
      await byHand.post(TOKEN_PAYLOAD),
    ]
    await byHand.end()
    expect(JSON.parse(refused.body)).toMatchObject({ active: false })
    expect(JSON.parse(answered.body)).toEqual(ACTIVE)
  })

  it('writes the lines of its start with the first call if the log has frames, or when it ends without one', async () => {
    const library = join(folder, 'exit.cjs')
    writeFileSync(library, "process.on('SIGHUP', () => setImmediate(() => process.exit()))")
    const environment = {
      ...world.environment,
      FN_LOGFRAME_NAME: 'FRAME',
      NODE_OPTIONS: `--require ${library}`,
    }
    const events = ({ log }: ByHand) => jsonLines(log).map(({ event }) => event)
    const called = await startByHand(environment)
    const ended = await startByHand(environment)
    expect([called, ended].flatMap(events)).toEqual([])

    await called.post(TOKEN_PAYLOAD)
    process.kill(ended.pid, 'SIGHUP')
    while (ended.log.length === 0) await delay(5)

    expect([called, ended].map(events)).toEqual([['config_read', 'decision'], ['config_read']])
    await Promise.all([called.end(), ended.end()])
  })
})
