import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { pausesSince } from './support/pauses.ts'
import { CLIENT_REFUSALS, rotateSecret } from './support/refusals.ts'
import { startTestServer, startTestWorld } from './support/test-world.ts'
import { SECRET_OCIDS } from './support/world.ts'

const world = await startTestWorld()
const oddVault = await startTestServer(() => ({ status: 500 }))

describe('a Vault that gives no secret', () => {
  // No secret is kept, so that each call asks Vault.
  beforeAll(() => world.configure({ secret_ttl_seconds: '0' }))
  afterAll(() => world.configure({}))

  it.each([401, 404, 429, 500, 503])('is a fault: status %i', async (status) => {
    const before = world.vault.requests.length
    world.vault.failWith(status)
    const { detailedVerdict } = await world.decide()
    expect(detailedVerdict).toBe(`fault secret_unavailable status_${status}`)
    expect(world.vault.requests.length - before).toBeLessThanOrEqual(3)

    world.vault.failWith(undefined)
    expect(await world.verdict()).toBe('permit permitted')
  })

  it('is asked again after a server error, but not after 429', async () => {
    // Both secrets are read side by side; the decision waits for this one.
    const readingsWith = async (status: number): Promise<number> => {
      await world.start({ secret_ttl_seconds: '0' })
      const before = world.vault.requests.length
      world.vault.failWith(status)
      await world.decide()
      world.vault.failWith(undefined)
      const since = world.vault.requests.slice(before)
      return since.filter(({ path }) => path.endsWith(SECRET_OCIDS.introspection)).length
    }

    expect(await readingsWith(404)).toBe(1)
    expect(await readingsWith(429)).toBe(1)
    expect(await readingsWith(503)).toBe(2)
  })

  it('is a fault: only the backend’s secret', async () => {
    await world.start({ back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.nobodys' })
    const { detailedVerdict, line } = await world.decide()
    expect(detailedVerdict).toBe('fault secret_unavailable status_404')
    expect(line).toMatchObject({ backend: 'default', back_end_cache: 'miss' })
  })

  it('is a fault: connection refused', async () => {
    await world.vault.pause()
    const verdict = await world.verdict()
    await world.vault.resume()
    expect(verdict).toBe('fault secret_unavailable')
  })

  it('is a fault: the resource principal’s token has expired', async () => {
    await world.principal.renew({ lifetimeSeconds: -60 })
    const refused = await world.verdict()
    await world.principal.renew()
    expect(refused).toBe('fault secret_unavailable')
    expect(await world.verdict()).toBe('permit permitted')
  })
})

describe('a Vault with invalid responses', () => {
  beforeAll(() => world.configure({ vault_secrets_endpoint: oddVault.url }))
  afterAll(() => world.configure({}))

  const base64 = (content: Buffer | string) => Buffer.from(content).toString('base64')
  const bundle = (secretBundleContent: unknown) => ({
    body: { secretId: 'a', versionNumber: 1, secretBundleContent },
  })
  const content = (text: Buffer | string) =>
    bundle({ contentType: 'BASE64', content: base64(text) })

  it.each([
    ['an empty secret', content('')],
    ['bytes that are no text', content(Buffer.of(0xff, 0xfe))],
    ['no content', bundle({ contentType: 'BASE64' })],
    ['no bundle', { body: {} }],
    ['null', { body: 'null' }],
    ['HTML', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['half of its JSON', { body: '{"secretBundleContent":' }],
    ['two MiB', { body: { filler: 'x'.repeat(2 * 1024 * 1024) } }],
    ['half of its bytes', { ...content('abc'), delivery: 'cut' }],
    ['nothing at all', { delivery: 'dropped' }],
  ] as const)('is a fault: %s', async (_case, reply) => {
    oddVault.replyWith(reply)
    expect(await world.verdict()).toMatch(/^fault secret_(unavailable|unusable)$/)
    expect(world.introspection.requests).toEqual([])
  })
})

describe('a rejected secret', () => {
  const OLD_ANSWER = { error: 'invalid_client' }
  /** Between two searches for the successor of a refused secret. */
  const SHORTEST_PAUSE_SECONDS = 1

  beforeEach(() => world.start())

  it.each([400, 401])(
    'is read again once, and the token request is repeated once (invalid_client, status %i)',
    async (status) => {
      // The secret is at hand after this, and no token is.
      world.tokenEndpoint.replyWith({ status: 503 })
      await world.decide()

      const refusal = { status, body: OLD_ANSWER }
      const answer = { body: world.tokenAnswer() }
      world.tokenEndpoint.replyWith(rotateSecret(world, 'backEnd', refusal, () => answer))
      const seen = world.tokenEndpoint.requests.length
      expect(await world.verdict()).toBe('permit permitted')
      expect(world.tokenEndpoint.requests.length - seen).toBe(2)
    },
  )

  it.each([400, 401])(
    'is read again once, and the introspection is repeated once (invalid_client, status %i)',
    async (status) => {
      await world.decide()
      const refusal = { status, body: OLD_ANSWER }
      const answer = { body: world.activeAnswer() }
      world.introspection.replyWith(rotateSecret(world, 'introspection', refusal, () => answer))
      expect(await world.verdict()).toBe('permit permitted')
      expect(world.introspection.requests).toHaveLength(3)
    },
  )

  it.each([400, 401, 403])(
    'is a fault at introspection, not a denial, if Vault has no other (status %i)',
    async (status) => {
      world.introspection.replyWith({ status, body: OLD_ANSWER })
      const { detailedVerdict } = await world.decide()
      expect(detailedVerdict).toBe('fault introspection_refused invalid_client')
      expect(world.introspection.requests.length).toBeLessThanOrEqual(2)
    },
  )

  it.each([400, 401])(
    'is a fault at the token endpoint if Vault has no other (status %i)',
    async (status) => {
      world.tokenEndpoint.replyWith({ status, body: OLD_ANSWER })
      const { detailedVerdict } = await world.decide()
      expect(detailedVerdict).toBe('fault credential_refused invalid_client')
      expect(world.tokenEndpoint.requests).toHaveLength(2)
    },
  )

  it.each(CLIENT_REFUSALS)(
    'is read again at the next call, for every kind of rejection ($server, $status)',
    async (refusal) => {
      world.tokenEndpoint.replyWith({ status: 503 })
      expect(await world.verdict()).toBe('fault token_endpoint_unavailable')
      const issue = () => ({ body: world.tokenAnswer() })
      world.tokenEndpoint.replyWith(rotateSecret(world, 'backEnd', refusal, issue))
      expect(await world.verdict()).toBe('permit permitted')

      const confirm = () => ({ body: world.activeAnswer() })
      world.introspection.replyWith(rotateSecret(world, 'introspection', refusal, confirm))
      expect(await world.verdict()).toBe('permit permitted')
    },
  )

  it.each(CLIENT_REFUSALS.filter(({ status }) => status <= 403))(
    'causes few requests if Vault has no other ($server, $status)',
    async ({ status, body }) => {
      await world.decide()
      const start = performance.now()
      const before = world.vault.requests.length
      world.introspection.replyWith({ status, body })
      world.introspection.forget()
      for (let count = 0; count < 10; count += 1) {
        const { line } = await world.decide()
        const hint: unknown = expect.stringMatching(/^Compare client id and secret/)
        expect(line).toMatchObject({ reason: 'introspection_refused', hint })
      }
      // A search reads the current version and the previous one.
      const searches = 1 + pausesSince(start, SHORTEST_PAUSE_SECONDS)
      expect(world.vault.requests.length - before).toBeLessThanOrEqual(1 + 2 * searches)
      expect(world.introspection.requests.length).toBeLessThanOrEqual(10 + 2 * searches)
    },
  )

  it('causes few requests to Vault, however many calls fail', async () => {
    const start = performance.now()
    const before = world.vault.requests.length
    world.introspection.replyWith({ status: 401, body: OLD_ANSWER })
    for (let count = 0; count < 10; count += 1) await world.decide()
    const searches = 1 + pausesSince(start, SHORTEST_PAUSE_SECONDS)
    expect(world.vault.requests.length - before).toBeLessThanOrEqual(4 + 2 * searches)
  })
})

describe('a cached secret', () => {
  it('is used during an outage of Vault until it expires', async () => {
    await world.start()
    await world.decide()
    world.vault.failWith(503)
    expect(await world.verdict()).toBe('permit permitted')
  })

  it('is read each time if secret_ttl_seconds is 0', async () => {
    await world.start({ secret_ttl_seconds: '0' })
    await world.decide()
    world.vault.failWith(503)
    expect(await world.verdict()).toBe('fault secret_unavailable')
  })
})
