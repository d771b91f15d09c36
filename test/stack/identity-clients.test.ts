/** Clients, their secrets and the separation of two domains, in both flavours. */
import { createPrivateKey, randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { SignJWT } from 'jose'
import { postAsClient } from '../../stack/identity/client-request.ts'
import { IDCS_ISSUER } from '../../stack/identity/idcs/claims.ts'
import type { IdentityDomainOptions } from '../../stack/identity/options.ts'
import { newKeyPair } from '../../stack/registrations.ts'
import { closeDomains, introspectAs, resourceServer, startDomain } from './identity-fixture.ts'

const SCOPE = 'https://api.example/read'
const awkward = {
  clientId: 'a%41+b/c:d&e ~f',
  clientSecret: 's%41+b/c:d&e ~f=?#',
  scopes: [SCOPE],
  introspect: true,
}
const plain = { clientId: 'plain', clientSecret: 'open sesame', scopes: [SCOPE] }
const flavours = ['standard', 'idcs'] as const

function start(
  flavour: IdentityDomainOptions['flavour'],
  changes: Partial<IdentityDomainOptions> = {},
) {
  return startDomain(flavour, { clients: [awkward, plain], ...changes })
}

afterEach(closeDomains)

describe.each(flavours)('a client of the %s flavour', (flavour) => {
  it('may have any printable character in id and secret, in the header and in the body', async () => {
    const domain = await start(flavour)
    const { accessToken } = await domain.requestToken(awkward, SCOPE)
    const { status, body } = await introspectAs(awkward, domain, accessToken)
    expect([status, body['client_id']]).toStrictEqual([200, awkward.clientId])

    const inBody = await fetch(domain.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: awkward.clientId,
        client_secret: awkward.clientSecret,
        ...domain.scopeParameters(SCOPE),
      }),
    })
    expect(inBody.status).toBe(200)
  })

  it('is rejected with a wrong secret at both endpoints', async () => {
    const domain = await start(flavour)
    const impostor = { ...awkward, clientSecret: 'wrong' }
    await expect(domain.requestToken(impostor, SCOPE)).rejects.toThrow('401 invalid_client')
    const { status, body } = await introspectAs(impostor, domain, 'abcd')
    expect([status, body['error']]).toStrictEqual([401, 'invalid_client'])
  })

  it('is rejected at introspection without permission, for every token', async () => {
    const domain = await start(flavour)
    const { accessToken } = await domain.requestToken(plain, SCOPE)
    for (const token of [accessToken, 'abcd']) {
      const { status, body } = await introspectAs(plain, domain, token)
      expect([status, body['error']]).toStrictEqual([401, 'invalid_client'])
    }
  })

  it('gets a new secret at run time, which survives a key rotation', async () => {
    const domain = await start(flavour)
    domain.setClientSecret('plain', 'new & better')
    domain.rotateSigningKey()
    await expect(domain.requestToken(plain, SCOPE)).rejects.toThrow('401 invalid_client')
    const renewed = { ...plain, clientSecret: 'new & better' }
    await expect(domain.requestToken(renewed, SCOPE)).resolves.toHaveProperty('accessToken')
    expect(() => {
      domain.setClientSecret('nobody', 'x')
    }).toThrow('no client nobody')
  })
})

