import { afterEach, describe, expect, it } from '@jest/globals'
import { DeploymentError } from '../../stack/gateway/deployment.ts'
import { startGateway } from '../../stack/gateway/gateway.ts'
import {
  backendOrigin,
  closeRigs,
  functionSays,
  guarded,
  httpRoute,
  startRig,
} from './gateway-rig.ts'

afterEach(closeRigs)

function to(path: string, url: string, timeouts: object = {}) {
  return httpRoute({
    path,
    backend: { type: 'HTTP_BACKEND', url: backendOrigin + url, ...timeouts },
  })
}

describe('the request to an HTTP back end', () => {
  it('has method, body and query of the caller', async () => {
    const rig = await startRig({ specification: { routes: [to('/thing', '/other')] } })
    await rig.call('/thing?a=1&b=%20', { method: 'POST', body: 'hello' })
    expect(rig.backendCalls).toMatchObject([
      { method: 'POST', target: '/other?a=1&b=%20', body: 'hello' },
    ])
    expect(rig.backendCalls[0]?.header('Content-Length')).toEqual(['5'])
  })

  it('has the whole body if its length was not announced', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    const headers = ['Transfer-Encoding', 'chunked']
    await rig.call('/thing', { method: 'POST', headers, body: 'hello' })
    expect(rig.backendCalls).toMatchObject([{ body: 'hello' }])
    expect(rig.backendCalls[0]?.header('Content-Length')).toEqual(['5'])
    expect(rig.backendCalls[0]?.header('Transfer-Encoding')).toEqual([])
  })

  it.each([
    ['/{r}', '/${request.path[r]}', '/west', '/west'],
    [
      '/{r}',
      '/${request.path[r]}/${request.query[state]}',
      '/west?state=california',
      '/west/california?state=california',
    ],
    ['/{r}', '/${request.query[city]}', '/w?city=f&city=b', '/f?city=f&city=b'],
    [
      '/{r}',
      '/${request.query[city]}',
      '/w?city=San+Jos%C3%A9',
      '/San+Jos%C3%A9?city=San+Jos%C3%A9',
    ],
    ['/{r*}', '/a/${request.path[r]}', '/b/c%2Fd/', '/a/b/c%2Fd/'],
    ['/{r*}', '/a/${request.path[r]}', '/', '/a/'],
    ['/{r*}', '/${request.headers[X-Missing]}', '/', '/'],
    ['/{r*}', '', '/b', '/'],
  ])('for route %s and URL %s turns %s into %s', async (path, url, target, expected) => {
    const rig = await startRig({ specification: { routes: [to(path, url)] } })
    await rig.call(target)
    expect(rig.backendCalls.map((seen) => seen.target)).toEqual([expected])
    expect(rig.logCodes()).toEqual([
      'httpBackend.formedBackendUrl',
      'httpBackend.requestSent',
      'httpBackend.responseReceived',
    ])
  })

  it('can have values from the function in its path', async () => {
    const route = to('/weather', '/${request.auth[region]}')
    const rig = await startRig({ specification: guarded(undefined, route) })
    rig.functionAnswers(() => functionSays({ active: true, context: { region: 'west' } }))
    await rig.call('/weather')
    expect(rig.backendCalls[0]?.target).toBe('/west')
  })

  it('has the host of the back end, and the caller’s address', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    await rig.call('/thing')
    const header = (name: string) => rig.backendCalls[0]?.header(name)
    expect(header('Host')).toEqual(['back-end.example'])
    expect(header('X-Real-IP')).toEqual(['127.0.0.1'])
    expect(header('Forwarded')).toEqual(['for=127.0.0.1'])
    expect(header('X-Forwarded-For')).toEqual(['127.0.0.1'])
    expect(header('User-Agent')).toEqual(['Oracle API Gateway'])
  })

  it('keeps the caller’s forwarding headers, except X-Real-IP', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    await rig.call('/thing', {
      headers: ['X-Forwarded-For', '10.0.0.1', 'Forwarded', 'for=a', 'X-Real-IP', '10.0.0.1'],
    })
    const header = (name: string) => rig.backendCalls[0]?.header(name)
    expect(header('X-Forwarded-For')).toEqual(['10.0.0.1, 127.0.0.1'])
    expect(header('Forwarded')).toEqual(['for=a, for=127.0.0.1'])
    expect(header('X-Real-IP')).toEqual(['127.0.0.1'])
  })

  it('has no connection headers', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    await rig.call('/thing', {
      headers: [
        ...['Connection', 'close, X-Hop', 'X-Hop', '1', 'Keep-Alive', '5', 'TE', 'trailers'],
        ...['Proxy-Authorization', 'Basic x', 'X-Kept', '1', 'X-Kept', '2'],
      ],
    })
    const header = (name: string) => rig.backendCalls[0]?.header(name)
    expect(['X-Hop', 'Keep-Alive', 'TE', 'Proxy-Authorization'].flatMap(header)).toEqual([])
    expect(header('X-Kept')).toEqual(['1', '2'])
  })

  it('passes Authorization through by default', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    await rig.call('/thing', { headers: ['Authorization', 'Basic abc'] })
    expect(rig.backendCalls[0]?.header('Authorization')).toEqual(['Basic abc'])
  })

  it.each([
    [true, 200, ['/thing/../x']],
    [false, 400, []],
  ])(
    'has the dot segments of the path: %s (UNKNOWN: forwardDotSegments)',
    async (forwardDotSegments, status, targets) => {
      const rig = await startRig({
        specification: { routes: [to('/{r*}', '/thing/${request.path[r]}')] },
        settings: { forwardDotSegments },
      })
      expect((await rig.call('/../x')).status).toBe(status)
      expect(rig.backendCalls.map((seen) => seen.target)).toEqual(targets)
      expect((await rig.call('/%2e./x')).status).toBe(status)
    },
  )
})

