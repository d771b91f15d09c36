/** The keys and the discovery documents of the idcs flavour. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import type { IdentityDomain } from '../../stack/identity/identity-domain.ts'
import { closeDomains, startDomain } from './identity-fixture.ts'

const SCOPE = 'https://api.example/read'
const client = { clientId: 'caller', clientSecret: 'open sesame', scopes: [SCOPE] }

let open: IdentityDomain
let closed: IdentityDomain

function start(name: string, signingCertPublicAccess: boolean) {
  return startDomain('idcs', { name, signingCertPublicAccess, clients: [client] })
}

beforeAll(async () => {
  open = await start('open', true)
  closed = await start('closed', false)
})

afterAll(closeDomains)

async function get(url: string, token?: string) {
  const response = await fetch(url, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('the signing certificate endpoint', () => {
  it('requires a token', async () => {
    expect((await get(closed.jwksUri)).status).toBe(401)
  })

  it('accepts a token with the client’s administrative scopes', async () => {
    const { accessToken } = await closed.requestToken(client, 'urn:opc:idm:__myscopes__')
    expect((await get(closed.jwksUri, accessToken)).status).toBe(200)
  })

  it('rejects other tokens of the domain, and those of another domain', async () => {
    const ordinary = await closed.requestToken(client, SCOPE)
    const foreign = await open.requestToken(client, 'urn:opc:idm:__myscopes__')
    const revoked = await closed.requestToken(client, 'urn:opc:idm:__myscopes__')
    await closed.revoke(revoked.accessToken)
    for (const { accessToken } of [ordinary, foreign, revoked]) {
      expect((await get(closed.jwksUri, accessToken)).status).toBe(401)
    }
  })

  it('publishes keys with odd key_ops and without use', async () => {
    const { accessToken } = await open.requestToken(client, SCOPE)
    const { x5t, 'x5t#S256': x5tS256 } = decodeProtectedHeader(accessToken)
    const { status, body } = await get(open.jwksUri)
    expect(status).toBe(200)
    expect(body).toStrictEqual({
      keys: [
        {
          ...open.publicKeys().keys[0],
          kid: 'SIGNING_KEY',
          x5t,
          'x5t#S256': x5tS256,
          key_ops: ['encrypt', 'sign'],
        },
      ],
    })
  })

  it('publishes keys that jose rejects unchanged', async () => {
    const { accessToken } = await open.requestToken(client, SCOPE)
    const published = (await get(open.jwksUri)).body as unknown as JSONWebKeySet
    await expect(jwtVerify(accessToken, createLocalJWKSet(published))).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    })
  })
})

describe('a key rotation', () => {
  it('changes thumbprints and signatures, not the kid', async () => {
    const domain = await start('rotating', true)
    const before = await domain.requestToken(client, SCOPE)
    const oldKeys = createLocalJWKSet(domain.publicKeys())
    domain.rotateSigningKey()
    const after = await domain.requestToken(client, SCOPE)
    const newKeys = createLocalJWKSet(domain.publicKeys())
    const [oldHeader, newHeader] = [before, after].map((token) =>
      decodeProtectedHeader(token.accessToken),
    )

    expect(newHeader?.kid).toBe(oldHeader?.kid)
    expect(newHeader?.x5t).not.toBe(oldHeader?.x5t)
    expect(domain.publicKeys().keys).toHaveLength(1)
    await expect(jwtVerify(after.accessToken, newKeys)).resolves.toBeDefined()
    await expect(jwtVerify(after.accessToken, oldKeys)).rejects.toThrow('signature')
    await expect(jwtVerify(before.accessToken, newKeys)).rejects.toThrow('signature')
  })
})

describe('discovery', () => {
  it('has an issuer that is not the host, and the endpoints of the host', async () => {
    const { body } = await get(`${open.url}/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      issuer: 'https://identity.oraclecloud.com/',
      token_endpoint: `${open.url}/oauth2/v1/token`,
      introspection_endpoint: `${open.url}/oauth2/v1/introspect`,
      revocation_endpoint: `${open.url}/oauth2/v1/revoke`,
      jwks_uri: `${open.url}/admin/v1/SigningCert/jwk`,
    })
  })

  it('is wrapped at the older path', async () => {
    const plain = await get(`${open.url}/.well-known/openid-configuration`)
    const wrapped = await get(`${open.url}/.well-known/idcs-configuration`)
    expect(wrapped.body).toStrictEqual({ 'openid-configuration': plain.body })
  })
})
