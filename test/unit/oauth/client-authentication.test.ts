import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { jwtVerify } from 'jose'
import {
  authenticateClient,
  type ClientAuthenticationMethod,
} from '../../../src/oauth/client-authentication.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { faulty } from '../support/outcomes.ts'
import { START, StandingClock } from '../support/time.ts'

function authenticate(method: ClientAuthenticationMethod, clientId: string, secret: string) {
  const assertion = { keyId: 'key-1', audience: ['https://idp.example/'] }
  return authenticateClient(
    { clientId, method, secret: new Redacted(secret), assertion },
    new StandingClock(),
  )
}

async function partsOf(...credentials: Parameters<typeof authenticate>) {
  const parts = await authenticate(...credentials)
  if (!parts.ok) throw new Error(JSON.stringify(parts.error))
  return parts.value
}

async function basicOf(clientId: string, secret: string): Promise<string> {
  const { headers } = await partsOf('client_secret_basic', clientId, secret)
  const [, credentials] = /^Basic (.+)$/.exec(headers['Authorization'] ?? '') ?? []
  return Buffer.from(credentials ?? '', 'base64').toString('utf8')
}

describe('client_secret_basic', () => {
  const ENCODED = '%25%2B%2F%3A%26+%7E%C3%BC'

  it.each([
    ['plain characters', 'client-1', 'secret_2.x', 'client-1:secret_2.x'],
    ['reserved characters', '%+/:& ~ü', '%+/:& ~ü', `${ENCODED}:${ENCODED}`],
    ['a colon in the ID', 'a:b', 'c', 'a%3Ab:c'],
    ['a character outside the Basic Multilingual Plane', '😀', '😀', '%F0%9F%98%80:%F0%9F%98%80'],
    ['line breaks', 'a\r\nb', 'c\n', 'a%0D%0Ab:c%0A'],
    ['an equals sign', 'a=b', 'c=', 'a%3Db:c%3D'],
  ])('#44 RFC 6749 §2.3.1: form-encodes ID and secret: %s', async (_case, id, secret, expected) => {
    expect(await basicOf(id, secret)).toBe(expected)
  })

  it('RFC 6749 §2.3.1: can be decoded according to appendix B', async () => {
    const [id, secret] = (await basicOf('%+/:& ~ü', 'ü~ &:/+%'))
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))

    expect([id, secret]).toStrictEqual(['%+/:& ~ü', 'ü~ &:/+%'])
  })

  it('RFC 7617 §2: is a single line even for a long secret', async () => {
    const secret = 'ü'.repeat(200)
    const { headers } = await partsOf('client_secret_basic', 'a'.repeat(200), secret)

    expect(headers['Authorization']).toMatch(/^Basic [A-Za-z0-9+/]+=*$/)
  })

  it('adds nothing to the form', async () => {
    expect((await partsOf('client_secret_basic', 'a', 'b')).form).toStrictEqual({})
  })
})

describe('client_secret_post', () => {
  it('RFC 6749 §2.3.1: adds ID and secret to the form, without an additional encoding', async () => {
    expect(await partsOf('client_secret_post', 'a:b', '%+/:& ~ü')).toStrictEqual({
      headers: {},
      form: { client_id: 'a:b', client_secret: '%+/:& ~ü' },
    })
  })
})

describe('private_key_jwt', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const assertionOf = async (secret: string) => {
    const { headers, form } = await partsOf('private_key_jwt', 'client-1', secret)
    const { client_assertion: assertion = '', ...rest } = form
    const verified = await jwtVerify(assertion, publicKey, { currentDate: new Date(START * 1000) })
    return { headers, rest, ...verified }
  }

  it('#48 RFC 7523 §3: signs a short-lived assertion for one audience', async () => {
    const { headers, rest, protectedHeader, payload } = await assertionOf(pem)

    expect(headers).toStrictEqual({})
    expect(rest).toStrictEqual({
      client_id: 'client-1',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    expect(protectedHeader).toStrictEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
    expect(payload).toStrictEqual({
      iss: 'client-1',
      sub: 'client-1',
      aud: 'https://idp.example/',
      iat: START,
      exp: START + 60,
      jti: expect.any(String) as unknown,
    })
  })

  it('#48 RFC 7523 §3: uses each `jti` once', async () => {
    const assertions = await Promise.all([1, 2, 3].map(() => assertionOf(pem)))

    expect(new Set(assertions.map(({ payload }) => payload.jti)).size).toBe(3)
  })

  it('uses a separate connection, on which no retry sends the assertion again', async () => {
    expect((await partsOf('private_key_jwt', 'client-1', pem)).connection).toBe('own')
  })

  it('#48: does not send the key', async () => {
    const parts = await partsOf('private_key_jwt', 'client-1', pem)

    expect(JSON.stringify(parts)).not.toContain('PRIVATE KEY')
    expect(JSON.stringify(parts)).not.toContain(pem.split('\n')[1])
  })

  it('returns a fault for a secret that is not a private key, without its content', async () => {
    expect(await authenticate('private_key_jwt', 'client-1', 'a client secret')).toStrictEqual(
      faulty('secret_unusable', { detail: 'no_private_key' }),
    )
  })
})
