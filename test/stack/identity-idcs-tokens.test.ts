/** The peculiarities of the idcs flavour's tokens. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { postAsClient } from '../../stack/identity/client-request.ts'
import type { IdentityDomain } from '../../stack/identity/identity-domain.ts'
import {
  closeDomains,
  introspectAs,
  post,
  resourceServer,
  startDomain,
} from './identity-fixture.ts'

const OIC = 'https://0A1B.integration.example:443'
const OIC_SCOPE = `${OIC}urn:opc:resource:consumer::all`
const API = 'https://api.example/'

const client = {
  clientId: 'function',
  clientSecret: 'open sesame',
  scopes: [OIC_SCOPE, `${API}read`, `${API}write`],
  introspect: true,
}

let domain: IdentityDomain

beforeAll(async () => {
  domain = await startDomain('idcs', {
    name: 'oic',
    clients: [client],
    resourceServers: [
      resourceServer(OIC, ['urn:opc:resource:consumer::all'], { lifetimeSeconds: 3600 }),
      resourceServer(API, ['read', 'write', 'admin'], {
        secondaryAudiences: ['https://second.example/'],
      }),
    ],
  })
})

afterAll(closeDomains)
afterEach(() => {
  jest.useRealTimers()
})

function tokenRequest(scope?: string) {
  const grant_type = 'client_credentials'
  const form = scope === undefined ? { grant_type } : { grant_type, scope }
  return post(domain.tokenEndpoint, client, form)
}

function introspect(token: string) {
  return introspectAs(client, domain, token)
}

/** Moves `Date` alone: sockets need the other timers as they are. */
function setClockForward(seconds: number) {
  jest.useFakeTimers({
    now: Date.now() + seconds * 1000,
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask'] as const),
      ...(['setImmediate', 'setInterval', 'setTimeout'] as const),
      ...(['clearImmediate', 'clearInterval', 'clearTimeout'] as const),
    ],
  })
}

describe('the token response', () => {
  it('has no scope', async () => {
    const { status, body } = await tokenRequest(OIC_SCOPE)
    expect(status).toBe(200)
    expect(body).toStrictEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
    })
  })

  it('can shorten the lifetime, but not extend it', async () => {
    const short = await tokenRequest(`${OIC_SCOPE} urn:opc:resource:expiry=90`)
    const long = await tokenRequest(`${OIC_SCOPE} urn:opc:resource:expiry=9000`)
    expect([short.body['expires_in'], long.body['expires_in']]).toStrictEqual([90, 3600])
  })

  it.each([
    ['no scope', undefined],
    ['an expiry without a scope', 'urn:opc:resource:expiry=90'],
    ['an expiry of nothing', `${OIC_SCOPE} urn:opc:resource:expiry=0`],
    ['a short name', 'read'],
    ['an unknown scope', `${API}delete`],
    ['a scope that the client does not have', `${API}admin`],
    ['one scope of the client and another', `${API}read ${API}admin`],
    ['scopes of two resources', `${OIC_SCOPE} ${API}read`],
    ['administrative scopes together with others', `urn:opc:idm:__myscopes__ ${API}read`],
  ])('is an error for %s', async (_case, scope) => {
    const { status, body } = await tokenRequest(scope)
    expect(status).toBe(400)
    expect(body).toStrictEqual({
      error: 'invalid_scope',
      error_description: expect.any(String),
    })
  })
})

