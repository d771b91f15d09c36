import { afterEach, describe, expect, it } from '@jest/globals'
import { bearer, closeRigs } from './gateway-rig.ts'
import { httpRoute, setHeaders } from './gateway-specifications.ts'
import {
  activeClaims,
  audience,
  customClient,
  discoveryDocument,
  issuer,
  newKey,
  nowSeconds,
  paths,
  startIntrospection,
  tokenOf,
} from './gateway-token-rig.ts'

afterEach(closeRigs)

describe('remote introspection', () => {
  it('uses the endpoint from the discovery document, with the secret from Vault', async () => {
    const { provider, rig, statusOf } = await startIntrospection()
    expect(await statusOf('opaque')).toBe(200)
    expect(provider.calls).toMatchObject([
      { method: 'GET', path: paths.discovery, authorization: undefined },
      { method: 'POST', path: paths.introspect, form: { token: 'opaque' } },
    ])
    expect(rig.logCodes().slice(0, 4)).toEqual([
      'tokenAuthentication.loadingDiscoveryEndpointResponse',
      'secretsClient.fetchSuccess',
      'authentication.idpCallSuccess',
      'tokenAuthentication.successfulAuthentication',
    ])
  })

  it('authenticates by Basic, id and secret form-encoded (UNKNOWN: introspectionClientAuthentication)', async () => {
    const { provider, statusOf } = await startIntrospection()
    await statusOf('opaque')
    const credentials = Buffer.from('gateway:s3cret%2B%2F+%26').toString('base64')
    expect(provider.calls[1]).toMatchObject({
      authorization: `Basic ${credentials}`,
      form: { token: 'opaque' },
    })
  })

  it('authenticates in the form (UNKNOWN: introspectionClientAuthentication)', async () => {
    const settings = { introspectionClientAuthentication: 'client_secret_post' } as const
    const { provider, statusOf } = await startIntrospection({ settings })
    await statusOf('opaque')
    expect(provider.calls[1]).toMatchObject({
      authorization: undefined,
      form: { token: 'opaque', client_id: 'gateway', client_secret: 's3cret+/ &' },
    })
  })

  it('decides on a JWT by the response only, not by its signature', async () => {
    const { provider, statusOf } = await startIntrospection()
    const token = await tokenOf(newKey('unheard-of'), { exp: 1 })
    expect(await statusOf(token)).toBe(200)
    expect(provider.calls[1]?.form).toEqual({ token })
  })

  it('fills request.auth and the scopes from the answer', async () => {
    const requestPolicies = {
      authorization: { type: 'ANY_OF', allowedScope: ['orders'] },
      ...setHeaders({ name: 'X-Client', values: ['${request.auth[client_id]}'] }),
    }
    const { provider, rig, statusOf } = await startIntrospection({
      answer: activeClaims({ client_id: 'one', scope: 'orders' }),
      routes: [httpRoute({ requestPolicies })],
    })
    expect(await statusOf('a')).toBe(200)
    expect(rig.backendHeader('X-Client')).toEqual(['one'])
    provider.answers('introspect', activeClaims({ scope: 'others' }))
    expect(await statusOf('b')).toBe(403)
  })

  it('is not done for a request without a token', async () => {
    const { provider, rig } = await startIntrospection()
    expect(await rig.statusOf()).toBe(401)
    expect(provider.calls).toEqual([])
  })
})

describe('the claims of an introspection answer', () => {
  const additionalValidationPolicy = {
    issuers: [issuer],
    audiences: [audience],
    verifyClaims: [{ key: 'tok_type', values: ['AT'] }],
  }

  it.each([
    [{ active: false }, 401],
    [activeClaims(), 200],
    [activeClaims({ exp: nowSeconds }), 401],
    [activeClaims({ nbf: nowSeconds + 1 }), 401],
    [activeClaims({ iss: 'other' }), 401],
    [activeClaims({ iss: undefined }), 401],
    [activeClaims({ aud: ['other'] }), 401],
    [activeClaims({ tok_type: 'IT' }), 401],
  ])('%j make a %i', async (answer, status) => {
    const { statusOf } = await startIntrospection({
      validation: { additionalValidationPolicy },
      answer,
    })
    expect(await statusOf('opaque')).toBe(status)
  })

  it.each([
    [false, 401],
    [true, 200],
  ])('may lack exp: %s (UNKNOWN: introspectionMayLackExpiry)', async (isAccepted, status) => {
    const settings = { introspectionMayLackExpiry: isAccepted }
    const { statusOf } = await startIntrospection({
      answer: activeClaims({ exp: undefined }),
      settings,
    })
    expect(await statusOf('opaque')).toBe(status)
  })

  it.each([
    ['true', false, 500],
    ['true', true, 200],
    ['false', true, 401],
    ['yes', true, 401],
  ])(
    'with active as the text %s, taken as such: %s, make a %i (UNKNOWN: introspectionActiveMayBeText)',
    async (text, introspectionActiveMayBeText, status) => {
      const settings = { introspectionActiveMayBeText }
      const { statusOf } = await startIntrospection({
        answer: activeClaims({ active: text }),
        settings,
      })
      expect(await statusOf('opaque')).toBe(status)
    },
  )
})

