import { afterEach, describe, expect, it } from '@jest/globals'
import { bearer, call, closeRigs, startDeployments } from './gateway-rig.ts'
import { stockRoute } from './gateway-specifications.ts'
import {
  activeClaims,
  introspectionPolicy,
  nowSeconds,
  paths,
  specificationWith,
  startIntrospection,
  startProvider,
  tokenPolicy,
  type Provider,
} from './gateway-token-rig.ts'

afterEach(closeRigs)

describe('an introspection answer is cached', () => {
  const longLived = activeClaims({ exp: nowSeconds + 7 * 24 * 3600 })

  it.each([
    [{}, 1],
    [{ maxCacheDurationInHours: 24 }, 24],
  ])('with %j for %i hours, even for a revoked token', async (validation, hours) => {
    const { provider, rig, statusOf } = await startIntrospection({ validation, answer: longLived })
    expect(await statusOf('opaque')).toBe(200)
    provider.answers('introspect', { active: false })
    rig.clock.advanceSeconds(hours * 3600 - 1)
    expect(await statusOf('opaque')).toBe(200)
    rig.clock.advanceSeconds(1)
    expect(await statusOf('opaque')).toBe(401)
    const round = [paths.discovery, paths.introspect]
    expect(provider.calls.map(({ path }) => path)).toEqual([...round, ...round])
  })

  it('for one token only', async () => {
    const { provider, statusOf } = await startIntrospection()
    await statusOf('one')
    provider.answers('introspect', { active: false })
    expect(await statusOf('another')).toBe(401)
  })

  it('for one deployment only', async () => {
    const [one, other] = [await startProvider(), await startProvider()]
    one.answers('introspect', activeClaims())
    other.answers('introspect', { active: false })
    const deployment = (pathPrefix: string, { server, answers }: Provider) => {
      answers('discovery', { introspection_endpoint: server.url + paths.introspect })
      const sourceUriDetails = { type: 'DISCOVERY_URI', uri: server.url + paths.discovery }
      const policy = tokenPolicy(introspectionPolicy({ sourceUriDetails }))
      return { pathPrefix, specification: specificationWith(policy, stockRoute()) }
    }
    const { url } = await startDeployments([deployment('/a', one), deployment('/b', other)], {
      readSecret: () => Promise.resolve('secret'),
      clock: { nowMilliseconds: () => nowSeconds * 1000 },
    })
    expect((await call(url, '/a/thing', bearer('opaque'))).status).toBe(200)
    expect((await call(url, '/b/thing', bearer('opaque'))).status).toBe(401)
  })

  it('but never beyond its exp', async () => {
    const answer = activeClaims({ exp: nowSeconds + 60 })
    const { provider, rig, statusOf } = await startIntrospection({ answer })
    expect(await statusOf('opaque')).toBe(200)
    rig.clock.advanceSeconds(60)
    expect(await statusOf('opaque')).toBe(401)
    expect(provider.calls).toHaveLength(2)
  })

  it('until the results are cleared', async () => {
    const { provider, rig, statusOf } = await startIntrospection()
    await statusOf('opaque')
    provider.answers('introspect', { active: false })
    rig.gateway.clearResultCache()
    expect(await statusOf('opaque')).toBe(401)
  })

  it.each([
    [true, 401],
    [false, 200],
  ])('also when it is a denial: %s (UNKNOWN: cacheDenials)', async (cacheDenials, status) => {
    const settings = { cacheDenials }
    const { provider, statusOf } = await startIntrospection({ answer: { active: false }, settings })
    expect(await statusOf('opaque')).toBe(401)
    provider.answers('introspect', activeClaims())
    expect(await statusOf('opaque')).toBe(status)
  })
})
