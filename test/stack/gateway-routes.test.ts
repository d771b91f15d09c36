import { afterEach, describe, expect, it } from '@jest/globals'
import { startGateway } from '../../stack/gateway/gateway.ts'
import { call, closeRigs, functionSays, guarded, httpRoute, startRig } from './gateway-rig.ts'

afterEach(closeRigs)

function stock(path: string, methods = ['ANY'], body = path) {
  return {
    path,
    methods,
    backend: { type: 'STOCK_RESPONSE_BACKEND', status: 200, body },
  }
}
describe('the route of a request', () => {
  const routes = [
    stock('/{rest*}'),
    stock('/hello/{rest*}'),
    stock('/hello/{region}/index.html'),
    stock('/hello/us/{page}'),
    stock('/hello/us'),
  ]

  it.each([
    ['/', '/{rest*}'],
    ['/other/path', '/{rest*}'],
    ['/hello', '/{rest*}'],
    ['/hello/', '/hello/{rest*}'],
    ['/hello/top.html', '/hello/{rest*}'],
    ['/hello/a/b/c', '/hello/{rest*}'],
    ['/hello/apac/index.html', '/hello/{region}/index.html'],
    ['/hello//index.html', '/hello/{rest*}'],
    ['/hello/us/index.html', '/hello/us/{page}'],
    ['/hello/us', '/hello/us'],
    ['/hello/us/', '/hello/{rest*}'],
    ['/Hello/us', '/{rest*}'],
    ['/hello/us?x=/hello', '/hello/us'],
  ])('%s is the most specific one that matches: %s', async (target, path) => {
    const rig = await startRig({ specification: { routes } })
    const reversed = await startRig({ specification: { routes: routes.toReversed() } })
    expect((await rig.call(target)).body).toBe(path)
    expect((await reversed.call(target)).body).toBe(path)
  })

  it('is relative to the path prefix of the deployment', async () => {
    const specification = { routes: [stock('/a'), stock('/')] }
    const rig = await startRig({ specification, pathPrefix: '/v1/oic' })
    expect((await rig.call('/v1/oic/a')).body).toBe('/a')
    expect((await rig.call('/v1/oic/')).body).toBe('/')
    expect((await rig.call('/v1/oica')).status).toBe(404)
    expect((await rig.call('/a')).status).toBe(404)
  })

  it('is of the deployment with the longest prefix', async () => {
    const gateway = await startGateway({
      deployments: [
        { pathPrefix: '/', specification: { routes: [stock('/{a*}', ['ANY'], 'root')] } },
        { pathPrefix: '/a', specification: { routes: [stock('/b', ['ANY'], 'a')] } },
      ],
      invokeFunction: () => functionSays({}),
    })
    const bodies = await Promise.all(
      ['/a/b', '/ab', '/'].map(async (target) => (await call(gateway.url, target)).body),
    )
    await gateway.close()
    expect(bodies).toEqual(['a', 'root', 'root'])
  })

  it('that does not exist is 404 with the gateway’s body', async () => {
    const rig = await startRig({ specification: { routes: [stock('/a')] } })
    const response = await rig.call('/b')
    expect([response.status, response.body]).toEqual([404, '{"code":404,"message":"Not Found"}'])
    expect(response.header('Content-Type')).toEqual(['application/json'])
  })

  it('with other methods is 405, even if a wider route has the method', async () => {
    const routes = [stock('/a', ['GET', 'HEAD']), stock('/a', ['PUT']), stock('/{b*}')]
    const rig = await startRig({ specification: { routes } })
    const response = await rig.call('/a', { method: 'POST' })
    expect([response.status, response.body]).toEqual([
      405,
      '{"code":405,"message":"Method Not Allowed"}',
    ])
    expect(response.header('Allow')).toEqual(['GET, HEAD, PUT'])
    expect((await rig.call('/a', { method: 'PUT' })).status).toBe(200)
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'with ANY accepts %s',
    async (method) => {
      const rig = await startRig({ specification: { routes: [httpRoute()] } })
      expect((await rig.call('/thing', { method })).status).toBe(200)
      expect(rig.backendCalls[0]?.method).toBe(method)
    },
  )

  it('is found before the function is called', async () => {
    const rig = await startRig({ specification: guarded() })
    expect((await rig.call('/nothing')).status).toBe(404)
    expect(rig.functionCalls).toEqual([])
  })
})

describe('a stock response', () => {
  it('has the status, headers and body of the specification', async () => {
    const backend = {
      type: 'STOCK_RESPONSE_BACKEND',
      status: 299,
      headers: [
        { name: 'Content-Type', value: 'application/json' },
        { name: 'X-A', value: 'a' },
      ],
      body: '{"status":"UP"}',
    }
    const rig = await startRig({ specification: { routes: [httpRoute({ backend })] } })
    const response = await rig.call('/thing')
    expect([response.status, response.body]).toEqual([299, '{"status":"UP"}'])
    expect(response.header('Content-Type')).toEqual(['application/json'])
    expect(response.header('X-A')).toEqual(['a'])
  })

  it('may be without headers and body', async () => {
    const backend = { type: 'STOCK_RESPONSE_BACKEND', status: 204 }
    const rig = await startRig({ specification: { routes: [httpRoute({ backend })] } })
    expect((await rig.call('/thing')).status).toBe(204)
  })
})

describe('the size of a request', () => {
  /** A header that brings the whole of method, URI and headers to so many bytes. */
  const filledTo = (bytes: number, url: string, target: string) => {
    const fixed = `GET ${target} HTTP/1.1\r\nHost: ${new URL(url).host}\r\nConnection: close\r\nX-Fill: \r\n\r\n`
    return ['Connection', 'close', 'X-Fill', 'x'.repeat(bytes - fixed.length)]
  }

  it('is at most 8 KB for method, URI and headers, else 431 (UNKNOWN: headerTooLargeStatus)', async () => {
    const rig = await startRig({ specification: { routes: [stock('/a')] } })
    const { url } = rig.gateway
    const status = async (bytes: number) =>
      (await rig.call('/a?x=1', { headers: filledTo(bytes, url, '/a?x=1') })).status
    expect(await status(8192)).toBe(200)
    expect(await status(8193)).toBe(431)
  })

  it('over the header limit gets the status of the setting', async () => {
    const settings = { headerTooLargeStatus: 400 }
    const rig = await startRig({ specification: { routes: [stock('/a')] }, settings })
    expect((await rig.call('/a', { headers: ['X', 'x'.repeat(8192)] })).status).toBe(400)
  })

  it.each([
    [true, 502],
    [false, 200],
  ])(
    'is limited including the new token: %s (UNKNOWN: headerLimitAtBackend)',
    async (headerLimitAtBackend, status) => {
      const items = [{ name: 'Authorization', values: ['${request.auth[token]}'] }]
      const requestPolicies = { headerTransformations: { setHeaders: { items } } }
      const rig = await startRig({
        specification: guarded(undefined, httpRoute({ requestPolicies })),
        settings: { headerLimitAtBackend },
      })
      const context = { token: `Bearer ${'t'.repeat(8192)}` }
      rig.functionAnswers(() => functionSays({ active: true, context }))
      expect((await rig.call('/thing')).status).toBe(status)
    },
  )

  it('is at most 20 MB for the body, else 413', async () => {
    const rig = await startRig({ specification: { routes: [stock('/a')] } })
    const status = async (bytes: number) =>
      (await rig.call('/a', { method: 'POST', body: Buffer.alloc(bytes) })).status
    expect(await status(20 * 1024 * 1024)).toBe(200)
    expect(await status(20 * 1024 * 1024 + 1)).toBe(413)
    expect(rig.logCodes()).toEqual(['request.bodyTooLarge'])
  })
})
