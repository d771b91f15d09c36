import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { SignJWT, type JWTPayload } from 'jose'
import { echoPath, startIntegration, type Integration } from '../../stack/integration.ts'

const issuer = 'https://identity.oraclecloud.com/'
const audience = 'https://0A.integration.us-phoenix-1.ocp.oraclecloud.com:443'
const scope = 'urn:opc:resource:consumer::all'
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
const olderKeys = generateKeyPairSync('rsa', { modulusLength: 2048 })

let integration: Integration
let now: number

beforeEach(async () => {
  now = 1_800_000_000
  integration = await startIntegration({
    issuer: () => issuer,
    // As IDCS publishes them: one constant `kid`, and operations that do not name verification.
    jwks: () => ({
      keys: [olderKeys, keys].map(({ publicKey }) => ({
        ...publicKey.export({ format: 'jwk' }),
        kty: 'RSA',
        kid: 'SIGNING_KEY',
        alg: 'RS256',
        key_ops: ['encrypt', 'sign'],
      })),
    }),
    audience,
    scope,
    serviceInvokers: new Set(['authorizer', 'alice']),
    basicUsers: new Map([['user', 'pass:word']]),
    clock: () => now,
  })
})
afterEach(async () => {
  await integration.close()
})

function token(
  claims: JWTPayload = {},
  key: KeyObject = keys.privateKey,
  header: { alg: string } = { alg: 'RS256' },
): Promise<string> {
  const payload = {
    iss: issuer,
    aud: [audience],
    sub: 'authorizer',
    client_id: 'authorizer',
    scope,
    exp: now + 60,
    ...claims,
  }
  return new SignJWT(payload).setProtectedHeader(header).sign(key)
}

function basic(credentials: string) {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

function call(authorization?: string, path = `${echoPath}/orders`, init: RequestInit = {}) {
  return fetch(integration.url + path, {
    ...init,
    headers: {
      ...(init.headers as Record<string, string> | undefined),
      ...(authorization !== undefined && { authorization }),
    },
  })
}

describe('the Echo integration', () => {
  it('returns what it received, without the credentials', async () => {
    const jwt = await token({ aud: [audience, 'https://more'] })
    const response = await call(`Bearer ${jwt}`, `${echoPath}/a/b?x=1&y=2&y=3`, {
      method: 'POST',
      body: '{"order":"ü"}',
      headers: { 'x-request-id': 'r-1' },
    })
    expect(response.status).toBe(200)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      method: 'POST',
      path: `${echoPath}/a/b`,
      query: { x: '1', y: ['2', '3'] },
      headers: { 'x-request-id': 'r-1', authorization: 'Bearer [redacted]' },
      caller: {
        scheme: 'Bearer',
        subject: 'authorizer',
        client: 'authorizer',
        scope: [scope],
        audience: [audience, 'https://more'],
      },
      body: '{"order":"ü"}',
    })
    expect(text).not.toContain(jwt)
    expect(JSON.stringify(integration.requests)).not.toContain(jwt)
  })

  it('serves Basic credentials of a known user', async () => {
    const response = await call(basic('user:pass:word'))
    expect(await response.json()).toMatchObject({ caller: { scheme: 'Basic', user: 'user' } })
    expect(JSON.stringify(integration.requests)).not.toMatch(/pass:word|dXNlcj/)
  })

  it.each([
    [echoPath, 200],
    [`${echoPath}/`, 200],
    [`${echoPath}0/orders`, 404],
    ['/ic/api/integration/v1/flows/rest/OTHER/1.0/', 404],
    ['/', 404],
  ])('at %s answers %i', async (path, status) => {
    expect((await call(`Bearer ${await token()}`, path)).status).toBe(status)
  })

  it('refuses connections while it is paused', async () => {
    await integration.pause()
    await expect(call()).rejects.toThrow()
    await integration.resume()
    expect((await call(`Bearer ${await token()}`)).status).toBe(200)
  })
})

