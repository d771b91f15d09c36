/** Rotation on the local stack during calls; test/oci tests the rest, with the real `oci`. */
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { OCI_OPERATIONS } from '../../scripts/rotate/oci.ts'
import { goBack, rotate, type Operations } from '../../scripts/rotate/rotate.ts'
import { startIdentityDomain, type IdentityDomain } from '../../stack/identity/identity-domain.ts'
import { startLocalStack, type LocalStack } from '../../stack/local-stack.ts'
import { API_AUDIENCE, OIC_AUDIENCE, OIC_SCOPE } from '../../stack/registrations.ts'
import { resourceServer } from '../stack/identity-fixture.ts'

const secretId = 'ocid1.vaultsecret.oc1.phx.rotated'
const scope = `${OIC_AUDIENCE}${OIC_SCOPE}`
let stack: LocalStack
let domain: IdentityDomain
let held: string[]

beforeAll(async () => {
  const client = (clientId: string) => ({ clientId, clientSecret: newSecret(), scopes: [scope] })
  const a = client('oic-a')
  domain = await startIdentityDomain({
    name: 'rotation',
    flavour: 'idcs',
    clients: [a, client('oic-b')],
    resourceServers: [resourceServer(OIC_AUDIENCE, [OIC_SCOPE], { lifetimeSeconds: 3600 })],
  })
  stack = await startLocalStack({
    config: {
      back_end_token_endpoint: domain.tokenEndpoint,
      back_end_app_client_id: 'oic-a',
      back_end_client_secret_ocid: secretId,
      secret_ttl_seconds: '0',
      // No token of this domain is valid long enough to be cached: each call requests one.
      min_back_end_token_seconds: '3599',
    },
    function: { maxInstances: 1 },
  })
  held = [JSON.stringify({ client_id: a.clientId, client_secret: a.clientSecret })]
  stack.vault.addSecret(secretId, held[0] ?? '')
})

afterAll(async () => {
  await stack.close()
  await domain.close()
})

function newSecret(): string {
  return randomBytes(18).toString('base64url')
}

const operations: Operations = {
  readSecret: (_, stage) => {
    const at = stage === 'CURRENT' ? held.length - 1 : held.length - 2
    return Promise.resolve({ number: at + 1, text: held[at] ?? '' })
  },
  writeSecret: (id, text) => {
    held.push(text)
    stack.vault.rotate(id, text)
    return Promise.resolve()
  },
  makeCurrent: (id, versionNumber) => {
    held.pop()
    stack.vault.promote(id, versionNumber)
    return Promise.resolve()
  },
  regenerateClientSecret: (_, clientId) => {
    const secret = newSecret()
    domain.setClientSecret(clientId, secret)
    return Promise.resolve(secret)
  },
  checkCredentials: (...given) => OCI_OPERATIONS.checkCredentials(...given),
}

function credential() {
  const clients = {
    a: { app_id: 'oic-a', client_id: 'oic-a' },
    b: { app_id: 'oic-b', client_id: 'oic-b' },
  }
  return { domain_url: domain.url, secret_id: secretId, scope, clients }
}

async function decide(): Promise<unknown> {
  await setTimeout(1100)
  const { partnerA } = stack.registrations
  const token = await stack.requestCallerToken(partnerA, `${API_AUDIENCE}echo:invoke`)
  await stack.authorizer.invoke(
    JSON.stringify({ type: 'USER_DEFINED', data: { token: `Bearer ${token}` } }),
  )
  return stack.authorizer.jsonLog().findLast((line) => line['event'] === 'decision')?.['reason']
}

it('switches to the other application and back without a failed call', async () => {
  expect(await decide()).toBe('permitted')
  const during: unknown[] = []
  const used = await rotate(credential(), {
    ...operations,
    checkCredentials: async (...given) => {
      // The function still has the first application, whose secret is as it was.
      during.push(await decide())
      await operations.checkCredentials(...given)
    },
  })
  expect(used).toBe('oic-b')
  expect(during).toEqual(['permitted'])
  expect(await decide()).toBe('permitted')
  expect(domain.requests.at(-1)).toMatchObject({ clientId: 'oic-b', status: 200 })
  expect(await goBack(credential(), operations)).toBe('oic-a')
  expect(await decide()).toBe('permitted')
  expect(domain.requests.at(-1)).toMatchObject({ clientId: 'oic-a', status: 200 })
  expect(await rotate(credential(), operations)).toBe('oic-b')
  expect(await rotate(credential(), operations)).toBe('oic-a')
  expect(await decide()).toBe('permitted')
})
