/** Signatures and addresses that the Vault accepts and rejects. */
import { sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { createResourcePrincipal, type ResourcePrincipal } from '../../stack/resource-principal.ts'
import { startVault, type Vault } from '../../stack/vault.ts'

const secretId = 'ocid1.vaultsecret.oc1.phx.test'
const secretPath = `/20190301/secretbundles/${secretId}`
let principal: ResourcePrincipal
let vault: Vault
let now: number

beforeAll(async () => {
  principal = await createResourcePrincipal()
})
afterAll(() => {
  principal.remove()
})
beforeEach(async () => {
  now = Date.now() / 1000
  vault = await startVault({ trust: [principal], clock: () => now })
  vault.addSecret(secretId, 's3cret ü')
})
afterEach(() => vault.close())

interface Answer {
  status: number | undefined
  body: unknown
}

/** A GET with a signature of our own making; each part of it can be spoilt. */
function get(
  spoil: {
    signed?: string[]
    change?: (headers: Record<string, string>) => void
    date?: Date
    /** Signed, and sent where `sentPath` is not given. */
    path?: string
    sentPath?: string
    keyId?: string
  } = {},
): Promise<Answer> {
  const path = spoil.path ?? secretPath
  const signed = spoil.signed ?? ['x-date', '(request-target)', 'host']
  const values: Record<string, string> = {
    host: new URL(vault.url).host,
    'x-date': (spoil.date ?? new Date(now * 1000)).toUTCString(),
    '(request-target)': `get ${path}`,
  }
  const text = signed.map((name) => `${name}: ${values[name] ?? ''}`).join('\n')
  const file = principal.environment['OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM'] ?? ''
  const signature = sign('sha256', Buffer.from(text), readFileSync(file)).toString('base64')
  const headers: Record<string, string> = {
    host: values['host'] ?? '',
    'x-date': values['x-date'] ?? '',
    authorization:
      `Signature version="1",keyId="${spoil.keyId ?? principal.keyId}",algorithm="rsa-sha256",` +
      `headers="${signed.join(' ')}",signature="${signature}"`,
  }
  spoil.change?.(headers)
  return send(spoil.sentPath ?? path, headers)
}

function send(path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(vault.url + path, { headers }, (incoming) => {
      void incoming.toArray().then((chunks: Buffer[]) => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as unknown
        resolve({ status: incoming.statusCode, body })
      })
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

describe('a request signature', () => {
  it('is accepted if it is valid', async () => {
    expect(await get()).toMatchObject({ status: 200, body: { versionNumber: 1 } })
  })

  const replace = (from: RegExp, to: string) => (headers: Record<string, string>) => {
    headers['authorization'] = headers['authorization']?.replace(from, to) ?? ''
  }
  const set = (name: string, value: string) => (headers: Record<string, string>) => {
    headers[name] = value
  }
  it.each([
    ['no signature', { change: set('authorization', '') }],
    ['another scheme', { change: set('authorization', 'Bearer x') }],
    ['a spoilt signature', { change: replace(/signature="./, 'signature="!') }],
    ['another algorithm', { change: replace(/rsa-sha256/, 'rsa-sha1') }],
    ['another version', { change: replace(/version="1"/, 'version="2"') }],
    ['a parameter twice', { change: replace(/$/, ',algorithm="rsa-sha256"') }],
    ['another date', { change: set('x-date', new Date(Date.now() - 5000).toUTCString()) }],
    ['another host', { change: set('host', 'elsewhere') }],
    ['another path', { sentPath: '/20190301/secretbundles/ocid1.vaultsecret.oc1.phx.x' }],
    ['another query', { sentPath: `${secretPath}?stage=PREVIOUS` }],
    ['an unsigned host', { signed: ['x-date', '(request-target)'] }],
    ['an unsigned date', { signed: ['host', '(request-target)'] }],
    ['an unsigned request target', { signed: ['x-date', 'host'] }],
    ['an absent header among the signed', { signed: ['x-date', '(request-target)', 'host', 'x'] }],
    ['an old date', { date: new Date(Date.now() - 400_000) }],
    ['a future date', { date: new Date(Date.now() + 400_000) }],
    ['no date that can be read', { date: new Date(NaN) }],
    ['an API key instead of a token', { keyId: 'ocid1.tenancy/ocid1.user/aa:bb' }],
    ['a malformed token', { keyId: 'ST$abc' }],
  ])('is rejected with %s', async (_name, spoil) => {
    expect(await get(spoil)).toEqual({
      status: 401,
      body: { code: 'NotAuthenticated', message: expect.any(String) },
    })
    expect(vault.requests.at(-1)?.reason).toMatch(/./)
  })

  it('is rejected if its token has expired by the clock of the Vault', async () => {
    now += 3600
    expect((await get()).status).toBe(401)
    expect(vault.requests.at(-1)?.reason).toMatch('expired')
  })

  it('is rejected if it is made with the key of another session', async () => {
    const { keyId } = principal
    await principal.renew()
    expect((await get({ keyId })).status).toBe(401)
    expect(vault.requests.at(-1)?.reason).toBe('the signature does not match')
  })
})

describe('the address of a secret', () => {
  it.each([
    ['stage=NEWEST', 400],
    ['versionNumber=x', 400],
    ['versionNumber=1&stage=CURRENT', 400],
    ['version=1', 400],
    ['versionNumber=1', 200],
    ['stage=CURRENT', 200],
  ])('with the query %s is answered %i', async (query, status) => {
    expect((await get({ path: `${secretPath}?${query}` })).status).toBe(status)
  })

  it.each([
    ['/20190301/secretbundles/', 404],
    [`${secretPath}/versions`, 404],
    ['/20160918/secretbundles/x', 404],
    ['/20190301/secretbundles/%', 400],
  ])('%s is answered %i', async (path, status) => {
    expect((await get({ path })).status).toBe(status)
  })
})