describe('a bearer token', () => {
  it.each([
    ['an audience that is a string', { aud: audience }],
    ['more scopes', { scope: `other ${scope}` }],
    ['a list of scopes', { scope: [scope] }],
    ['the type of an access token', { tok_type: 'AT' }],
    ['a user who has the role as well', { sub_type: 'user', sub: 'alice' }],
  ])('is accepted with %s', async (_name, claims) => {
    expect((await call(`Bearer ${await token(claims)}`)).status).toBe(200)
  })

  it.each([
    ['another issuer', { iss: 'https://identity.oraclecloud.com' }, 'iss'],
    ['another audience', { aud: 'https://other:443' }, 'aud'],
    ['no audience', { aud: undefined }, 'aud'],
    ['another scope', { scope: 'urn:opc:resource:consumer::all/x' }, 'scope'],
    ['no scope', { scope: undefined }, 'scope'],
    ['no expiry', { exp: undefined }, 'exp'],
    ['an expiry that has come', { exp: 1_800_000_000 }, 'expired'],
    ['a start that has not come', { nbf: 1_800_000_001 }, 'nbf'],
    ['another client', { client_id: 'other' }, 'the client does not hold ServiceInvoker'],
    ['no client', { client_id: undefined }, 'the client does not hold ServiceInvoker'],
    ['another user', { sub_type: 'user', sub: 'bob' }, 'the user does not hold ServiceInvoker'],
    ['no user', { sub_type: 'user', sub: undefined }, 'the user does not hold ServiceInvoker'],
    ['the type of an ID token', { tok_type: 'IT' }, 'not an access token'],
  ] as [string, JWTPayload, string][])('is rejected with %s', async (_name, claims, refusal) => {
    expect(await resultOf(`Bearer ${await token(claims)}`)).toEqual(rejection(refusal))
  })

  it('is rejected with a signature by another key', async () => {
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    expect(await resultOf(`Bearer ${await token({}, foreign)}`)).toEqual(rejection('signature'))
  })

  it('is rejected with another algorithm', async () => {
    const jwt = await token({}, keys.privateKey, { alg: 'RS512' })
    expect(await resultOf(`Bearer ${jwt}`)).toEqual(rejection('not a JWT that OIC can read'))
  })

  it('is accepted under an earlier key that is still published', async () => {
    expect((await call(`Bearer ${await token({}, olderKeys.privateKey)}`)).status).toBe(200)
  })

  /** The response to a call, and the recorded request. */
  async function resultOf(authorization: string) {
    const response = await call(authorization)
    const { refusal, caller } = integration.requests.at(-1) ?? {}
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body: await response.text(),
      refusal,
      caller,
    }
  }

  function rejection(refusal: string) {
    return { status: 401, challenge: 'Bearer error="invalid_token"', body: '', refusal }
  }
})

describe('other credentials', () => {
  it('are required with a challenge without an error', async () => {
    const response = await call()
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  })

  it.each([
    ['a token without its scheme', 'eyJhbGciOiJSUzI1NiJ9.e30.x'],
    ['the scheme twice', 'Bearer Bearer x'],
    ['no JWT', 'Bearer opaque'],
    ['a wrong password', basic('user:other')],
    ['an unknown user', basic('nobody:pass:word')],
    ['no password', basic('user')],
  ])('are rejected: %s', async (_name, authorization) => {
    expect((await call(authorization)).status).toBe(401)
  })

  it('are rejected if Basic is not enabled', async () => {
    const strict = await startIntegration({
      issuer: () => issuer,
      jwks: () => ({ keys: [] }),
      audience,
      scope,
      serviceInvokers: new Set(),
    })
    const response = await fetch(strict.url + echoPath, {
      headers: { authorization: basic('user:pass:word') },
    })
    await strict.close()
    expect(response.status).toBe(401)
  })
})
