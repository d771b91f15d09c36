import { afterEach, describe, expect, it } from '@jest/globals'
import { call, closeRigs, startDeployments, startRig } from './gateway-rig.ts'
import { guarded, httpRoute, routed, setHeaders } from './gateway-specifications.ts'

afterEach(closeRigs)

function stock(path: string, methods = ['ANY'], body = path) {
  return { path, methods, backend: { type: 'STOCK_RESPONSE_BACKEND', status: 200, body } }
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
    expect(await rig.statusOf('/v1/oica')).toBe(404)
    expect(await rig.statusOf('/a')).toBe(404)
  })

  it('is of the deployment with the longest prefix', async () => {
    const { url } = await startDeployments([
      { pathPrefix: '/', specification: { routes: [stock('/{a*}', ['ANY'], 'root')] } },
      { pathPrefix: '/a', specification: { routes: [stock('/b', ['ANY'], 'a')] } },
    ])
    const answers = await Promise.all(['/a/b', '/ab', '/'].map((target) => call(url, target)))
    expect(answers.map(({ body }) => body)).toEqual(['a', 'root', 'root'])
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
    const { status, body, header } = await rig.call('/a', { method: 'POST' })
    expect([status, body]).toEqual([405, '{"code":405,"message":"Method Not Allowed"}'])
    expect(header('Allow')).toEqual(['GET, HEAD, PUT'])
    expect(await rig.statusOf('/a', { method: 'PUT' })).toBe(200)
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'with ANY accepts %s',
    async (method) => {
      const rig = await startRig({ specification: routed() })
      expect(await rig.statusOf('/thing', { method })).toBe(200)
      expect(rig.backendCalls[0]?.method).toBe(method)
    },
  )

  it('is found before the function is called', async () => {
    const rig = await startRig()
    expect(await rig.statusOf('/nothing')).toBe(404)
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
    const rig = await startRig({ specification: routed({ backend }) })
    const response = await rig.call()
    expect([response.status, response.body]).toEqual([299, '{"status":"UP"}'])
    expect(response.header('Content-Type')).toEqual(['application/json'])
    expect(response.header('X-A')).toEqual(['a'])
  })

  it('may be without headers and body', async () => {
    const backend = { type: 'STOCK_RESPONSE_BACKEND', status: 204 }
    const rig = await startRig({ specification: routed({ backend }) })
    expect(await rig.statusOf()).toBe(204)
  })
})

describe('the size of a request', () => {
  it('is at most 8 KB for method, URI and headers, else 431 (UNKNOWN: headerTooLargeStatus)', async () => {
    const rig = await startRig({ specification: { routes: [stock('/a')] } })
    const { host } = new URL(rig.gateway.url)
    const fixed = `GET /a?x=1 HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nX-Fill: \r\n\r\n`
    /** For so many bytes of method, URI and headers. */
    const status = (bytes: number) => {
      const fill = 'x'.repeat(bytes - fixed.length)
      return rig.statusOf('/a?x=1', { headers: ['Connection', 'close', 'X-Fill', fill] })
    }
    expect(await status(8192)).toBe(200)
    expect(await status(8193)).toBe(431)
  })

  it('over the header limit gets the status of the setting', async () => {
    const settings = { headerTooLargeStatus: 400 }
    const rig = await startRig({ specification: { routes: [stock('/a')] }, settings })
    expect(await rig.statusOf('/a', { headers: ['X', 'x'.repeat(8192)] })).toBe(400)
  })

  it.each([
    [true, 502],
    [false, 200],
  ])(
    'is limited including the new token: %s (UNKNOWN: headerLimitAtBackend)',
    async (headerLimitAtBackend, status) => {
      const values = ['${request.auth[token]}']
      const requestPolicies = setHeaders({ name: 'Authorization', values })
      const rig = await startRig({
        specification: guarded(undefined, httpRoute({ requestPolicies })),
        settings: { headerLimitAtBackend },
        answer: { active: true, context: { token: `Bearer ${'t'.repeat(8192)}` } },
      })
      expect(await rig.statusOf()).toBe(status)
    },
  )

  it('is at most 20 MB for the body, else 413', async () => {
    const rig = await startRig({ specification: { routes: [stock('/a')] } })
    const status = (bytes: number) =>
      rig.statusOf('/a', { method: 'POST', body: Buffer.alloc(bytes) })
    expect(await status(20 * 1024 * 1024)).toBe(200)
    expect(await status(20 * 1024 * 1024 + 1)).toBe(413)
    expect(rig.logCodes()).toEqual(['request.bodyTooLarge'])
  })
})
