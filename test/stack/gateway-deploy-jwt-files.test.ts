/** The files in deploy with which the gateway verifies tokens itself. */
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  basicAtRoute,
  basicCaller,
  echo,
  signingKey,
  specificationIn,
  start,
} from './gateway-deploy-rig.ts'
import { bearer, closeRigs } from './gateway-rig.ts'
import {
  jsonWebKey,
  newKey,
  nowSeconds,
  startProvider,
  startRigWith,
  tokenOf,
} from './gateway-token-rig.ts'

afterEach(closeRigs)

const gatewayHost = 'your-api-gateway-host.example.com'

describe.each([
  ['api-deployment.jwt-stock.json', '/oic/hello'],
  ['api-deployment.jwt-basic-at-route.json', '/oic/echo/a'],
])('%s', (file, path) => {
  it('accepts a token of the identity domain', async () => {
    const rig = await start(file)
    const token = await tokenOf(signingKey, { aud: ['other', gatewayHost], scope: 'anything' })
    expect(await rig.statusOf(path, bearer(token))).toBe(200)
    expect(rig.functionCalls).toEqual([])
  })

  it.each([
    ['for another audience', { aud: 'other.example.com' }],
    ['of another issuer', { iss: 'https://identity.oraclecloud.com' }],
    ['that has expired', { exp: nowSeconds }],
  ])('answers a token %s with 401', async (_, claims) => {
    const rig = await start(file)
    const token = await tokenOf(signingKey, { aud: gatewayHost, ...claims })
    expect(await rig.statusOf(path, bearer(token))).toBe(401)
  })

  it('answers a token of another identity domain with the same issuer and kid with 401', async () => {
    const rig = await start(file)
    const token = await tokenOf(newKey('SIGNING_KEY'), { aud: gatewayHost })
    expect(await rig.statusOf(path, bearer(token))).toBe(401)
  })

  it('answers no token, and Basic credentials, with 401', async () => {
    const rig = await start(file)
    expect(await rig.statusOf(path)).toBe(401)
    expect(await rig.statusOf(path, basicCaller)).toBe(401)
    expect(rig.backendCalls).toEqual([])
  })

  it('does not start before the placeholder of the key is replaced', async () => {
    const specification = await specificationIn(file, 'MODULUS_OF_THE_SIGNING_KEY')
    await expect(start(file, { specification })).rejects.toThrow(
      'publicKeys.keys[0] must be an RSA key of 2048',
    )
  })
})

describe('api-deployment.jwt-stock.json', () => {
  it('answers itself, at the path of the article', async () => {
    const rig = await start('api-deployment.jwt-stock.json')
    const token = await tokenOf(signingKey, { aud: gatewayHost })
    const response = await rig.call('/oic/hello', bearer(token))
    expect(JSON.parse(response.body)).toEqual({ message: 'Hello' })
    expect(rig.backendCalls).toEqual([])
  })
})

describe('api-deployment.jwt-basic-at-route.json', () => {
  it('sends the route’s credentials to OIC instead of the token', async () => {
    const rig = await start('api-deployment.jwt-basic-at-route.json')
    await rig.call('/oic/echo/a', bearer(await tokenOf(signingKey, { aud: gatewayHost })))
    expect(rig.targets()).toEqual([`${echo}/a`])
    expect(rig.backendHeader('Authorization')).toEqual(basicAtRoute)
  })
})

describe('api-deployment.jwt-remote-keys.json', () => {
  it('accepts only tokens that a published key verifies', async () => {
    const provider = await startProvider()
    provider.answers('jwks', { keys: [jsonWebKey(signingKey)] })
    const specification = await specificationIn('api-deployment.jwt-remote-keys.json')
    const rig = await startRigWith(provider, { specification, pathPrefix: '/oic' })
    const tokens = [signingKey, newKey('SIGNING_KEY')].map((key) =>
      tokenOf(key, { aud: gatewayHost }),
    )
    const [published = '', unknown = ''] = await Promise.all(tokens)
    expect(await rig.statusOf('/oic/hello', bearer(published))).toBe(200)
    expect(await rig.statusOf('/oic/hello', bearer(unknown))).toBe(401)
    expect(await rig.statusOf('/oic/hello')).toBe(401)
  })
})
