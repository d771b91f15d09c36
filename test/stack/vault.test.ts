import { createPrivateKey, sign } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals'
import {
  NoRetryConfigurationDetails,
  ResourcePrincipalAuthenticationDetailsProvider,
} from 'oci-common'
import { requests, SecretsClient } from 'oci-secrets'
import { createResourcePrincipal, type ResourcePrincipal } from '../../stack/resource-principal.ts'
import { startVault, type Vault } from '../../stack/vault.ts'

const { Stage } = requests.GetSecretBundleRequest
const secretId = 'ocid1.vaultsecret.oc1.phx.test'
let principal: ResourcePrincipal
let vault: Vault
let now: number

beforeAll(async () => {
  // The SDK warns of each refusal.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined)
  principal = await createResourcePrincipal()
  Object.assign(process.env, principal.environment)
})
afterAll(() => {
  for (const name of Object.keys(principal.environment)) Reflect.deleteProperty(process.env, name)
  principal.remove()
})
beforeEach(async () => {
  now = Date.now() / 1000
  vault = await startVault({ trust: [principal], clock: () => now })
  vault.addSecret(secretId, 's3cret ü')
})
afterEach(async () => {
  await vault.close()
})

function newClient(): SecretsClient {
  const client = new SecretsClient(
    { authenticationDetailsProvider: ResourcePrincipalAuthenticationDetailsProvider.builder() },
    { retryConfiguration: NoRetryConfigurationDetails },
  )
  client.endpoint = vault.url
  return client
}

async function readSecret(
  selector: Partial<requests.GetSecretBundleRequest> = {},
  client = newClient(),
) {
  const response = await client.getSecretBundle({ secretId, ...selector })
  const { secretBundle } = response
  const { content } = secretBundle.secretBundleContent as unknown as { content: string }
  return { ...response, secretBundle, text: Buffer.from(content, 'base64').toString() }
}

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
  const path = spoil.path ?? `/20190301/secretbundles/${secretId}`
  const signed = spoil.signed ?? ['x-date', '(request-target)', 'host']
  const values: Record<string, string> = {
    host: new URL(vault.url).host,
    'x-date': (spoil.date ?? new Date(now * 1000)).toUTCString(),
    '(request-target)': `get ${path}`,
  }
  const text = signed.map((name) => `${name}: ${values[name] ?? ''}`).join('\n')
  const signature = sign('sha256', Buffer.from(text), sessionKey()).toString('base64')
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

function sessionKey(): string {
  return readFileSync(principal.environment['OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM'] ?? '', 'utf8')
}

