import { afterEach, describe, expect, it } from '@jest/globals'
import { bearer, call, closeRigs, startDeployments } from './gateway-rig.ts'
import { stockRoute } from './gateway-specifications.ts'
import {
  jsonWebKey,
  jwksUri,
  jwtPolicy,
  newKey,
  nowSeconds,
  paths,
  specificationWith,
  startProvider,
  startRigWith,
  tokenOf,
  tokenPolicy,
  type TestKey,
} from './gateway-token-rig.ts'

afterEach(closeRigs)

const key = newKey()
const nextKey = newKey()
const keyWithAnotherId = newKey('another')
const shortKey = newKey('short', 1024)

async function start({
  keys = [jsonWebKey(key)],
  remote = {},
  settings = {},
  policyOf = jwtPolicy,
} = {}) {
  const provider = await startProvider()
  provider.answers('jwks', { keys })
  const specification = specificationWith(
    policyOf({ type: 'REMOTE_JWKS', uri: jwksUri, ...remote }),
  )
  const rig = await startRigWith(provider, { specification, settings })
  return { provider, rig, statusOf: (token: string) => rig.statusOf('/thing', bearer(token)) }
}

const longLived = { exp: nowSeconds + 7 * 24 * 3600 }

describe('a remote JWK Set', () => {
  it.each([
    ['JWT_AUTHENTICATION', jwtPolicy, 'jwtAuthentication'],
    ['TOKEN_AUTHENTICATION', tokenPolicy, 'tokenAuthentication'],
  ])('is fetched for %s with the first token, and then cached', async (_, policyOf, family) => {
    const { provider, rig, statusOf } = await start({ policyOf })
    expect(provider.calls).toEqual([])
    expect(await statusOf(await tokenOf(key))).toBe(200)
    expect(await statusOf(await tokenOf(key))).toBe(200)
    expect(provider.calls).toMatchObject([
      { method: 'GET', path: paths.jwks, authorization: undefined },
    ])
    expect(rig.logCodes().slice(0, 2)).toEqual([
      `${family}.loadingJsonWebKeySet`,
      `${family}.successfulAuthentication`,
    ])
  })

  it.each([
    [{}, 1],
    [{ maxCacheDurationInHours: 1 }, 1],
    [{ maxCacheDurationInHours: 24 }, 24],
  ])('is cached, with %j, for %i hours', async (remote, hours) => {
    const { provider, rig, statusOf } = await start({ remote })
    const token = await tokenOf(key, longLived)
    await statusOf(token)
    rig.clock.advanceSeconds(hours * 3600 - 1)
    expect(await statusOf(token)).toBe(200)
    expect(provider.calls).toHaveLength(1)
    rig.clock.advanceSeconds(1)
    expect(await statusOf(token)).toBe(200)
    expect(provider.calls).toHaveLength(2)
  })

  it('is not fetched for malformed tokens', async () => {
    const { provider, statusOf } = await start()
    expect(await statusOf('garbage')).toBe(401)
    expect(await statusOf(await tokenOf(key, {}, { kid: undefined }))).toBe(401)
    expect(await statusOf(await tokenOf(key, {}, { alg: 'PS256' }))).toBe(401)
    expect(provider.calls).toEqual([])
  })

  it('hides a new key with the same kid until it expires', async () => {
    const { provider, rig, statusOf } = await start()
    await statusOf(await tokenOf(key))
    provider.answers('jwks', { keys: [jsonWebKey(nextKey)] })
    expect(await statusOf(await tokenOf(nextKey, longLived))).toBe(401)
    rig.clock.advanceSeconds(3600)
    expect(await statusOf(await tokenOf(nextKey, longLived))).toBe(200)
  })

  it.each([
    [false, 401, 1],
    [true, 200, 2],
  ])(
    'is fetched again for an unknown kid: %s (UNKNOWN: refetchOnUnknownKid)',
    async (refetchOnUnknownKid, status, fetches) => {
      const { provider, statusOf } = await start({ settings: { refetchOnUnknownKid } })
      await statusOf(await tokenOf(key))
      provider.answers('jwks', { keys: [jsonWebKey(keyWithAnotherId)] })
      expect(await statusOf(await tokenOf(keyWithAnotherId))).toBe(status)
      expect(provider.calls).toHaveLength(fetches)
    },
  )

  it('is cached by URL, even with the same issuer and kid', async () => {
    const [one, other] = [await startProvider(), await startProvider()]
    one.answers('jwks', { keys: [jsonWebKey(key)] })
    other.answers('jwks', { keys: [jsonWebKey(nextKey)] })
    const deployment = (pathPrefix: string, origin: string) => ({
      pathPrefix,
      specification: specificationWith(
        jwtPolicy({ type: 'REMOTE_JWKS', uri: origin + paths.jwks }),
        stockRoute(),
      ),
    })
    const { url } = await startDeployments(
      [deployment('/a', one.server.url), deployment('/b', other.server.url)],
      { clock: { nowMilliseconds: () => nowSeconds * 1000 } },
    )
    const statusOf = async (path: string, signedWith: TestKey) =>
      (await call(url, path, bearer(await tokenOf(signedWith)))).status
    expect(await statusOf('/a/thing', key)).toBe(200)
    expect(await statusOf('/b/thing', key)).toBe(401)
    expect(await statusOf('/b/thing', nextKey)).toBe(200)
    expect(await statusOf('/a/thing', nextKey)).toBe(401)
  })
})

