/** The place of a JWT in a request, and its effects. */
import { afterEach, describe, expect, it } from '@jest/globals'
import { bearer, closeRigs, type Rig } from './gateway-rig.ts'
import { httpRoute, setHeaders } from './gateway-specifications.ts'
import { newKey, nowSeconds, startWithStaticKeys, staticKey, tokenOf } from './gateway-token-rig.ts'

afterEach(closeRigs)

const key = newKey()

function statusOf(rig: Rig, token: string) {
  return rig.statusOf('/thing', bearer(token))
}

function start(overrides: object = {}, options: Parameters<typeof startWithStaticKeys>[2] = {}) {
  return startWithStaticKeys([staticKey(key)], overrides, options)
}

describe('the place of the token', () => {
  it('is the one header, after its scheme', async () => {
    const rig = await start({ tokenHeader: 'X-Token' })
    const token = await tokenOf(key)
    const withHeaders = (...headers: string[]) => rig.statusOf('/thing', { headers })
    expect(await withHeaders('x-token', `Bearer ${token}`)).toBe(200)
    expect(await withHeaders('Authorization', `Bearer ${token}`)).toBe(401)
    expect(await withHeaders('X-Token', token)).toBe(401)
    expect(await withHeaders('X-Token', `Basic ${token}`)).toBe(401)
    expect(await withHeaders('X-Token', `Bearer ${token}`, 'X-Token', `Bearer ${token}`)).toBe(401)
  })

  it('is the one query parameter, without a scheme', async () => {
    const place = { tokenHeader: undefined, tokenAuthScheme: undefined, tokenQueryParam: 'jwt' }
    const rig = await start(place)
    const token = await tokenOf(key)
    expect(await rig.statusOf(`/thing?jwt=${token}`)).toBe(200)
    expect(await rig.statusOf(`/thing?jwt=${token}&jwt=${token}`)).toBe(401)
    expect(await rig.statusOf('/thing?jwt=', bearer(token))).toBe(401)
  })

  it.each([
    [true, 401],
    [false, 200],
  ])(
    'has a scheme that is case-sensitive: %s (UNKNOWN: authSchemeIsCaseSensitive)',
    async (authSchemeIsCaseSensitive, status) => {
      const rig = await start({}, { settings: { authSchemeIsCaseSensitive } })
      const headers = ['Authorization', `bearer ${await tokenOf(key)}`]
      expect(await rig.statusOf('/thing', { headers })).toBe(status)
    },
  )
})

describe('a validated JWT', () => {
  const withScope = httpRoute({
    requestPolicies: { authorization: { type: 'ANY_OF', allowedScope: ['read', 'write'] } },
  })

  it('fills request.auth with its claims', async () => {
    const items = [
      { name: 'X-Sub', values: ['${request.auth[sub]}'] },
      { name: 'X-Dotted', values: ['${request.auth[user.tenant.name]}'] },
      { name: 'X-Exp', values: ['${request.auth[exp]}'] },
    ]
    const route = httpRoute({ requestPolicies: setHeaders(...items) })
    const token = await tokenOf(key, { 'user.tenant.name': 'idcs-1' })
    for (const [nonStringContextValue, exp] of [
      ['empty', ''],
      ['json', String(nowSeconds + 3600)],
    ] as const) {
      const rig = await start({}, { routes: [route], settings: { nonStringContextValue } })
      await rig.call('/thing', bearer(token))
      expect(items.map(({ name }) => rig.backendHeader(name))).toEqual([
        ['partner-a'],
        ['idcs-1'],
        [exp],
      ])
    }
  })

  it('is authorized on a route with ANY_OF by its scope claim', async () => {
    const rig = await start({}, { routes: [withScope] })
    expect(await statusOf(rig, await tokenOf(key, { scope: 'other write' }))).toBe(200)
    expect(await statusOf(rig, await tokenOf(key, { scope: 'Write' }))).toBe(403)
    expect(await statusOf(rig, await tokenOf(key))).toBe(403)
  })

  it.each([
    [false, 403],
    [true, 200],
  ])(
    'may have its scopes in a list: %s (UNKNOWN: scopeClaimMayBeList)',
    async (scopeClaimMayBeList, status) => {
      const rig = await start({}, { routes: [withScope], settings: { scopeClaimMayBeList } })
      expect(await statusOf(rig, await tokenOf(key, { scope: ['read'] }))).toBe(status)
    },
  )

  it('is not required on an ANONYMOUS route', async () => {
    const route = httpRoute({ requestPolicies: { authorization: { type: 'ANONYMOUS' } } })
    const rig = await start({ isAnonymousAccessAllowed: true }, { routes: [route] })
    expect(await rig.statusOf()).toBe(200)
  })

  it('is passed to the back end, unless the route replaces it', async () => {
    const rig = await start()
    const token = await tokenOf(key)
    await rig.call('/thing', bearer(token))
    expect(rig.backendHeader('Authorization')).toEqual([`Bearer ${token}`])
  })

  it('gets the gateway’s challenge if it is rejected (UNKNOWN: ownChallenge)', async () => {
    const rig = await start({}, { settings: { ownChallenge: 'Bearer realm="api"' } })
    expect((await rig.call('/thing')).header('WWW-Authenticate')).toEqual(['Bearer realm="api"'])
  })
})
