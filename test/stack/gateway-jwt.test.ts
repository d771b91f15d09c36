import { afterEach, describe, expect, it } from '@jest/globals'
import { bearer, closeRigs, startRig, type Rig } from './gateway-rig.ts'
import {
  audience,
  issuer,
  jwtPolicy,
  newKey,
  nowSeconds,
  pemKey,
  specificationWith,
  startWithStaticKeys,
  staticKey,
  tokenOf,
  tokenPolicy,
} from './gateway-token-rig.ts'

afterEach(closeRigs)

const key = newKey()
const otherKey = newKey()
const largeKey = newKey('large', 4096)

function start(overrides: object = {}, keys = [staticKey(key)]) {
  return startWithStaticKeys(keys, overrides)
}

function statusOf(rig: Rig, token: string) {
  return rig.statusOf('/thing', bearer(token))
}

describe.each([
  ['JWT_AUTHENTICATION', 'jwtAuthentication', jwtPolicy],
  ['TOKEN_AUTHENTICATION', 'tokenAuthentication', tokenPolicy],
])('%s with static keys', (_, family, policyOf) => {
  const additionalValidationPolicy = { issuers: [issuer], audiences: [audience] }
  const startWith = (...keys: object[]) => {
    const isToken = policyOf === tokenPolicy
    const validation = { type: 'STATIC_KEYS', keys, ...(isToken && { additionalValidationPolicy }) }
    return startRig({ specification: specificationWith(policyOf(validation)) })
  }

  it('passes a valid token to the back end, without a function', async () => {
    const rig = await startWith(staticKey(key))
    expect(await statusOf(rig, await tokenOf(key))).toBe(200)
    expect(rig.backendCalls).toHaveLength(1)
    expect(rig.functionCalls).toEqual([])
    expect(rig.logCodes()).toContain(`${family}.successfulAuthentication`)
  })

  it('answers 401 with a challenge if the token is missing or invalid', async () => {
    const rig = await startWith(staticKey(key))
    for (const options of [{}, bearer('garbage'), bearer(await tokenOf(otherKey))]) {
      const response = await rig.call('/thing', options)
      expect(response.status).toBe(401)
      expect(JSON.parse(response.body)).toEqual({ code: 401, message: 'Unauthorized' })
      expect(response.header('WWW-Authenticate')).toEqual(['Bearer'])
    }
    expect(rig.backendCalls).toEqual([])
    expect(rig.logCodes()).toEqual(Array(3).fill(`${family}.authenticationFailed`))
  })

  it('finds the key by kid among several, in both formats', async () => {
    const rig = await startWith(staticKey(key), pemKey(largeKey))
    expect(await statusOf(rig, await tokenOf(largeKey))).toBe(200)
    expect(await statusOf(rig, await tokenOf(key))).toBe(200)
    expect(await statusOf(rig, await tokenOf(key, {}, { kid: 'large' }))).toBe(401)
    expect(await statusOf(rig, await tokenOf(key, {}, { kid: 'unknown' }))).toBe(401)
    expect(await statusOf(rig, await tokenOf(key, {}, { kid: undefined }))).toBe(401)
  })
})

describe('the signature of a JWT', () => {
  it.each(['RS256', 'RS384', 'RS512'])('may be %s if the key has no alg', async (alg) => {
    const rig = await start({}, [staticKey(key, { alg: undefined })])
    expect(await statusOf(rig, await tokenOf(key, {}, { alg }))).toBe(200)
  })

  it('must have the alg of the key', async () => {
    const rig = await start()
    expect(await statusOf(rig, await tokenOf(key, {}, { alg: 'RS512' }))).toBe(401)
  })

  it.each(['PS256', 'none', 'HS256'])('is invalid as %s', async (alg) => {
    const rig = await start({}, [staticKey(key, { alg: undefined })])
    const [, payload = '', signature = ''] = (await tokenOf(key)).split('.')
    const header = Buffer.from(JSON.stringify({ alg, kid: key.kid })).toString('base64url')
    expect(await statusOf(rig, `${header}.${payload}.${signature}`)).toBe(401)
    expect(rig.gateway.executionLog[0]?.message).toBe('alg is not allowed')
  })

  it('covers the payload', async () => {
    const rig = await start()
    const [header = '', , signature = ''] = (await tokenOf(key)).split('.')
    const [, payload = ''] = (await tokenOf(key, { sub: 'somebody-else' })).split('.')
    expect(await statusOf(rig, `${header}.${payload}.${signature}`)).toBe(401)
  })
})

