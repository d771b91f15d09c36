/** The standard flavour conforms to its RFCs. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { postAsClient } from '../../stack/identity/client-request.ts'
import type { IdentityDomain } from '../../stack/identity/identity-domain.ts'
import {
  closeDomains,
  introspectAs,
  post,
  resourceServer,
  startDomain,
} from './identity-fixture.ts'

const JWT_API = 'https://jwt.example/'
const OPAQUE_API = 'https://opaque.example/'

const both = {
  clientId: 'both',
  clientSecret: 'open sesame',
  scopes: [`${JWT_API}read`, `${JWT_API}write`, `${OPAQUE_API}read`],
  introspect: true,
}
const one = {
  clientId: 'one',
  clientSecret: 'open sesame',
  scopes: [`${OPAQUE_API}read`],
  accessTokenLifetimeSeconds: 77,
}

let domain: IdentityDomain

beforeAll(async () => {
  const opaque = { accessTokenFormat: 'opaque', lifetimeSeconds: 300 } as const
  domain = await startDomain('standard', {
    clients: [both, one],
    resourceServers: [
      resourceServer(JWT_API, ['read', 'write', 'admin']),
      resourceServer(OPAQUE_API, ['read'], opaque),
    ],
  })
})

afterAll(closeDomains)

function tokenRequest(client: typeof both | typeof one, parameters: Record<string, string>) {
  return post(domain.tokenEndpoint, client, { grant_type: 'client_credentials', ...parameters })
}

function introspect(token: string) {
  return introspectAs(both, domain, token)
}

describe('JWT access tokens', () => {
  it('are those of RFC 9068, verified with the published keys', async () => {
    const { accessToken } = await domain.requestToken(both, `${JWT_API}read`)
    const { payload } = await jwtVerify(accessToken, createRemoteJWKSet(new URL(domain.jwksUri)), {
      issuer: domain.url,
      audience: JWT_API,
      typ: 'at+jwt',
    })
    expect(payload).toMatchObject({ sub: 'both', client_id: 'both', scope: 'read' })
  })

  it('are introspected (RFC 7662) until they are revoked', async () => {
    const { accessToken } = await domain.requestToken(both, `${JWT_API}read`)
    expect((await introspect(accessToken)).body).toStrictEqual({
      active: true,
      token_type: 'Bearer',
      ...decodeJwt(accessToken),
    })
    await domain.revoke(accessToken)
    expect(await introspect(accessToken)).toStrictEqual({ status: 200, body: { active: false } })
  })

  it('are not revoked by another client', async () => {
    const { accessToken } = await domain.requestToken(both, `${JWT_API}read`)
    await postAsClient(domain.revocationEndpoint, one, { token: accessToken })
    expect((await introspect(accessToken)).body['active']).toBe(true)
    await postAsClient(domain.revocationEndpoint, both, { token: accessToken })
    expect((await introspect(accessToken)).body['active']).toBe(false)
  })
})

describe('opaque access tokens', () => {
  it('are not JWTs and are introspected until they are revoked', async () => {
    const { accessToken, expiresInSeconds } = await domain.requestToken(both, `${OPAQUE_API}read`)
    expect(accessToken).not.toContain('.')
    expect(expiresInSeconds).toBe(300)
    expect((await introspect(accessToken)).body).toMatchObject({
      active: true,
      iss: domain.url,
      aud: OPAQUE_API,
      scope: 'read',
      client_id: 'both',
      token_type: 'Bearer',
    })
    await domain.revoke(accessToken)
    expect(await introspect(accessToken)).toStrictEqual({ status: 200, body: { active: false } })
  })

  it('survive a key rotation', async () => {
    const { accessToken } = await domain.requestToken(both, `${OPAQUE_API}read`)
    domain.rotateSigningKey()
    expect((await introspect(accessToken)).body['active']).toBe(true)
  })
})

describe('the token endpoint', () => {
  it('accepts a resource and short scopes (RFC 8707), and grants the client’s scopes', async () => {
    const { body } = await tokenRequest(both, { resource: JWT_API, scope: 'read admin' })
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'read' })
  })

  it('needs no resource for a client with scopes at one only', async () => {
    const { body } = await tokenRequest(one, { scope: 'read' })
    expect(body).toMatchObject({ scope: 'read', expires_in: 77 })
    expect((await introspect(String(body['access_token']))).body['aud']).toBe(OPAQUE_API)
  })

  it('issues a token without audience and scope to a client that names no resource', async () => {
    const { body } = await tokenRequest(both, { scope: 'read' })
    const answer = await introspect(String(body['access_token']))
    expect(answer.body).toMatchObject({ active: true, client_id: 'both' })
    expect(answer.body).not.toHaveProperty('aud')
    expect(answer.body).not.toHaveProperty('scope')
  })

  it.each(['https://unknown.example/', JWT_API])(
    'rejects %s for a client without scopes there',
    async (resource) => {
      const { status, body } = await tokenRequest(one, { resource, scope: 'read' })
      expect([status, body['error']]).toStrictEqual([400, 'invalid_target'])
    },
  )
})

describe('the key set', () => {
  it('keeps the old key beside the new one', async () => {
    const before = await domain.requestToken(both, `${JWT_API}read`)
    domain.rotateSigningKey()
    const after = await domain.requestToken(both, `${JWT_API}read`)
    const keys = createRemoteJWKSet(new URL(domain.jwksUri))
    const headers = [
      (await jwtVerify(before.accessToken, keys)).protectedHeader,
      (await jwtVerify(after.accessToken, keys)).protectedHeader,
    ]
    expect(headers[0]?.kid).not.toBe(headers[1]?.kid)
    expect(domain.publicKeys().keys[0]?.kid).toBe(headers[1]?.kid)
  })

  it('is in the discovery document, whose issuer is the host', async () => {
    const response = await fetch(`${domain.url}/.well-known/openid-configuration`)
    expect(await response.json()).toMatchObject({
      issuer: domain.url,
      token_endpoint: domain.tokenEndpoint,
      introspection_endpoint: domain.introspectionEndpoint,
      revocation_endpoint: domain.revocationEndpoint,
      jwks_uri: domain.jwksUri,
    })
  })
})
