import { afterEach, describe, expect, it } from '@jest/globals'
import { startGateway } from '../../stack/gateway/gateway.ts'
import { call, closeRigs, functionSays, httpRoute } from './gateway-rig.ts'
import {
  audience,
  bearer,
  closeProviders,
  discoveryDocument,
  discoveryUri,
  goodClaims,
  introspectionPolicy,
  issuer,
  newKey,
  nowSeconds,
  secretId,
  specificationWith,
  startProvider,
  startRigWith,
  tokenOf,
  tokenPolicy,
  type Provider,
} from './gateway-token-rig.ts'

afterEach(closeRigs)
afterEach(closeProviders)

async function start({
  validation = {},
  policy = {},
  answer = goodClaims({ active: true }),
  routes = [] as object[],
  settings = {},
} = {}) {
  const provider = await startProvider()
  provider.answers('introspect', answer)
  const specification = specificationWith(
    tokenPolicy(introspectionPolicy(validation), policy),
    ...routes,
  )
  const rig = await startRigWith(provider, { specification, settings })
  const statusOf = async (token: string) => (await rig.call('/thing', bearer(token))).status
  return { provider, rig, statusOf }
}

const introspectPath = '/oauth2/v1/introspect'
const discoveryPath = new URL(discoveryUri).pathname

describe('remote introspection', () => {
  it('uses the endpoint from the discovery document, with the secret from Vault', async () => {
    const { provider, rig, statusOf } = await start()
    expect(await statusOf('opaque')).toBe(200)
    expect(provider.calls).toMatchObject([
      { method: 'GET', path: discoveryPath, authorization: undefined },
      { method: 'POST', path: introspectPath, form: { token: 'opaque' } },
    ])
    expect(rig.logCodes().slice(0, 4)).toEqual([
      'tokenAuthentication.loadingDiscoveryEndpointResponse',
      'secretsClient.fetchSuccess',
      'authentication.idpCallSuccess',
      'tokenAuthentication.successfulAuthentication',
    ])
  })

  it('authenticates by Basic, id and secret form-encoded (UNKNOWN: introspectionClientAuthentication)', async () => {
    const { provider, statusOf } = await start()
    await statusOf('opaque')
    const credentials = Buffer.from('gateway:s3cret%2B%2F+%26').toString('base64')
    expect(provider.calls[1]).toMatchObject({
      authorization: `Basic ${credentials}`,
      form: { token: 'opaque' },
    })
  })

  it('authenticates in the form (UNKNOWN: introspectionClientAuthentication)', async () => {
    const settings = { introspectionClientAuthentication: 'client_secret_post' } as const
    const { provider, statusOf } = await start({ settings })
    await statusOf('opaque')
    expect(provider.calls[1]).toMatchObject({
      authorization: undefined,
      form: { token: 'opaque', client_id: 'gateway', client_secret: 's3cret+/ &' },
    })
  })

  it('decides on a JWT by the response only, not by its signature', async () => {
    const { provider, statusOf } = await start()
    const token = await tokenOf(newKey('unheard-of'), { exp: 1 })
    expect(await statusOf(token)).toBe(200)
    expect(provider.calls[1]?.form).toEqual({ token })
  })

  it('fills request.auth and the scopes from the answer', async () => {
    const items = [{ name: 'X-Client', values: ['${request.auth[client_id]}'] }]
    const requestPolicies = {
      authorization: { type: 'ANY_OF', allowedScope: ['orders'] },
      headerTransformations: { setHeaders: { items } },
    }
    const { provider, rig, statusOf } = await start({
      answer: { active: true, ...goodClaims({ client_id: 'one', scope: 'orders' }) },
      routes: [httpRoute({ requestPolicies })],
    })
    expect(await statusOf('a')).toBe(200)
    expect(rig.backendCalls[0]?.header('X-Client')).toEqual(['one'])
    provider.answers('introspect', { active: true, ...goodClaims({ scope: 'others' }) })
    expect(await statusOf('b')).toBe(403)
  })

  it('is not done for a request without a token', async () => {
    const { provider, rig } = await start()
    expect((await rig.call('/thing')).status).toBe(401)
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
    [goodClaims({ active: true }), 200],
    [goodClaims({ active: true, exp: nowSeconds }), 401],
    [goodClaims({ active: true, nbf: nowSeconds + 1 }), 401],
    [goodClaims({ active: true, iss: 'other' }), 401],
    [goodClaims({ active: true, iss: undefined }), 401],
    [goodClaims({ active: true, aud: ['other'] }), 401],
    [goodClaims({ active: true, tok_type: 'IT' }), 401],
  ])('%j make a %i', async (answer, status) => {
    const { statusOf } = await start({ validation: { additionalValidationPolicy }, answer })
    expect(await statusOf('opaque')).toBe(status)
  })

  it.each([
    [false, 401],
    [true, 200],
  ])(
    'may lack exp: %s (UNKNOWN: introspectionMayLackExpiry)',
    async (introspectionMayLackExpiry, status) => {
      const { statusOf } = await start({
        answer: goodClaims({ active: true, exp: undefined }),
        settings: { introspectionMayLackExpiry },
      })
      expect(await statusOf('opaque')).toBe(status)
    },
  )

  it.each([
    ['true', false, 500],
    ['true', true, 200],
    ['false', true, 401],
    ['yes', true, 401],
  ])(
    'with active as the text %s, taken as such: %s, make a %i (UNKNOWN: introspectionActiveMayBeText)',
    async (active, introspectionActiveMayBeText, status) => {
      const { statusOf } = await start({
        answer: goodClaims({ active }),
        settings: { introspectionActiveMayBeText },
      })
      expect(await statusOf('opaque')).toBe(status)
    },
  )
})

