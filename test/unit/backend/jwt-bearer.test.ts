import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { compactVerify } from 'jose'
import { fault } from '../../../src/decision.ts'
import type { AuthenticatingClient } from '../../../src/oauth/client-authentication.ts'
import type { Form } from '../../../src/oauth/form-request.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { faulty } from '../support/outcomes.ts'
import { deadlineWith, START } from '../support/time.ts'
import { REGISTRATION, revealed, sendRequest } from '../support/tokens-for-backends.ts'
import { JWT_BEARER, jwtBearerGrantIn } from './grants-fixture.ts'

function newKey(modulusLength = 2048): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength })
  return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
}
const [CLIENT_KEY, OWN_KEY] = [newKey(), newKey()]

const OWN_OCID = 'ocid1.vaultsecret.oc1..assertions'
const DEADLINE = deadlineWith(1_234)

/** As the exchange has it, once the secret was read: the client id may be the secret's. */
const CLIENT: AuthenticatingClient = {
  clientId: 'invoker-by-secret',
  method: 'private_key_jwt',
  secret: new Redacted(CLIENT_KEY),
  assertion: REGISTRATION.assertion,
}

function grantIn(ports: Parameters<typeof jwtBearerGrantIn>[0] = {}) {
  const { grant, reads, requests } = jwtBearerGrantIn({ vault: OWN_KEY, ...ports })
  const request = () => sendRequest(grant, DEADLINE)
  /** What would be sent as this client. */
  const formOf = async (client = CLIENT) => {
    await request()
    const form = requests[0]?.form
    if (typeof form !== 'function') throw new Error('an assertion is for a single use')
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

describe('the grant by user assertion', () => {
  it('authenticates at the token endpoint as the registered client', async () => {
    const { requests, request } = grantIn()

    const credential = await request()

    expect(requests).toStrictEqual([{ ...JWT_BEARER, form: expect.any(Function) }])
    expect(revealed(credential)).toStrictEqual({
      authorization: 'Bearer abc',
      expiresAt: START + 600,
    })
  })

  it('RFC 7523 §2.1: sends an assertion by us about the user, for ten minutes', async () => {
    const form = await grantIn().formOf()

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
        iss: 'invoker-by-secret',
        sub: 'jdoe',
        aud: 'https://identity.oraclecloud.com/',
        iat: START,
        exp: START + 600,
        jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      },
    })
  })

  it('signs with the client’s key, and reads no other', async () => {
    const { reads, formOf } = grantIn()

    const form = await formOf()

    expect(await isSignedBy(assertionIn(form), CLIENT_KEY)).toBe(true)
    expect(reads).toStrictEqual([])
  })

  it.each([
    ['a key', OWN_KEY],
    ['an object with a key', JSON.stringify({ private_key: OWN_KEY })],
  ])('signs with %s for assertions if one is configured', async (_case, vault) => {
    const { reads, formOf } = grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault })

    const form = await formOf({ ...CLIENT, secret: new Redacted('a client secret') })

    expect(await isSignedBy(assertionIn(form), OWN_KEY)).toBe(true)
    expect(reads).toStrictEqual([[OWN_OCID, DEADLINE]])
  })

  it('makes each assertion anew', async () => {
    const { requests, formOf } = grantIn()
    const first = await formOf()
    const again = requests[0]?.form
    const second = typeof again === 'function' ? await again(CLIENT) : failure(undefined)

    const payloads = [first, second].map((form) => readUnverifiedJwt(assertionIn(form))?.payload)
    expect(payloads[0]).not.toStrictEqual(payloads[1])
  })

  it('passes on the fault of a key that could not be had', async () => {
    const vault = fault('secret_unavailable', { detail: 'status_404' })

    const form = await grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault }).formOf()

    expect(form).toStrictEqual(failure(vault))
  })

  it.each([
    ['no key', 'a password', 'no_private_key'],
    ['a weak key', newKey(1024), 'private_key_weak'],
  ])('is a fault with a detail for %s', async (_case, vault, detail) => {
    const configured = await grantIn({ config: { assertionKeyOcid: OWN_OCID }, vault }).formOf()
    const clients = await grantIn().formOf({ ...CLIENT, secret: new Redacted(vault) })

    expect(configured).toStrictEqual(faulty('secret_unusable', { secret: OWN_OCID, detail }))
    expect(clients).toStrictEqual(faulty('secret_unusable', { detail }))
  })

  it('is a fault if it is rejected', async () => {
    const refused = { kind: 'refused', detail: 'access_denied', retryAfter: seconds(7) } as const

    expect(await grantIn({ outcome: refused }).request()).toStrictEqual(
      failure({
        fault: fault('credential_refused', { detail: 'access_denied' }),
        reach: 'caller',
        retryAfter: 7,
      }),
    )
  })
})
