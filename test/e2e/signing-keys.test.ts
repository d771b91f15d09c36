import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { jwtByKeysOf } from './support/configurations.ts'
import { pausesSince } from './support/pauses.ts'
import type { Reply } from './support/scripted-server.ts'
import { createSigner } from './support/signing.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'

const issuer = createSigner('current')

const provider = await startTestServer(() => ({ body: { keys: [issuer.jwk] } }))
const world = await startTestWorld(jwtByKeysOf(provider))

async function coldVerdict(reply: Reply, token = issuer.token()): Promise<string> {
  provider.replyWith(reply)
  await world.start()
  return world.verdict(token)
}

describe('a key set', () => {
  it.each([
    'application/octet-stream',
    'text/plain',
    'text/json; charset=utf-8',
    'application/jwk-set+json',
    'text/html',
    undefined,
  ])('is read with the media type %s', async (type) => {
    const reply = { headers: { 'content-type': type }, body: { keys: [issuer.jwk] } }

    expect(await coldVerdict(reply)).toBe('permit permitted')
  })

  it('is read after a byte order mark', async () => {
    const body = `\uFEFF${JSON.stringify({ keys: [issuer.jwk] })}`

    expect(await coldVerdict({ body })).toBe('permit permitted')
  })

  it.each(['text/html', 'application/json'])(
    'is rejected if it is a login page with the media type %s',
    async (type) => {
      const reply = { headers: { 'content-type': type }, body: '<html><form></form></html>' }

      expect(await coldVerdict(reply)).toBe('fault keys_unusable')
    },
  )

  it('is requested as a JWK Set, as a server may answer 406 otherwise', async () => {
    provider.replyWith(({ headers }) =>
      headers.accept?.includes('application/jwk-set+json') === true
        ? { body: { keys: [issuer.jwk] } }
        : { status: 406 },
    )
    await world.start()

    expect(await world.verdict(issuer.token())).toBe('permit permitted')
  })

  it('may have the key type as algorithm, and empty kids', async () => {
    const keys = [
      { ...issuer.jwk, alg: 'RSA', kid: '' },
      { ...createSigner().jwk, kid: null },
    ]

    expect(await coldVerdict({ body: { keys } })).toBe('permit permitted')
  })
})

describe('a published key that is not used', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const smallOrder = Buffer.alloc(32, 0)
  smallOrder.writeUInt8(1, 0)
  /** The keys that are not used, by the log. */
  const leftOut = () =>
    world
      .logged()
      .filter(({ reason }) => reason === 'keys_left_out')
      .map(({ detail }) => detail)

  it.each<[string, object]>([
    ['has an unknown `alg`', { alg: 'RSA256' }],
    ['has an `alg` that does not go with its type', { alg: 'ES256' }],
    ['is shorter than 2048 bits', short.export({ format: 'jwk' })],
    ['has a certificate (`x5c`) and no key beside it', { n: undefined, e: undefined, x5c: ['MA'] }],
    ['is not for signatures (`use`)', { use: 'enc' }],
    ['is a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    [
      'has a small order: anyone can sign',
      { kty: 'OKP', crv: 'Ed25519', x: smallOrder.toString('base64url'), alg: undefined },
    ],
  ])('%s: is in the log and in the denial of its tokens', async (problem, members) => {
    const bad = { ...issuer.jwk, ...members, kid: 'dropped' }
    provider.replyWith({ body: { keys: [createSigner('other').jwk, bad] } })
    await world.start()

    const first = await world.decide(issuer.token({}, { kid: 'dropped' }))
    await world.decide(issuer.token({}, { kid: 'dropped' }))
    const foreign = await world.decide(issuer.token({}, { kid: 'absent' }))

    expect(first.detailedVerdict).toBe(`deny key_unknown the named key ${problem}`)
    expect(foreign.line).not.toHaveProperty('detail')
    expect(leftOut()).toEqual([`key dropped ${problem}`])
  })

  it('is in the log once, even if no token names it', async () => {
    provider.replyWith({ body: { keys: [issuer.jwk, { ...issuer.jwk, kid: 'x', alg: 'RSA256' }] } })
    await world.start()

    expect(await world.verdict(issuer.token())).toBe('permit permitted')
    await world.decide(issuer.token())
    expect(leftOut()).toHaveLength(1)
  })
})

describe('a verified signature', () => {
  it('is cached for the whole token only', async () => {
    await world.start()
    const token = issuer.token({ note: 'x'.repeat(6_000) })
    expect(await world.verdict(token)).toBe('permit permitted')
    const [header = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url')
    const foreign = createSigner('current').token().split('.')[2] ?? ''

    const forged = [
      [header, altered, signature],
      [header, payload, foreign],
    ]
    const verdicts = await world.verdicts(forged.map((parts) => parts.join('.')))
    expect(verdicts).toEqual(['deny signature_invalid', 'deny signature_invalid'])
    expect(await world.verdict(token)).toBe('permit permitted')
  })
})

describe('more than sixteen keys without a kid', () => {
  const signers = Array.from({ length: 17 }, () => createSigner())

  it('all verify tokens', async () => {
    const keys = signers.map(({ jwk }) => ({ ...jwk, kid: undefined }))
    const last = signers.at(-1) ?? issuer

    expect(await coldVerdict({ body: { keys } }, last.token())).toBe('permit permitted')
    expect(await world.verdict(issuer.token())).toBe('deny signature_invalid')
  })
})

describe('a key that is replaced under the same kid', () => {
  const stranger = createSigner('current')
  const successor = createSigner('current')

  it('right after an invalid token: no valid token is denied', async () => {
    await world.start()
    await world.decide(issuer.token())
    expect(await world.verdict(stranger.token())).toBe('deny signature_invalid')
    provider.replyWith({ body: { keys: [successor.jwk] } })

    const verdicts = new Set<string>()
    for (let call = 0; call < 10; call += 1) {
      verdicts.add(await world.verdict(successor.token()))
      await delay(50)
    }

    expect([...verdicts]).toEqual(['permit permitted'])
  })

  it('causes few fetches during a flood of invalid tokens', async () => {
    await world.start()
    await world.decide(issuer.token())
    const start = performance.now()
    const verdicts = new Set<string>()
    while (performance.now() < start + 3_500) {
      verdicts.add(await world.verdict(stranger.token()))
    }

    expect([...verdicts]).toEqual(['deny signature_invalid'])
    expect(provider.requests.length).toBeLessThanOrEqual(3 + pausesSince(start, 5))
  })
})
