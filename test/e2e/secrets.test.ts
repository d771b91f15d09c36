import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { CLIENT_REJECTIONS, rotateSecret } from './support/client-rejections.ts'
import { PERMIT, SECRET_OCIDS } from './support/harness.ts'
import { startTestHarness, startTestServer } from './support/test-harness.ts'
import { intervalsSince } from './support/tokens.ts'

const harness = await startTestHarness()
const invalidVault = await startTestServer(() => ({ status: 500 }))

/** Counts the requests to Vault from now on. */
function vaultRequestCounter(ocid = ''): () => number {
  const before = harness.vault.requests.length
  return () => harness.vault.requests.slice(before).filter(({ path }) => path.endsWith(ocid)).length
}

function active() {
  return { body: harness.activeAnswer() }
}
function issued() {
  return { body: harness.tokenAnswer() }
}

describe('a Vault without the secret', () => {
  // Without a cache of secrets, each call requests them.
  beforeAll(() => harness.configure({ secret_ttl_seconds: '0' }))
  afterAll(() => harness.configure({}))

  it.each([401, 404, 429, 500, 503])('causes a fault with status %i', async (status) => {
    const requests = vaultRequestCounter()
    harness.vault.failWith(status)
    expect(await harness.detailedVerdict()).toBe(`fault secret_unavailable status_${status}`)
    expect(requests()).toBeLessThanOrEqual(3)
    harness.vault.failWith(undefined)
    expect(await harness.verdict()).toBe(PERMIT)
  })

  it('gets a second request after a server error, but not after 429', async () => {
    // Both secrets are read in parallel; the decision waits for this one.
    const requestsWith = async (status: number): Promise<number> => {
      await harness.start()
      const requests = vaultRequestCounter(SECRET_OCIDS.introspection)
      harness.vault.failWith(status)
      await harness.decide()
      harness.vault.failWith(undefined)
      return requests()
    }

    expect(await requestsWith(404)).toBe(1)
    expect(await requestsWith(429)).toBe(1)
    expect(await requestsWith(503)).toBe(2)
  })

  it('causes a fault if only the backend’s secret is missing', async () => {
    await harness.start({ back_end_client_secret_ocid: 'ocid1.vaultsecret.oc1.phx.missing' })
    const { detailedVerdict, line } = await harness.decide()
    expect(detailedVerdict).toBe('fault secret_unavailable status_404')
    expect(line).toMatchObject({ backend: 'default', back_end_cache: 'miss' })
  })

  it('causes a fault if it refuses connections', async () => {
    await harness.vault.pause()
    const verdict = await harness.verdict()
    await harness.vault.resume()
    expect(verdict).toBe('fault secret_unavailable')
  })

  it('causes a fault if the resource principal’s token has expired', async () => {
    await harness.principal.renew({ lifetimeSeconds: -60 })
    const verdict = await harness.verdict()
    await harness.principal.renew()
    expect(verdict).toBe('fault secret_unavailable')
    expect(await harness.verdict()).toBe(PERMIT)
  })
})