describe('a key of a JWK Set', () => {
  it.each([
    ['use sig', { use: 'sig' }, 200],
    ['key_ops with verify', { use: undefined, key_ops: ['sign', 'verify'] }, 200],
    ['no alg', { alg: undefined }, 200],
    ['use enc', { use: 'enc' }, 401],
    ['alg RSA-OAEP', { alg: 'RSA-OAEP' }, 401],
    ['no kid', { kid: undefined }, 401],
    ['another kty', { kty: 'EC' }, 401],
    ['no modulus', { n: undefined }, 401],
    ['an empty modulus', { n: '' }, 401],
    ['fewer than 2048 bits', { n: shortKey.n }, 401],
  ])('with %s, %j, makes a %i', async (_, overrides, status) => {
    const { statusOf } = await start({ keys: [jsonWebKey(key, overrides)] })
    expect(await statusOf(await tokenOf(key))).toBe(status)
  })

  it.each([
    ['neither use nor key_ops', { use: undefined }],
    [
      'key_ops of encrypt and sign, as identity domains have them',
      { use: undefined, key_ops: ['encrypt', 'sign'] },
    ],
  ])('with %s is usable or not (UNKNOWN: keysMustSayVerify)', async (_, overrides) => {
    const keys = [jsonWebKey(key, overrides)]
    const strict = await start({ keys })
    const lax = await start({ keys, settings: { keysMustSayVerify: false } })
    expect(await strict.statusOf(await tokenOf(key))).toBe(401)
    expect(await lax.statusOf(await tokenOf(key))).toBe(200)
  })

  it('for another use does not affect the others', async () => {
    const keys = [{ kty: 'OKP', crv: 'Ed25519', kid: 'ed' }, jsonWebKey(key)]
    const { statusOf } = await start({ keys })
    expect(await statusOf(await tokenOf(key))).toBe(200)
  })
})

describe('an identity provider without keys makes a 500, never a denial', () => {
  it('when it is down, until it is back', async () => {
    const { provider, rig, statusOf } = await start()
    await provider.server.pause()
    const response = await rig.call('/thing', bearer(await tokenOf(key)))
    expect(response.status).toBe(500)
    expect(JSON.parse(response.body)).toEqual({ code: 500, message: 'Internal Server Error' })
    expect(response.header('WWW-Authenticate')).toEqual([])
    expect(rig.logCodes()).toContain('authentication.idpCallFailed')
    await provider.server.resume()
    expect(await statusOf(await tokenOf(key))).toBe(200)
  })

  it('when it is down at the time of renewal, even with earlier keys', async () => {
    const { provider, rig, statusOf } = await start()
    const token = await tokenOf(key, longLived)
    expect(await statusOf(token)).toBe(200)
    rig.clock.advanceSeconds(3600)
    await provider.server.pause()
    expect(await statusOf(token)).toBe(500)
  })

  it('when it does not answer in time', async () => {
    const settings = { identityProviderTimeoutSeconds: 0.05 }
    const { provider, statusOf } = await start({ settings })
    provider.neverAnswers()
    expect(await statusOf(await tokenOf(key))).toBe(500)
  })

  const failed = 'authentication.idpCallFailed'
  const badSet = 'jwtAuthentication.badJsonWebKeySet'

  it.each([
    ['an error', {}, 503, failed],
    ['the 401 of a protected endpoint', {}, 401, failed],
    ['a redirect', {}, 302, failed],
    ['no JSON', '<html>', 200, failed],
    ['no JWK Set', { keys: {} }, 200, badSet],
    ['a list', [], 200, badSet],
    ['a key that is none', { keys: [null] }, 200, badSet],
    ['more than ten keys', { keys: Array(11).fill(jsonWebKey(key)) }, 200, badSet],
  ])('when it answers with %s', async (_, body, status, code) => {
    const { provider, rig, statusOf } = await start()
    provider.answers('jwks', body, status)
    expect(await statusOf(await tokenOf(key))).toBe(500)
    expect(rig.logCodes()).toEqual(['jwtAuthentication.loadingJsonWebKeySet', code])
    expect(rig.backendCalls).toEqual([])
  })
})