describe('the response of an HTTP back end', () => {
  it('is returned with status, headers and body', async () => {
    const rig = await startRig({
      specification: { routes: [httpRoute()] },
      backend: (_, response) => {
        response.writeHead(418, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Keep-Alive', '9'])
        response.end('tea')
      },
    })
    const response = await rig.call('/thing')
    expect([response.status, response.body]).toEqual([418, 'tea'])
    expect(response.header('Set-Cookie')).toEqual(['a=1', 'b=2'])
    expect(response.header('Keep-Alive')).not.toContain('9')
  })

  it('has an opc-request-id: that of the caller, or a new one, known to back end and log', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    const [given] = (await rig.call('/thing', { headers: ['opc-request-id', 'mine'] })).header(
      'opc-request-id',
    )
    const [made] = (await rig.call('/thing')).header('opc-request-id')
    expect(given).toBe('mine')
    expect(made).toMatch(/^[0-9A-F]{32}$/)
    expect(rig.backendCalls.flatMap((seen) => seen.header('opc-request-id'))).toEqual([given, made])
    expect(new Set(rig.gateway.executionLog.map(({ opcRequestId }) => opcRequestId))).toEqual(
      new Set([given, made]),
    )
  })

  it('is 502 if the back end is down', async () => {
    const rig = await startRig({ specification: { routes: [httpRoute()] } })
    await rig.backend.pause()
    const response = await rig.call('/thing')
    expect([response.status, response.body]).toEqual([502, '{"code":502,"message":"Bad Gateway"}'])
    expect(rig.logCodes()).toContain('httpBackend.requestError')
  })

  it('is 502 if the back end closes the connection early', async () => {
    const rig = await startRig({
      specification: { routes: [httpRoute()] },
      backend: (_, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('some', () => response.destroy())
      },
    })
    expect((await rig.call('/thing')).status).toBe(502)
  })

  it.each([
    ['does not begin to answer', false],
    ['stops in the middle of its answer', true],
  ])('is 504 if the back end %s within the read timeout', async (_, begins) => {
    const route = to('/thing', '/thing', { readTimeoutInSeconds: 0.05 })
    const rig = await startRig({
      specification: { routes: [route] },
      backend: (_request, response) => {
        if (begins) response.writeHead(200, { 'Content-Length': '100' }).write('some')
      },
    })
    const response = await rig.call('/thing')
    expect([response.status, response.body]).toEqual([
      504,
      '{"code":504,"message":"Gateway Timeout"}',
    ])
  })

  it('is 502 if the variables do not make a URL', async () => {
    const route = to('/thing', '/${request.headers[X-A]}')
    const rig = await startRig({ specification: { routes: [route] } })
    expect((await rig.call('/thing', { headers: ['X-A', 'a b'] })).status).toBe(502)
    expect(rig.logCodes()).toContain('httpBackend.urlInvalid')
    expect(rig.backendCalls).toEqual([])
  })
})

describe('the gateway contacts loopback only', () => {
  it('rejects a stand-in elsewhere', async () => {
    await expect(
      startGateway({
        deployments: [{ pathPrefix: '/', specification: { routes: [httpRoute()] } }],
        origins: { [backendOrigin]: 'http://10.0.0.1:80' },
        invokeFunction: () => functionSays({}),
      }),
    ).rejects.toThrow(DeploymentError)
  })
})