describe('a Vault with invalid responses', () => {
  beforeAll(() => harness.configure({ vault_secrets_endpoint: invalidVault.url }))
  afterAll(() => harness.configure({}))

  const bundle = (secretBundleContent: unknown) => ({
    body: { secretId: 'a', versionNumber: 1, secretBundleContent },
  })
  const content = (bytes: Buffer | string) =>
    bundle({ contentType: 'BASE64', content: Buffer.from(bytes).toString('base64') })

  it.each([
    ['an empty secret', content('')],
    ['invalid UTF-8', content(Buffer.of(0xff, 0xfe))],
    ['no content', bundle({ contentType: 'BASE64' })],
    ['no bundle', { body: {} }],
    ['null', { body: 'null' }],
    ['HTML', { body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['truncated JSON', { body: '{"secretBundleContent":' }],
    ['two MiB', { body: { filler: 'x'.repeat(2 * 1024 * 1024) } }],
    ['a truncated body', { ...content('abc'), delivery: 'cut' }],
    ['no response', { delivery: 'dropped' }],
  ] as const)('causes a fault: %s', async (_case, reply) => {
    invalidVault.replyWith(reply)
    expect(await harness.verdict()).toMatch(/^fault secret_(unavailable|unusable)$/)
    expect(harness.introspection.requests).toEqual([])
  })
})

describe('a rejected secret', () => {
  const INVALID_CLIENT = { error: 'invalid_client' }
  const WITHOUT_404 = CLIENT_REJECTIONS.filter(({ status }) => status <= 403)
  /** The minimum between two reads of a rejected secret. */
  const READ_INTERVAL_SECONDS = 1

  beforeEach(() => harness.start())

  it.each([400, 401])('causes one more read and token request (status %i)', async (status) => {
    // Afterwards the secret is cached, but no token.
    harness.tokenEndpoint.replyWith({ status: 503 })
    await harness.decide()
    const rejection = { status, body: INVALID_CLIENT }
    harness.tokenEndpoint.replyWith(rotateSecret(harness, 'backEnd', rejection, issued))
    harness.tokenEndpoint.clearRequests()
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.tokenEndpoint.requests).toHaveLength(2)
  })

  it.each([400, 401])('causes one more read and introspection (status %i)', async (status) => {
    await harness.decide()
    const rejection = { status, body: INVALID_CLIENT }
    harness.introspection.replyWith(rotateSecret(harness, 'introspection', rejection, active))
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.introspection.requests).toHaveLength(3)
  })

  it.each([400, 401, 403])('causes a fault at introspection (status %i)', async (status) => {
    harness.introspection.replyWith({ status, body: INVALID_CLIENT })
    expect(await harness.detailedVerdict()).toBe('fault introspection_refused invalid_client')
    expect(harness.introspection.requests.length).toBeLessThanOrEqual(2)
  })

  it.each([400, 401])('causes a fault at the token endpoint (status %i)', async (status) => {
    harness.tokenEndpoint.replyWith({ status, body: INVALID_CLIENT })
    expect(await harness.detailedVerdict()).toBe('fault credential_refused invalid_client')
    expect(harness.tokenEndpoint.requests).toHaveLength(2)
  })

  it.each(CLIENT_REJECTIONS)('is read again at the next call ($label)', async (rejection) => {
    harness.tokenEndpoint.replyWith({ status: 503 })
    expect(await harness.verdict()).toBe('fault token_endpoint_unavailable')
    harness.tokenEndpoint.replyWith(rotateSecret(harness, 'backEnd', rejection, issued))
    expect(await harness.verdict()).toBe(PERMIT)
    harness.introspection.replyWith(rotateSecret(harness, 'introspection', rejection, active))
    expect(await harness.verdict()).toBe(PERMIT)
  })

  it.each(WITHOUT_404)(
    'causes few requests without a new one ($label)',
    async ({ status, body }) => {
      await harness.decide()
      const start = performance.now()
      const vaultRequests = vaultRequestCounter()
      harness.introspection.replyWith({ status, body })
      harness.introspection.clearRequests()
      for (let count = 0; count < 10; count += 1) {
        const { line } = await harness.decide()
        const hint: unknown = expect.stringMatching(/^Compare client id and secret/)
        expect(line).toMatchObject({ reason: 'introspection_refused', hint })
      }
      // Each read requests the current version and the previous one.
      const reads = 1 + intervalsSince(start, READ_INTERVAL_SECONDS)
      expect(vaultRequests()).toBeLessThanOrEqual(1 + 2 * reads)
      expect(harness.introspection.requests.length).toBeLessThanOrEqual(10 + 2 * reads)
    },
  )

  it('causes few requests to Vault, however many calls fail', async () => {
    const start = performance.now()
    const vaultRequests = vaultRequestCounter()
    harness.introspection.replyWith({ status: 401, body: INVALID_CLIENT })
    for (let count = 0; count < 10; count += 1) await harness.decide()
    const reads = 1 + intervalsSince(start, READ_INTERVAL_SECONDS)
    expect(vaultRequests()).toBeLessThanOrEqual(4 + 2 * reads)
  })
})

describe('a cached secret', () => {
  it.each([
    ['is used during an outage of Vault until it expires', {}, PERMIT],
    [
      'is not used with secret_ttl_seconds 0',
      { secret_ttl_seconds: '0' },
      'fault secret_unavailable',
    ],
  ])('%s', async (_title, changes, verdict) => {
    await harness.start(changes)
    await harness.decide()
    harness.vault.failWith(503)
    expect(await harness.verdict()).toBe(verdict)
  })
})