describe('an introspection answer is kept', () => {
  const longLived = goodClaims({ active: true, exp: nowSeconds + 7 * 24 * 3600 })

  it.each([
    [{}, 1],
    [{ maxCacheDurationInHours: 24 }, 24],
  ])('with %j for %i hours, so that a revoked token still passes', async (validation, hours) => {
    const { provider, rig, statusOf } = await start({ validation, answer: longLived })
    expect(await statusOf('opaque')).toBe(200)
    provider.answers('introspect', { active: false })
    rig.clock.advanceSeconds(hours * 3600 - 1)
    expect(await statusOf('opaque')).toBe(200)
    rig.clock.advanceSeconds(1)
    expect(await statusOf('opaque')).toBe(401)
    expect(provider.calls.map(({ path }) => path)).toEqual([
      discoveryPath,
      introspectPath,
      discoveryPath,
      introspectPath,
    ])
  })

  it('for one token only', async () => {
    const { provider, statusOf } = await start()
    await statusOf('one')
    provider.answers('introspect', { active: false })
    expect(await statusOf('another')).toBe(401)
  })

  it('for one deployment only', async () => {
    const [one, other] = [await startProvider(), await startProvider()]
    one.answers('introspect', goodClaims({ active: true }))
    other.answers('introspect', { active: false })
    const deployment = (pathPrefix: string, { server, answers }: Provider) => {
      answers('discovery', { introspection_endpoint: server.url + introspectPath })
      const sourceUriDetails = { type: 'DISCOVERY_URI', uri: server.url + discoveryPath }
      const policy = tokenPolicy(introspectionPolicy({ sourceUriDetails }))
      const backend = { type: 'STOCK_RESPONSE_BACKEND', status: 200 }
      return { pathPrefix, specification: specificationWith(policy, httpRoute({ backend })) }
    }
    const gateway = await startGateway({
      deployments: [deployment('/a', one), deployment('/b', other)],
      invokeFunction: () => functionSays({}),
      readSecret: () => Promise.resolve('secret'),
      clock: { nowMilliseconds: () => nowSeconds * 1000 },
    })
    try {
      expect((await call(gateway.url, '/a/thing', bearer('opaque'))).status).toBe(200)
      expect((await call(gateway.url, '/b/thing', bearer('opaque'))).status).toBe(401)
    } finally {
      await gateway.close()
    }
  })

  it('but never beyond its exp', async () => {
    const answer = goodClaims({ active: true, exp: nowSeconds + 60 })
    const { provider, rig, statusOf } = await start({ answer })
    expect(await statusOf('opaque')).toBe(200)
    rig.clock.advanceSeconds(60)
    expect(await statusOf('opaque')).toBe(401)
    expect(provider.calls).toHaveLength(2)
  })

  it('until the results are cleared', async () => {
    const { provider, rig, statusOf } = await start()
    await statusOf('opaque')
    provider.answers('introspect', { active: false })
    rig.gateway.clearResultCache()
    expect(await statusOf('opaque')).toBe(401)
  })

  it.each([
    [true, 401],
    [false, 200],
  ])('also when it is a denial: %s (UNKNOWN: cacheDenials)', async (cacheDenials, status) => {
    const { provider, statusOf } = await start({
      answer: { active: false },
      settings: { cacheDenials },
    })
    expect(await statusOf('opaque')).toBe(401)
    provider.answers('introspect', goodClaims({ active: true }))
    expect(await statusOf('opaque')).toBe(status)
  })
})