describe('the SDK with a resource principal', () => {
  it('reads the CURRENT version of a secret', async () => {
    const { text, secretBundle, etag, opcRequestId } = await readSecret()
    expect(text).toBe('s3cret ü')
    expect(secretBundle).toMatchObject({
      secretId,
      versionNumber: 1,
      versionName: null,
      secretBundleContent: { contentType: 'BASE64' },
      stages: ['CURRENT', 'LATEST'],
    })
    expect(new Date(secretBundle.timeCreated ?? 0)).toEqual(new Date(now * 1000))
    expect(etag).toMatch(/./)
    expect(opcRequestId).toMatch(/\/[0-9A-F]{32}$/)
  })

  it('gets a rotated secret at once, and can still read the previous version', async () => {
    expect(vault.rotate(secretId, 'second')).toBe(2)
    expect((await readSecret()).text).toBe('second')
    const previous = await readSecret({ stage: Stage.Previous })
    expect([previous.text, previous.secretBundle.versionNumber]).toEqual(['s3cret ü', 1])
  })

  it('does not get a pending version before it is promoted', async () => {
    vault.rotate(secretId, 'second', { stage: 'PENDING' })
    expect((await readSecret()).secretBundle.stages).toEqual(['CURRENT'])
    expect((await readSecret({ stage: Stage.Latest })).secretBundle.stages).toEqual([
      'PENDING',
      'LATEST',
    ])
    vault.promote(secretId, 2)
    const promoted = await readSecret()
    expect(promoted.text).toBe('second')
    expect(promoted.secretBundle.stages).toEqual(['CURRENT', 'LATEST'])
    expect((await readSecret({ versionNumber: 1 })).secretBundle.stages).toEqual(['PREVIOUS'])
  })

  it('finds versions by number, by name, and as DEPRECATED', async () => {
    vault.rotate(secretId, 'second', { versionName: 'spring' })
    vault.rotate(secretId, 'third')
    expect((await readSecret({ versionNumber: 2 })).text).toBe('second')
    expect((await readSecret({ secretVersionName: 'spring' })).text).toBe('second')
    expect((await readSecret({ stage: Stage.Deprecated })).text).toBe('s3cret ü')
  })

  it('gets 404 for a secret without access, as for an unknown one', async () => {
    vault.removeAccess(secretId)
    const denied = { statusCode: 404, serviceCode: 'NotAuthorizedOrNotFound' }
    await expect(readSecret()).rejects.toMatchObject(denied)
    await expect(newClient().getSecretBundle({ secretId: 'ocid1.other' })).rejects.toMatchObject(
      denied,
    )
    await expect(readSecret({ versionNumber: 9 })).rejects.toMatchObject(denied)
  })

  it.each([
    [429, 'TooManyRequests'],
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
  ])('gets %i on demand', async (statusCode, serviceCode) => {
    vault.failWith(statusCode)
    await expect(readSecret()).rejects.toMatchObject({ statusCode, serviceCode })
    vault.failWith(undefined)
    expect((await readSecret()).text).toBe('s3cret ü')
  })

  it('gets 401 when its token has expired, and 200 after the renewal', async () => {
    await principal.renew({ lifetimeSeconds: -60 })
    const client = newClient()
    await expect(readSecret({}, client)).rejects.toMatchObject({
      statusCode: 401,
      serviceCode: 'NotAuthenticated',
    })
    await principal.renew()
    expect((await readSecret({}, client)).text).toBe('s3cret ü')
  })

  it('can use its token after a renewal', async () => {
    const client = newClient()
    await readSecret({}, client)
    const { keyId } = principal
    await principal.renew()
    expect(principal.keyId).not.toBe(keyId)
    expect((await readSecret({}, client)).text).toBe('s3cret ü')
  })

  it('gets 401 if its clock is off by more than five minutes', async () => {
    now += 290
    expect((await readSecret()).text).toBe('s3cret ü')
    now += 20
    await expect(readSecret()).rejects.toMatchObject({ statusCode: 401 })
  })

  it('is not trusted as another principal', async () => {
    const other = await createResourcePrincipal()
    const strict = await startVault({ trust: [other] })
    const client = newClient()
    client.endpoint = strict.url
    await expect(readSecret({}, client)).rejects.toMatchObject({ statusCode: 401 })
    await strict.close()
    other.remove()
  })
})

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
    ['another query', { sentPath: `/20190301/secretbundles/${secretId}?stage=PREVIOUS` }],
    ['an unsigned host', { signed: ['x-date', '(request-target)'] }],
    ['an unsigned date', { signed: ['host', '(request-target)'] }],
    ['an unsigned request target', { signed: ['x-date', 'host'] }],
    ['an absent header among the signed', { signed: ['x-date', '(request-target)', 'host', 'x'] }],
    ['an old date', { date: new Date(Date.now() - 400_000) }],
    ['a future date', { date: new Date(Date.now() + 400_000) }],
    ['no date that can be read', { date: new Date(NaN) }],
    ['an API key instead of a token', { keyId: 'ocid1.tenancy/ocid1.user/aa:bb' }],
    ['a token that is none', { keyId: 'ST$abc' }],
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
  const secretPath = `/20190301/secretbundles/${secretId}`
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

describe('the records', () => {
  it('have what happened and no secret', async () => {
    await readSecret()
    await readSecret({ stage: Stage.Pending }).catch(() => undefined)
    const path = `/20190301/secretbundles/${secretId}`
    expect(vault.requests).toEqual([
      { method: 'GET', path, query: '', status: 200, versionNumber: 1 },
      {
        method: 'GET',
        path,
        query: 'stage=PENDING',
        status: 404,
        code: 'NotAuthorizedOrNotFound',
        reason: 'no such version',
      },
    ])
  })
})

describe('the resource principal', () => {
  it('makes its files readable only for their owner, and removes them', async () => {
    const own = await createResourcePrincipal({ region: 'eu-frankfurt-1' })
    const {
      OCI_RESOURCE_PRINCIPAL_RPST: token = '',
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: key = '',
    } = own.environment
    expect(own.environment['OCI_RESOURCE_PRINCIPAL_REGION']).toBe('eu-frankfurt-1')
    expect([token, key].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600])
    expect(own.keyId).toBe(`ST$${readFileSync(token, 'utf8')}`)
    expect(createPrivateKey(readFileSync(key, 'utf8')).asymmetricKeyType).toBe('rsa')
    own.remove()
    expect([token, key].map((path) => existsSync(path))).toEqual([false, false])
  })

  it('renews its files by itself before the token expires', async () => {
    const own = await createResourcePrincipal({ lifetimeSeconds: 0.1 })
    const { keyId } = own
    while (own.keyId === keyId) await delay(5)
    const path = own.environment['OCI_RESOURCE_PRINCIPAL_RPST'] ?? ''
    expect(`ST$${readFileSync(path, 'utf8')}`).not.toBe(keyId)
    own.remove()
  })

  it('writes nothing if it is removed during a renewal', async () => {
    const own = await createResourcePrincipal()
    const renewal = own.renew()
    own.remove()
    await expect(renewal).resolves.toBeUndefined()
    expect(existsSync(own.environment['OCI_RESOURCE_PRINCIPAL_RPST'] ?? '')).toBe(false)
  })

  it('provides tenancy and compartment to the SDK', async () => {
    const provider = ResourcePrincipalAuthenticationDetailsProvider.builder()
    expect(await provider.getStringClaim('res_tenant')).toBe('ocid1.tenancy.oc1..local')
    expect(await provider.getStringClaim('res_compartment')).toBe('ocid1.compartment.oc1..local')
    expect(provider.getRegion().regionId).toBe('us-phoenix-1')
  })
})