describe('a failure without a decision is a 500, and is not cached', () => {
  const failed = 'authentication.idpCallFailed'
  const badAnswer = 'tokenAuthentication.badIntrospectionResponse'
  const badDocument = 'tokenAuthentication.badDiscoveryEndpointResponse'

  it.each([
    ['introspect', {}, 500, failed],
    ['introspect', { error: 'invalid_client' }, 401, failed],
    ['introspect', 'not JSON', 200, failed],
    ['introspect', {}, 200, badAnswer],
    ['introspect', [true], 200, badAnswer],
    ['discovery', {}, 404, failed],
    ['discovery', {}, 200, badDocument],
    ['discovery', { introspection_endpoint: 'https://elsewhere.example/' }, 200, badDocument],
    ['discovery', { introspection_endpoint: 'no URL' }, 200, badDocument],
  ] as const)('%s with %j and status %i', async (path, body, status, code) => {
    const { provider, rig, statusOf } = await startIntrospection()
    provider.answers(path, body, status)
    const response = await rig.call('/thing', bearer('opaque'))
    expect(response.status).toBe(500)
    expect(response.header('WWW-Authenticate')).toEqual([])
    expect(rig.logCodes().at(-1)).toBe(code)
    provider.answers('discovery', discoveryDocument)
    provider.answers('introspect', activeClaims())
    expect(await statusOf('opaque')).toBe(200)
  })

  it('a secret that cannot be read from Vault', async () => {
    const clientDetails = customClient({ clientSecretVersionNumber: 3 })
    const { provider, rig, statusOf } = await startIntrospection({ validation: { clientDetails } })
    expect(await statusOf('opaque')).toBe(500)
    expect(rig.logCodes().at(-1)).toBe('secretsClient.fetchFailure')
    expect(provider.calls.map(({ path }) => path)).toEqual([paths.discovery])
  })

  it('writes neither token nor secret to the log', async () => {
    const { provider, rig, statusOf } = await startIntrospection()
    await statusOf('opaque-and-secret')
    provider.answers('introspect', 'opaque-and-secret', 500)
    await statusOf('opaque-and-secret-too')
    expect(JSON.stringify(rig.gateway.executionLog)).not.toMatch(/opaque|s3cret/)
  })
})

describe('a validation failure policy of TOKEN_AUTHENTICATION', () => {
  const policy = {
    validationFailurePolicy: {
      type: 'MODIFY_RESPONSE',
      responseCode: '403',
      responseMessage: 'No way to ${request.path[thing]}',
      responseHeaderTransformations: { setHeaders: { items: [{ name: 'X-A', values: ['b'] }] } },
    },
  }
  const routes = [httpRoute({ path: '/{thing}' })]

  it('applies to a missing and to an invalid token', async () => {
    const { rig } = await startIntrospection({ answer: { active: false }, policy, routes })
    for (const options of [{}, bearer('opaque')]) {
      const response = await rig.call('/thing', options)
      expect([response.status, response.body]).toEqual([403, 'No way to thing'])
      expect(response.header('X-A')).toEqual(['b'])
      expect(response.header('WWW-Authenticate')).toEqual([])
    }
  })

  it('does not apply if the identity provider fails', async () => {
    const { provider, statusOf } = await startIntrospection({ policy, routes })
    await provider.server.pause()
    expect(await statusOf('opaque')).toBe(500)
  })

  it('keeps the challenge of the gateway: true (UNKNOWN: modifyResponseKeepsChallenge)', async () => {
    const settings = { modifyResponseKeepsChallenge: true }
    const { rig } = await startIntrospection({ policy, routes, settings })
    expect((await rig.call('/thing')).header('WWW-Authenticate')).toEqual(['Bearer'])
  })
})