describe('what prevents the gateway from deciding makes a 500, and is not cached', () => {
  it.each([
    ['introspect', {}, 500, 'authentication.idpCallFailed'],
    ['introspect', { error: 'invalid_client' }, 401, 'authentication.idpCallFailed'],
    ['introspect', 'no JSON', 200, 'authentication.idpCallFailed'],
    ['introspect', {}, 200, 'tokenAuthentication.badIntrospectionResponse'],
    ['introspect', [true], 200, 'tokenAuthentication.badIntrospectionResponse'],
    ['discovery', {}, 404, 'authentication.idpCallFailed'],
    ['discovery', {}, 200, 'tokenAuthentication.badDiscoveryEndpointResponse'],
    [
      'discovery',
      { introspection_endpoint: 'https://elsewhere.example/' },
      200,
      'tokenAuthentication.badDiscoveryEndpointResponse',
    ],
    [
      'discovery',
      { introspection_endpoint: 'no URL' },
      200,
      'tokenAuthentication.badDiscoveryEndpointResponse',
    ],
  ] as const)('%s with %j and status %i', async (path, body, status, code) => {
    const { provider, rig, statusOf } = await start()
    provider.answers(path, body, status)
    const response = await rig.call('/thing', bearer('opaque'))
    expect(response.status).toBe(500)
    expect(response.header('WWW-Authenticate')).toEqual([])
    expect(rig.logCodes().at(-1)).toBe(code)
    provider.answers('discovery', discoveryDocument)
    provider.answers('introspect', goodClaims({ active: true }))
    expect(await statusOf('opaque')).toBe(200)
  })

  it('a secret that cannot be read from Vault', async () => {
    const clientDetails = {
      type: 'CUSTOM',
      clientId: 'gateway',
      clientSecretId: secretId,
      clientSecretVersionNumber: 3,
    }
    const { provider, rig, statusOf } = await start({ validation: { clientDetails } })
    expect(await statusOf('opaque')).toBe(500)
    expect(rig.logCodes().at(-1)).toBe('secretsClient.fetchFailure')
    expect(provider.calls.map(({ path }) => path)).toEqual([discoveryPath])
  })

  it('writes neither token nor secret to the log', async () => {
    const { provider, rig, statusOf } = await start()
    await statusOf('opaque-and-secret')
    provider.answers('introspect', 'opaque-and-secret', 500)
    await statusOf('opaque-and-secret-too')
    expect(JSON.stringify(rig.gateway.executionLog)).not.toMatch(/opaque|s3cret/)
  })
})

describe('a validation failure policy of TOKEN_AUTHENTICATION', () => {
  const validationFailurePolicy = {
    type: 'MODIFY_RESPONSE',
    responseCode: '403',
    responseMessage: 'No way to ${request.path[thing]}',
    responseHeaderTransformations: { setHeaders: { items: [{ name: 'X-A', values: ['b'] }] } },
  }
  const routes = [httpRoute({ path: '/{thing}' })]

  it('applies to a missing and to an invalid token', async () => {
    const policy = { validationFailurePolicy }
    const { rig } = await start({ answer: { active: false }, policy, routes })
    for (const options of [{}, bearer('opaque')]) {
      const response = await rig.call('/thing', options)
      expect([response.status, response.body]).toEqual([403, 'No way to thing'])
      expect(response.header('X-A')).toEqual(['b'])
      expect(response.header('WWW-Authenticate')).toEqual([])
    }
  })

  it('does not apply if the identity provider fails', async () => {
    const { provider, statusOf } = await start({ policy: { validationFailurePolicy }, routes })
    await provider.server.pause()
    expect(await statusOf('opaque')).toBe(500)
  })

  it('keeps the challenge of the gateway: true (UNKNOWN: modifyResponseKeepsChallenge)', async () => {
    const policy = { validationFailurePolicy }
    const settings = { modifyResponseKeepsChallenge: true }
    const { rig } = await start({ policy, routes, settings })
    expect((await rig.call('/thing')).header('WWW-Authenticate')).toEqual(['Bearer'])
  })
})
