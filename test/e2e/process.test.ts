import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { startByHand } from './support/by-hand.ts'
import { startScriptedServer, type ScriptedServer } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { FUNCTION_ENTRY, ISSUER, startWorld, type World } from './support/world.ts'

let world: World
const folders: string[] = []
beforeAll(async () => {
  world = await startWorld()
})
afterEach(async () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  await world.reset()
})
afterAll(() => world.close())

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fn-'))
  folders.push(folder)
  return folder
}
function environment() {
  return { ...world.principal.environment, ...world.config }
}
const PAYLOAD = JSON.stringify({ type: 'TOKEN', token: 'Bearer the-token-of-this-test' })
const ACTIVE = expect.objectContaining({ active: true })

describe('an idle connection that was closed', () => {
  it('causes no fault if the dependencies restarted while the function was frozen', async () => {
    // Both calls ask all three dependencies: no secret is kept, and of the first one comes no token.
    await world.start({ secret_ttl_seconds: '0' })
    world.tokenEndpoint.replyWith({ status: 400, body: { error: 'invalid_scope' } })
    expect((await world.decide()).verdict).toBe('fault credential_refused')
    world.function.freeze()
    for (const dependency of [world.introspection, world.tokenEndpoint]) await dependency.restart()
    await world.vault.pause()
    await world.vault.resume()
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer() })

    expect((await world.decide()).verdict).toBe('permit permitted')
    expect(world.introspection.requests).toHaveLength(2)
    expect(world.tokenEndpoint.requests).toHaveLength(2)
  })

  describe('at the moment of its reuse', () => {
    const issuer = createSigner()
    const published = { body: { keys: [issuer.jwk] } }
    let keys: ScriptedServer
    beforeEach(async () => {
      keys = await startScriptedServer(() => published)
      await world.start({
        validation: 'jwt',
        issuer: ISSUER,
        jwks_uri: `${keys.url}/jwks`,
        idcs_introspection_endpoint: undefined,
      })
      await world.decide(issuer.token())
    })
    afterEach(() => keys.close())

    // An unknown kid has the keys fetched again.
    const decideWithAnotherKid = async () =>
      (await world.decide(issuer.token({}, { kid: 'another' }))).verdict

    it('causes one retry', async () => {
      keys.replyWith({ ...published, delivery: 'dropped_if_kept' })

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

    expect((await world.decide()).verdict).toBe('fault introspection_unavailable')
    expect(world.introspection.requests).toHaveLength(2)
  })
})

describe('a function that was frozen', () => {
  it('gets a new token if the cached one is about to expire', async () => {
    await world.start({ min_back_end_token_seconds: '60' })
    world.tokenEndpoint.replyWith(() => ({ body: world.tokenAnswer({ expires_in: 63 }) }))
    const tokenOf = async () => (await world.decide()).answer?.['context']
    const first = await tokenOf()
    world.function.freeze()
    await delay(3_200)

    const second = await tokenOf()

    expect(second).toEqual({ back_end_token: expect.any(String) })
    expect(second).not.toEqual(first)
  })

  it('uses a key that was replaced under the same kid', async () => {
    let issuer = createSigner()
    const keys = await startScriptedServer(() => ({ body: { keys: [issuer.jwk] } }))
    await world.start({
      validation: 'jwt',
      issuer: ISSUER,
      jwks_uri: `${keys.url}/jwks`,
      idcs_introspection_endpoint: undefined,
    })
    const former = issuer.token()
    const verdicts = [(await world.decide(former)).verdict]
    world.function.freeze()
    issuer = createSigner()
    await keys.restart()
    await delay(1_000)

    verdicts.push((await world.decide(issuer.token())).verdict)
    verdicts.push((await world.decide(former)).verdict)
    await keys.close()

    expect(verdicts).toEqual(['permit permitted', 'permit permitted', 'deny signature_invalid'])
  })

  it('reads an expired secret again', async () => {
    await world.start({ secret_ttl_seconds: '1' })
    await world.decide()
    const before = world.vault.requests.length
    world.function.freeze()
    await delay(1_200)

    expect((await world.decide()).verdict).toBe('permit permitted')
    expect(world.vault.requests.length).toBeGreaterThan(before)
  })
})

describe('calls', () => {
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
    const first = await startByHand(environment(), { folder })
    await first.post(PAYLOAD)
    await first.kill()
    expect(readdirSync(folder).sort()).toEqual(['lsnr.sock', 'lsnr.sock.tmp'])

    const second = await startByHand(environment(), { folder })
    const { body } = await second.post(PAYLOAD)
    await second.kill()
    expect(JSON.parse(body)).toEqual(ACTIVE)
  })

  it.each([
    ['the socket’s link alone', ['lsnr.sock']],
    ['the socket’s file alone', ['lsnr.sock.tmp']],
  ])('may leave %s', async (_case, names) => {
    const folder = newFolder()
    for (const name of names) {
      if (name.endsWith('.tmp')) writeFileSync(join(folder, name), '')
      else symlinkSync('lsnr.sock.tmp', join(folder, name))
    }
    const byHand = await startByHand(environment(), { folder })
    const { body } = await byHand.post(PAYLOAD)
    await byHand.kill()
    expect(JSON.parse(body)).toEqual(ACTIVE)
  })

  it('is replaced by a new instance for the next call', async () => {
    await world.start()
    await world.decide()
    const pid = world.function.instances.at(-1)?.pid
    if (pid === undefined) throw new Error('there is no instance')
    process.kill(pid, 'SIGKILL')
    await world.start()
    expect((await world.decide()).verdict).toBe('permit permitted')
  })
})

describe('the artifact', () => {
  it('runs in an empty folder, and creates no file except its socket', async () => {
    const artifact = newFolder()
    cpSync(dirname(FUNCTION_ENTRY), artifact, { recursive: true })
    const files = readdirSync(artifact)
    const folder = newFolder()
    const byHand = await startByHand(environment(), { folder, entry: join(artifact, 'func.js') })
    const { body } = await byHand.post(PAYLOAD)
    await byHand.kill()
    expect(JSON.parse(body)).toEqual(ACTIVE)
    expect(readdirSync(artifact)).toEqual(files)
    expect(readdirSync(folder).sort()).toEqual(['lsnr.sock', 'lsnr.sock.tmp'])
  })

  it('continues if its log is no longer read', async () => {
    const byHand = await startByHand(environment(), { folder: newFolder() })
    await byHand.post(PAYLOAD)
    byHand.stopReading()
    for (let call = 0; call < 20; call += 1) {
      // An error that is logged, which fails with an error, leaves no time for anything else.
      expect(JSON.parse((await byHand.post(PAYLOAD)).body)).toEqual(ACTIVE)
    }
    await byHand.kill()
  })

  it('does not end on a request that is not a call', async () => {
    const byHand = await startByHand(environment(), { folder: newFolder() })
    const [refused, answered] = [
      await byHand.post('', { 'X-HTTP': '1' }),
      await byHand.post(PAYLOAD),
    ]
    await byHand.kill()
    expect(JSON.parse(refused.body)).toMatchObject({ active: false })
    expect(JSON.parse(answered.body)).toEqual(ACTIVE)
  })
})
