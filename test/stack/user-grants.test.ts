/** Flows in which users log in at an identity domain, and direct calls of Oracle Integration. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { refreshToken } from '../../stack/identity/client-request.ts'
import type { IdentityDomain } from '../../stack/identity/identity-domain.ts'
import { closeDomains, resourceServer, startDomain } from './identity-fixture.ts'

const SCOPE = 'https://oic.example.com:443urn:opc:resource:consumer::all'
const REDIRECT_URI = 'http://127.0.0.1:8765/callback'
const alice = { name: 'alice@example.com', password: 'open sesame' }
const device = { clientId: 'device', clientSecret: '', scopes: [SCOPE], isPublic: true }
const portal = {
  clientId: 'portal',
  clientSecret: 'portal secret',
  scopes: [SCOPE],
  redirectUris: [REDIRECT_URI],
}

let domain: IdentityDomain
beforeAll(async () => {
  const scopes = ['urn:opc:resource:consumer::all']
  const oic = resourceServer('https://oic.example.com:443', scopes, { lifetimeSeconds: 3600 })
  const clients = [device, portal]
  domain = await startDomain('idcs', { clients, users: [alice], resourceServers: [oic] })
})
afterAll(closeDomains)

async function post(path: string, form: Record<string, string>) {
  const response = await fetch(domain.url + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    redirect: 'manual',
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const location = response.headers.get('location')
  return {
    status: response.status,
    body: isJson ? (JSON.parse(text) as Record<string, string>) : { text },
    back: location === null ? undefined : new URL(location).searchParams,
  }
}

function startDevice(scope = SCOPE) {
  return post('/oauth2/v1/device', {
    response_type: 'device_code',
    client_id: device.clientId,
    scope,
  })
}

function poll(device_code = '') {
  const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
  return post('/oauth2/v1/token', { grant_type, device_code, client_id: device.clientId })
}

describe('the device flow', () => {
  it('issues a token of the user, and a refresh token for offline_access', async () => {
    const first = await domain.requestDeviceToken(device, alice, `${SCOPE} offline_access`)
    expect(decodeJwt(first.accessToken)).toMatchObject({
      sub: alice.name,
      sub_type: 'user',
      client_id: 'device',
      scope: 'urn:opc:resource:consumer::all',
      aud: 'https://oic.example.com:443',
    })
    const used = first.refreshToken ?? ''
    const next = await refreshToken(domain.tokenEndpoint, device, used)
    expect(decodeJwt(next.accessToken).sub).toBe(alice.name)
    await expect(refreshToken(domain.tokenEndpoint, device, used)).rejects.toThrow('invalid_grant')
  })

  it('issues no refresh token without offline_access', async () => {
    const { refreshToken: none } = await domain.requestDeviceToken(device, alice, SCOPE)
    expect(none).toBeUndefined()
  })

  it('waits for the user, who can decline', async () => {
    const { body } = await startDevice()
    expect(Object.keys(body)).toStrictEqual([
      'device_code',
      'user_code',
      'verification_uri',
      'expires_in',
    ])
    const { device_code, user_code = '' } = body
    expect((await poll(device_code)).body['error']).toBe('authorization_pending')
    const wrong = await post('/ui/v1/device', { user_code, user: alice.name, password: 'guess' })
    expect(wrong.body['text']).toContain('wrong password')
    await post('/ui/v1/device', { user_code, answer: 'refuse' })
    expect((await poll(device_code)).body['error']).toBe('access_denied')
  })

  it('is for registered clients only', async () => {
    const form = { response_type: 'device_code', client_id: 'nobody', scope: SCOPE }
    expect((await post('/oauth2/v1/device', form)).status).toBe(401)
  })
})

describe('the authorization code flow', () => {
  const login = { user: alice.name, password: alice.password, answer: 'allow' }
  const request = {
    response_type: 'code',
    client_id: portal.clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: 'state-1',
  }
  function authorize(changes: Record<string, string> = {}, form: Record<string, string> = login) {
    const query = new URLSearchParams({ ...request, ...changes })
    return post(`/oauth2/v1/authorize?${query.toString()}`, form)
  }

  it('issues a token of the user', async () => {
    const { accessToken } = await domain.requestCodeToken(portal, alice, SCOPE)
    expect(decodeJwt(accessToken)).toMatchObject({ sub: alice.name, client_id: 'portal' })
  })

  it('redirects with code and state to any port of loopback', async () => {
    const { back } = await authorize({ redirect_uri: 'http://127.0.0.1:1234/callback' })
    expect([back?.get('state'), back?.has('code')]).toStrictEqual(['state-1', true])
  })

  it.each([
    ['another redirect URI', { redirect_uri: 'http://127.0.0.1:8765/other' }, 400, undefined],
    ['an unknown client', { client_id: 'nobody' }, 400, undefined],
    ['another response type', { response_type: 'token' }, 302, 'unsupported_response_type'],
    ['PKCE without S256', { code_challenge: 'x' }, 302, 'invalid_request'],
  ])('rejects %s', async (_what, changes, status, error) => {
    const answer = await authorize(changes)
    expect([answer.status, answer.back?.get('error') ?? undefined]).toStrictEqual([status, error])
  })

  it('redirects a user who declines', async () => {
    const { back } = await authorize({}, { answer: 'refuse' })
    expect(back?.get('error')).toBe('access_denied')
  })

  it('requires the code verifier', async () => {
    const { back } = await authorize({ code_challenge: 'abc', code_challenge_method: 'S256' })
    const response = await fetch(domain.tokenEndpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('portal:portal+secret')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: back?.get('code') ?? '',
        redirect_uri: REDIRECT_URI,
        code_verifier: 'guess',
      }),
    })
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
  })
})