describe.each(flavours)('a domain of the %s flavour', (flavour) => {
  it('does not accept the tokens of a second domain', async () => {
    const [mine, other] = [await start(flavour), await start(flavour)]
    const { accessToken } = await mine.requestToken(awkward, SCOPE)
    expect((await introspectAs(awkward, mine, accessToken)).body['active']).toBe(true)
    expect((await introspectAs(awkward, other, accessToken)).body).toStrictEqual({ active: false })
  })

  it('records requests without tokens and secrets', async () => {
    const domain = await start(flavour)
    const { accessToken } = await domain.requestToken(awkward, SCOPE)
    await introspectAs(awkward, domain, accessToken)
    await fetch(`${domain.url}/nowhere?token=${accessToken}`)
    expect(domain.requests).toStrictEqual([
      {
        method: 'POST',
        path: new URL(domain.tokenEndpoint).pathname,
        clientId: awkward.clientId,
        grantType: 'client_credentials',
        status: 200,
      },
      {
        method: 'POST',
        path: new URL(domain.introspectionEndpoint).pathname,
        clientId: awkward.clientId,
        status: 200,
      },
      { method: 'GET', path: '/nowhere', status: 404 },
    ])
  })

  it('refuses connections while paused, and is unchanged afterwards', async () => {
    const domain = await start(flavour)
    const { accessToken } = await domain.requestToken(awkward, SCOPE)
    await domain.pause()
    await expect(domain.requestToken(awkward, SCOPE)).rejects.toThrow('fetch failed')
    await domain.resume()
    expect((await introspectAs(awkward, domain, accessToken)).body['active']).toBe(true)
  })

  it('prints nothing', async () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((method) =>
      jest.spyOn(console, method).mockReturnValue(),
    )
    const domain = await start(flavour)
    const { accessToken } = await domain.requestToken(awkward, SCOPE)
    await introspectAs(awkward, domain, accessToken)
    await postAsClient(domain.revocationEndpoint, awkward, { token: accessToken })
    // What makes oidc-provider speak most easily: a browser's headers and a broken request.
    const browser = { accept: 'text/html', origin: 'https://app.example' }
    const { clientId, clientSecret } = plain
    const body = new URLSearchParams({ client_id: clientId, client_secret: clientSecret })
    await fetch(domain.tokenEndpoint, { method: 'POST', headers: browser, body })
    const calls = spies.flatMap((spy) => spy.mock.calls)
    jest.restoreAllMocks()
    expect(calls).toStrictEqual([])
  })
})

describe('contradictory options', () => {
  const api = 'https://api.example/'
  const opaque = resourceServer(api, ['read'], { accessTokenFormat: 'opaque' })
  const second = resourceServer(api, ['read'], { secondaryAudiences: ['x'] })

  it.each<[string, IdentityDomainOptions['flavour'], Partial<IdentityDomainOptions>]>([
    ['JWTs only', 'idcs', { resourceServers: [opaque] }],
    ['no resource server has the scope', 'idcs', { resourceServers: [] }],
    ['idcs flavour', 'standard', { resourceServers: [second] }],
    ['signingCertPublicAccess', 'standard', { signingCertPublicAccess: true }],
  ])('are rejected at start: %s', async (message, flavour, changes) => {
    await expect(start(flavour, changes)).rejects.toThrow(message)
  })
})

describe('an identity domain', () => {
  it('issues no token to a public client in its own name', async () => {
    const device = { clientId: 'device', clientSecret: '', scopes: [SCOPE], isPublic: true }
    const domain = await start('idcs', { clients: [device] })
    await expect(domain.requestToken(device, SCOPE)).rejects.toThrow('400 unauthorized_client')
  })

  const ALIAS = { kid: 'alias' }
  it.each([
    ['the shared issuer as audience and the alias', [IDCS_ISSUER], ALIAS, 200],
    ['the shared issuer among others', [IDCS_ISSUER, 'https://other.example/'], ALIAS, 200],
    ['the token endpoint as audience', [], ALIAS, 401],
    ['no name of the key', [IDCS_ISSUER], {}, 401],
  ])('answers a client assertion with %s', async (_case, audience, name, status) => {
    const { privateKey, publicKey } = newKeyPair('alias')
    const client = { ...plain, publicKey, authenticatesByKey: true }
    const domain = await start('idcs', { clients: [client] })
    const aud = audience.length === 0 ? domain.tokenEndpoint : audience
    const assertion = await new SignJWT({ aud })
      .setProtectedHeader({ alg: 'RS256', ...name })
      .setIssuer(client.clientId)
      .setSubject(client.clientId)
      .setJti(randomUUID())
      .setExpirationTime('1m')
      .sign(createPrivateKey(privateKey))
    const response = await fetch(domain.tokenEndpoint, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: SCOPE,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    })
    expect(response.status).toBe(status)
  })
})
