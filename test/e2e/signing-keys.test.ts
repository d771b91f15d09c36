import { generateKeyPairSync } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { jwtByKeysOf } from './support/configurations.ts'
import { PERMIT } from './support/harness.ts'
import type { Reply } from './support/scripted-server.ts'
import { startKeyServer, startTestHarness } from './support/test-harness.ts'
import { createSigner, intervalsSince } from './support/tokens.ts'

const issuer = createSigner('current')
const provider = await startKeyServer(issuer)
const harness = await startTestHarness(jwtByKeysOf(provider))

async function coldVerdict(reply: Reply, token = issuer.token()): Promise<string> {
  provider.replyWith(reply)
  await harness.start()
  return harness.verdict(token)
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
    expect(await coldVerdict(reply)).toBe(PERMIT)
  })

  it('is read after a byte order mark', async () => {
    const body = `\uFEFF${JSON.stringify({ keys: [issuer.jwk] })}`
    expect(await coldVerdict({ body })).toBe(PERMIT)
  })

  it.each(['text/html', 'application/json'])('is rejected if it is HTML as %s', async (type) => {
    const reply = { headers: { 'content-type': type }, body: '<html><form></form></html>' }
    expect(await coldVerdict(reply)).toBe('fault keys_unusable')
  })

  it('is requested with the media type of a JWK Set, which some servers require', async () => {
    provider.replyWith(({ headers }) =>
      headers.accept?.includes('application/jwk-set+json') === true
        ? { body: { keys: [issuer.jwk] } }
        : { status: 406 },
    )
    await harness.start()
    expect(await harness.verdict(issuer.token())).toBe(PERMIT)
  })

  it('may have the key type as `alg`, and empty kids', async () => {
    const keys = [
      { ...issuer.jwk, alg: 'RSA', kid: '' },
      { ...createSigner().jwk, kid: null },
    ]
    expect(await coldVerdict({ body: { keys } })).toBe(PERMIT)
  })
})

describe('a published key that is ignored', () => {
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
  const smallOrder = Buffer.alloc(32)
  smallOrder[0] = 1
  const loggedKeys = () =>
    harness
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
  ])('is logged with its defect: %s', async (problem, members) => {
    const bad = { ...issuer.jwk, ...members, kid: 'dropped' }
    provider.replyWith({ body: { keys: [createSigner('other').jwk, bad] } })
    await harness.start()

    const first = await harness.decide(issuer.token({}, { kid: 'dropped' }))
    await harness.decide(issuer.token({}, { kid: 'dropped' }))
    const foreign = await harness.decide(issuer.token({}, { kid: 'absent' }))

    expect(first.detailedVerdict).toBe(`deny key_unknown the named key ${problem}`)
    expect(foreign.line).not.toHaveProperty('detail')
    expect(loggedKeys()).toEqual([`key dropped ${problem}`])
  })

  it('is logged once, even if no token has its kid', async () => {
    provider.replyWith({ body: { keys: [issuer.jwk, { ...issuer.jwk, kid: 'x', alg: 'RSA256' }] } })
    await harness.start()
    expect(await harness.verdict(issuer.token())).toBe(PERMIT)
    await harness.decide(issuer.token())
    expect(loggedKeys()).toHaveLength(1)
  })
})

describe('a verified signature', () => {
  it('is cached for exactly one token', async () => {
    await harness.start()
    const token = issuer.token({ note: 'x'.repeat(6_000) })
    expect(await harness.verdict(token)).toBe(PERMIT)
    const [header = '', payload = '', signature = ''] = token.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'mallory' })).toString('base64url')
    const foreign = createSigner('current').token().split('.')[2] ?? ''

    for (const forged of [`${header}.${altered}.${signature}`, `${header}.${payload}.${foreign}`]) {
      expect(await harness.verdict(forged)).toBe('deny signature_invalid')
    }
    expect(await harness.verdict(token)).toBe(PERMIT)
  })
})

describe('more than sixteen keys without a kid', () => {
  it('are all used', async () => {
    const signers = Array.from({ length: 17 }, () => createSigner())
    const keys = signers.map(({ jwk }) => ({ ...jwk, kid: undefined }))
    const last = signers.at(-1) ?? issuer
    expect(await coldVerdict({ body: { keys } }, last.token())).toBe(PERMIT)
    expect(await harness.verdict(issuer.token())).toBe('deny signature_invalid')
  })
})

describe('a key that is replaced under the same kid', () => {
  const stranger = createSigner('current')
  const successor = createSigner('current')

  it('causes no denial of a valid token, even right after an invalid one', async () => {
    await harness.start()
    await harness.decide(issuer.token())
    expect(await harness.verdict(stranger.token())).toBe('deny signature_invalid')
    provider.replyWith({ body: { keys: [successor.jwk] } })

    const verdicts = new Set<string>()
    for (let call = 0; call < 10; call += 1) {
      verdicts.add(await harness.verdict(successor.token()))
      await delay(50)
    }

    expect([...verdicts]).toEqual([PERMIT])
  })

  it('causes few requests for keys during a flood of invalid tokens', async () => {
    await harness.start()
    await harness.decide(issuer.token())
    const start = performance.now()
    const verdicts = new Set<string>()
    while (performance.now() < start + 3_500) {
      verdicts.add(await harness.verdict(stranger.token()))
    }

    expect([...verdicts]).toEqual(['deny signature_invalid'])
    expect(provider.requests.length).toBeLessThanOrEqual(3 + intervalsSince(start, 5))
  })
})
