import { describe, expect, it } from '@jest/globals'
import { problemsOf, startDeployments } from './gateway-rig.ts'
import {
  backendOrigin,
  guarded,
  httpRoute,
  routed,
  setHeaders,
  stockRoute,
} from './gateway-specifications.ts'

describe('the limits of the service', () => {
  const overrides = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ path: `/${index}` }))

  it('has at most 50 routes', async () => {
    expect(await problemsOf(routed(...overrides(50)))).toEqual([])
    expect(await problemsOf(routed(...overrides(51)))).toEqual([
      'routes must have 1 to 50 entries, not 51',
    ])
  })

  it('has at most 10 parameters, and 10 names in the cache key', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `a${index}`)
    const parameters = (count: number) =>
      Object.fromEntries(names.slice(0, count).map((name) => [name, `request.headers[${name}]`]))
    expect(await problemsOf(guarded({ parameters: parameters(10) }))).toEqual([])
    expect(await problemsOf(guarded({ parameters: parameters(11), cacheKey: names }))).toEqual([
      'requestPolicies.authentication.parameters must have 1 to 10 entries, not 11',
      'requestPolicies.authentication.cacheKey must have 1 to 10 entries, not 11',
    ])
  })

  const transformations = 'routes[0].requestPolicies.headerTransformations'

  it('has at most 20 headers to set, 20 to rename, 50 to filter, and 10 values each', async () => {
    const many = (count: number, item: (index: number) => object) => ({
      items: Array.from({ length: count }, (_, index) => item(index)),
    })
    const headerTransformations = {
      setHeaders: many(21, (index) => ({ name: `S${index}`, values: ['x'] })),
      renameHeaders: many(21, (index) => ({ from: `F${index}`, to: `T${index}` })),
      filterHeaders: { type: 'BLOCK', ...many(51, (index) => ({ name: `B${index}` })) },
    }
    expect(await problemsOf(routed({ requestPolicies: { headerTransformations } }))).toEqual([
      `${transformations}.setHeaders.items must have 1 to 20 entries, not 21`,
      `${transformations}.renameHeaders.items must have 1 to 20 entries, not 21`,
      `${transformations}.filterHeaders.items must have 1 to 50 entries, not 51`,
    ])
    const requestPolicies = setHeaders({ name: 'X', values: Array(11).fill('x') })
    expect(await problemsOf(routed({ requestPolicies }))).toEqual([
      `${transformations}.setHeaders.items[0].values must have 1 to 10 entries, not 11`,
    ])
  })

  it('has a stock response of at most 4096 bytes, counted in UTF-8', async () => {
    const stock = (body: string) => ({ routes: [stockRoute({ body })] })
    expect(await problemsOf(stock('é'.repeat(2048)))).toEqual([])
    expect(await problemsOf(stock('é'.repeat(2049)))).toEqual([
      'routes[0].backend.body must not be over 4096 bytes',
    ])
  })

  it('has stock headers of at most 4096 bytes together', async () => {
    const headers = ['A', 'B'].map((name) => ({ name, value: 'x'.repeat(2100) }))
    expect(await problemsOf({ routes: [stockRoute({ headers })] })).toEqual([
      'routes[0].backend.headers must not be over 4096 bytes',
    ])
  })

  it('has a path prefix of at most 255 characters', async () => {
    const pathPrefix = `/${'p'.repeat(254)}`
    expect(await problemsOf(routed(), { pathPrefix })).toEqual([])
    expect(await problemsOf(routed(), { pathPrefix: `${pathPrefix}p` })).toEqual([
      'pathPrefix must not be longer than 255 characters',
    ])
  })

  it('has a specification of at most 2 MB', async () => {
    const allowedScope = Array(300).fill('s'.repeat(8000))
    const requestPolicies = { authorization: { type: 'ANY_OF', allowedScope } }
    expect(await problemsOf(guarded(undefined, httpRoute({ requestPolicies })))).toEqual([
      'the specification is over 2097152 bytes',
    ])
  })

  it('has connect timeouts up to 75 s, read and send timeouts up to 300 s', async () => {
    const timeouts = (connect: number, others: number) => {
      const backend = {
        ...{ type: 'HTTP_BACKEND', url: backendOrigin, connectTimeoutInSeconds: connect },
        ...{ readTimeoutInSeconds: others, sendTimeoutInSeconds: others },
      }
      return routed({ backend })
    }
    expect(await problemsOf(timeouts(75, 300))).toEqual([])
    expect(await problemsOf(timeouts(76, 301))).toEqual([
      'routes[0].backend.connectTimeoutInSeconds must be a number from 0 to 75',
      'routes[0].backend.readTimeoutInSeconds must be a number from 0 to 300',
      'routes[0].backend.sendTimeoutInSeconds must be a number from 0 to 300',
    ])
  })

  it('has at most 20 deployments with different prefixes', async () => {
    const start = (prefixes: string[]) =>
      startDeployments(
        prefixes.map((pathPrefix) => ({ pathPrefix, specification: routed() })),
        { origins: { [backendOrigin]: 'http://127.0.0.1:9' } },
      )
    const prefixes = overrides(21).map(({ path }) => path)
    await expect(start(prefixes)).rejects.toThrow('more than 20 deployments')
    await expect(start(['/a', '/a'])).rejects.toThrow('/a: pathPrefix is taken')
  })
})
