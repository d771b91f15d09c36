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
    await expect(readSecret({ secretId: 'ocid1.other' })).rejects.toMatchObject(denied)
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

it('the resource principal provides tenancy and compartment to the SDK', async () => {
  const provider = ResourcePrincipalAuthenticationDetailsProvider.builder()
  expect(await provider.getStringClaim('res_tenant')).toBe('ocid1.tenancy.oc1..local')
  expect(await provider.getStringClaim('res_compartment')).toBe('ocid1.compartment.oc1..local')
  expect(provider.getRegion().regionId).toBe('us-phoenix-1')
})