describe('the claims of a JWT', () => {
  it.each([
    ['another issuer', { iss: 'https://identity.oraclecloud.com' }, 'iss is not allowed'],
    ['no issuer', { iss: undefined }, 'iss is not allowed'],
    ['another audience', { aud: 'other.example.com' }, 'aud is not allowed'],
    ['a list of other audiences', { aud: ['a', 'b'] }, 'aud is not allowed'],
    ['no audience', { aud: undefined }, 'aud is not allowed'],
    ['no expiry', { exp: undefined }, 'exp is missing'],
    ['an expiry as text', { exp: String(nowSeconds + 60) }, 'exp is no number'],
    ['its expiry now', { exp: nowSeconds }, 'exp has passed'],
    ['its beginning still to come', { nbf: nowSeconds + 1 }, 'nbf has not come yet'],
    ['its beginning as text', { nbf: '0' }, 'nbf is no number'],
  ])('are rejected with %s', async (_, claims, reason) => {
    const rig = await start()
    // SignJWT does not check types, so the claims are sent unchanged.
    expect(await statusOf(rig, await tokenOf(key, claims))).toBe(401)
    expect(rig.gateway.executionLog.map(({ message }) => message)).toEqual([reason])
  })

  it.each([
    ['one of its audiences', { aud: ['other.example.com', audience] }],
    ['nbf now', { nbf: nowSeconds }],
  ])('are accepted with %s', async (_, claims) => {
    const rig = await start()
    expect(await statusOf(rig, await tokenOf(key, claims))).toBe(200)
  })

  it('may have any of the issuers and audiences', async () => {
    const rig = await start({ issuers: ['one', issuer], audiences: ['two', audience] })
    expect(await statusOf(rig, await tokenOf(key))).toBe(200)
    expect(await statusOf(rig, await tokenOf(key, { iss: 'one', aud: 'two' }))).toBe(200)
  })

  it('expire by the clock of the gateway', async () => {
    const rig = await start()
    const token = await tokenOf(key, { exp: nowSeconds + 60 })
    expect(await statusOf(rig, token)).toBe(200)
    rig.clock.advanceSeconds(60)
    expect(await statusOf(rig, token)).toBe(401)
  })

  it('are valid longer by the clock skew, at both ends', async () => {
    const rig = await start({ maxClockSkewInSeconds: 120 })
    expect(await statusOf(rig, await tokenOf(key, { exp: nowSeconds - 119 }))).toBe(200)
    expect(await statusOf(rig, await tokenOf(key, { exp: nowSeconds - 120 }))).toBe(401)
    expect(await statusOf(rig, await tokenOf(key, { nbf: nowSeconds + 120 }))).toBe(200)
    expect(await statusOf(rig, await tokenOf(key, { nbf: nowSeconds + 121 }))).toBe(401)
  })

  it('need no issuer and no audience if TOKEN_AUTHENTICATION has none', async () => {
    const policy = tokenPolicy({ type: 'STATIC_KEYS', keys: [staticKey(key)] })
    const rig = await startRig({ specification: specificationWith(policy) })
    expect(await statusOf(rig, await tokenOf(key, { iss: undefined, aud: 'any' }))).toBe(200)
  })
})

describe('verifyClaims', () => {
  it.each([
    [{ key: 'tok_type', values: ['AT', 'XT'], isRequired: true }, { tok_type: 'XT' }, 200],
    [{ key: 'tok_type', values: ['AT'], isRequired: true }, { tok_type: 'IT' }, 401],
    [{ key: 'tok_type', values: ['AT'], isRequired: true }, {}, 401],
    [{ key: 'tok_type', values: ['AT'], isRequired: false }, {}, 200],
    [{ key: 'tok_type', values: ['AT'] }, { tok_type: 'IT' }, 401],
    [{ key: 'tenant', values: [], isRequired: true }, { tenant: 7 }, 200],
    [{ key: 'tenant', isRequired: true }, {}, 401],
    [{ key: 'admin', values: ['true'] }, { admin: true }, 401],
    [{ key: 'groups', values: ['a'] }, { groups: ['a'] }, 401],
    [{ key: 'toString', isRequired: true }, {}, 401],
  ])('%j: %j is %i', async (rule, claims, status) => {
    const rig = await start({ verifyClaims: [rule] })
    expect(await statusOf(rig, await tokenOf(key, claims))).toBe(status)
  })
})
