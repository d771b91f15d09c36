import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { compactVerify } from 'jose'
import { fault } from '../../../src/decision.ts'
import type { AuthenticatingClient } from '../../../src/oauth/client-authentication.ts'
import type { Form } from '../../../src/oauth/form-request.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { faulty } from '../support/outcomes.ts'
import { deadlineWith, START } from '../support/time.ts'
import { REGISTRATION, revealed, sendRequest } from '../support/tokens-for-backends.ts'
import { createJwtGrant, JWT_BEARER, type GrantOptions } from './grants-fixture.ts'

function newKey(modulusLength = 2048): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}
const [CLIENT_KEY, ASSERTION_KEY] = [newKey(), newKey()]

const ASSERTION_KEY_OCID = 'ocid1.vaultsecret.oc1..assertions'
const DEADLINE = deadlineWith(1_234)

/** The client ID may come from the secret. */
const CLIENT: AuthenticatingClient = {
  clientId: 'id-in-secret',
  method: 'private_key_jwt',
  secret: new Redacted(CLIENT_KEY),
  assertion: REGISTRATION.assertion,
}

function grantWith(options: GrantOptions = {}) {
  const { grant, reads, requests } = createJwtGrant({ vault: ASSERTION_KEY, ...options })
  const request = () => sendRequest(grant, DEADLINE)
  const formOf = async (client = CLIENT) => {
    await request()
    const form = requests[0]?.form
    if (typeof form !== 'function')
      throw new Error('the form must be a function: each assertion is used once')
    return form(client)
  }
  return { reads, requests, request, formOf }
}

function assertionIn(form: Result<Form, unknown>): string {
  return form.ok ? (form.value['assertion'] ?? '') : ''
}

function isSignedBy(jwt: string, privateKey: string): Promise<boolean> {
  return compactVerify(jwt, createPublicKey(privateKey)).then(
    () => true,
    () => false,
  )
}

describe('the JWT bearer grant', () => {
  it('authenticates at the token endpoint as the registered client', async () => {
    const { requests, request } = grantWith()

    const credential = await request()

    expect(requests).toStrictEqual([{ ...JWT_BEARER, form: expect.any(Function) }])
    expect(revealed(credential)).toStrictEqual({
      authorization: 'Bearer abc',
      expiresAt: START + 600,
    })
  })

  it('RFC 7523 §2.1: sends an assertion about the user that is valid for ten minutes', async () => {
    const form = await grantWith().formOf()

    const assertion = assertionIn(form)
    expect(form).toStrictEqual(
      success({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion,
        scope: JWT_BEARER.scope,
      }),
    )
    expect(readUnverifiedJwt(assertion)).toStrictEqual({
      header: { alg: 'RS256', typ: 'JWT', kid: 'key-1' },
      payload: {
        iss: 'id-in-secret',
        sub: 'jdoe',
        aud: 'https://identity.oraclecloud.com/',
        iat: START,
        exp: START + 600,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    })
  })

  it('signs with the client’s key, and reads no other secret', async () => {
    const { reads, formOf } = grantWith()

    const form = await formOf()

    expect(await isSignedBy(assertionIn(form), CLIENT_KEY)).toBe(true)
    expect(reads).toStrictEqual([])
  })

  it.each([
    ['the key', ASSERTION_KEY],
    ['the JSON secret', JSON.stringify({ private_key: ASSERTION_KEY })],
  ])('signs with %s that is configured for assertions', async (_case, vault) => {
    const { reads, formOf } = grantWith({ config: { assertionKeyOcid: ASSERTION_KEY_OCID }, vault })

    const form = await formOf({ ...CLIENT, secret: new Redacted('a client secret') })

    expect(await isSignedBy(assertionIn(form), ASSERTION_KEY)).toBe(true)
    expect(reads).toStrictEqual([[ASSERTION_KEY_OCID, DEADLINE]])
  })

  it('creates a new assertion for each request', async () => {
    const { requests, formOf } = grantWith()
    const first = await formOf()
    const again = requests[0]?.form
    const second = typeof again === 'function' ? await again(CLIENT) : failure(undefined)

    const payloads = [first, second].map((form) => readUnverifiedJwt(assertionIn(form))?.payload)
    expect(payloads[0]).not.toStrictEqual(payloads[1])
  })

  it('returns the fault of a key that cannot be read', async () => {
    const vault = fault('secret_unavailable', { detail: 'status_404' })

    const form = await grantWith({
      config: { assertionKeyOcid: ASSERTION_KEY_OCID },
      vault,
    }).formOf()

    expect(form).toStrictEqual(failure(vault))
  })

  it.each([
    ['no key', 'a password', 'no_private_key'],
    ['a weak key', newKey(1024), 'private_key_weak'],
  ])('returns a fault with a detail for %s', async (_case, vault, detail) => {
    const configuredKey = await grantWith({
      config: { assertionKeyOcid: ASSERTION_KEY_OCID },
      vault,
    }).formOf()
    const clientKey = await grantWith().formOf({ ...CLIENT, secret: new Redacted(vault) })

    expect(configuredKey).toStrictEqual(
      faulty('secret_unusable', { secret: ASSERTION_KEY_OCID, detail }),
    )
    expect(clientKey).toStrictEqual(faulty('secret_unusable', { detail }))
  })
})