describe('the access token', () => {
  it('has a header without typ, the constant kid and thumbprints', async () => {
    const { accessToken } = await domain.requestToken(client, OIC_SCOPE)
    expect(decodeProtectedHeader(accessToken)).toStrictEqual({
      alg: 'RS256',
      kid: 'SIGNING_KEY',
      x5t: expect.stringMatching(/^[\w-]{27}$/),
      'x5t#S256': expect.stringMatching(/^[\w-]{43}$/),
    })
  })

  it('has the claims observed at identity domains, and a short scope', async () => {
    const { accessToken } = await domain.requestToken(client, OIC_SCOPE)
    const claims = decodeJwt(accessToken)
    expect(claims).toStrictEqual({
      iss: 'https://identity.oraclecloud.com/',
      aud: OIC,
      sub: 'function',
      scope: 'urn:opc:resource:consumer::all',
      tok_type: 'AT',
      sub_type: 'client',
      gtp: 'cc',
      client_id: 'function',
      client_guid: expect.stringMatching(/^[0-9a-f]{32}$/),
      client_name: 'function',
      client_tenantname: expect.any(String),
      tenant: expect.stringMatching(/^idcs-[0-9a-f]{32}$/),
      'user.tenant.name': claims['tenant'],
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims.iat) + 3600,
    })
  })

  it('has an array of audiences if the resource has several', async () => {
    const { accessToken } = await domain.requestToken(client, `${API}read ${API}write`)
    expect(decodeJwt(accessToken)).toMatchObject({
      aud: [API, 'https://second.example/'],
      scope: 'read write',
    })
  })

  it('verifies with the public keys of the domain, as an RFC 7519 JWT of the shared issuer', async () => {
    const { accessToken } = await domain.requestToken(client, OIC_SCOPE)
    const verified = await jwtVerify(accessToken, createLocalJWKSet(domain.publicKeys()), {
      issuer: domain.issuer,
      audience: OIC,
    })
    expect(verified.payload.sub).toBe('function')
  })
})

describe('introspection', () => {
  it('answers for JWTs, with an array of audiences and the names of identity domains', async () => {
    const { accessToken } = await domain.requestToken(client, OIC_SCOPE)
    const claims = decodeJwt(accessToken)
    expect(await introspect(accessToken)).toStrictEqual({
      status: 200,
      body: {
        active: true,
        token_type: 'JWT',
        aud: [OIC],
        scope: 'urn:opc:resource:consumer::all',
        iss: 'https://identity.oraclecloud.com/',
        sub: 'function',
        sub_type: 'client',
        client_id: 'function',
        client_guid: claims['client_guid'],
        client_name: 'function',
        client_tenantname: claims['tenant'],
        tenant: claims['tenant'],
        'user.tenant.name': claims['tenant'],
        iat: claims.iat,
        exp: claims.exp,
        jti: claims.jti,
      },
    })
  })

  it('reports garbage, a forged signature and an empty JWT as inactive, with status 200', async () => {
    const { accessToken } = await domain.requestToken(client, OIC_SCOPE)
    const [header, payload] = accessToken.split('.')
    const forged = `${header ?? ''}.${payload ?? ''}.${Buffer.alloc(256, 7).toString('base64url')}`
    for (const token of ['abcd', forged, `${header ?? ''}..`]) {
      expect(await introspect(token)).toStrictEqual({ status: 200, body: { active: false } })
    }
  })

  it('reports an expired token as inactive', async () => {
    const { accessToken } = await domain.requestToken(client, OIC_SCOPE)
    setClockForward(3601)
    expect((await introspect(accessToken)).body).toStrictEqual({ active: false })
  })

  it('reports a revoked token as inactive', async () => {
    const byClient = await domain.requestToken(client, OIC_SCOPE)
    const byAdministrator = await domain.requestToken(client, OIC_SCOPE)
    const untouched = await domain.requestToken(client, OIC_SCOPE)
    const revocation = await postAsClient(domain.revocationEndpoint, client, {
      token: byClient.accessToken,
    })
    await domain.revoke(byAdministrator.accessToken)
    expect(revocation.status).toBe(200)
    expect((await introspect(byClient.accessToken)).body).toStrictEqual({ active: false })
    expect((await introspect(byAdministrator.accessToken)).body).toStrictEqual({ active: false })
    expect((await introspect(untouched.accessToken)).body['active']).toBe(true)
    await expect(domain.revoke(byClient.accessToken)).rejects.toThrow('no active token')
  })
})
