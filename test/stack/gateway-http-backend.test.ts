import { afterEach, describe, expect, it } from '@jest/globals'
import { DeploymentError } from '../../stack/gateway/deployment.ts'
import { closeRigs, startDeployments, startRig, type RigOptions } from './gateway-rig.ts'
import { backendOrigin, guarded, httpRoute, routed } from './gateway-specifications.ts'

afterEach(closeRigs)

function to(path: string, url: string, timeouts: object = {}) {
  const backend = { type: 'HTTP_BACKEND', url: backendOrigin + url, ...timeouts }
  return httpRoute({ path, backend })
}

function start(route: object = {}, options: RigOptions = {}) {
  return startRig({ specification: routed(route), ...options })
}

describe('the request to an HTTP back end', () => {
  it('has method, body and query of the caller', async () => {
    const rig = await start(to('/thing', '/other'))
    await rig.call('/thing?a=1&b=%20', { method: 'POST', body: 'hello' })
    expect(rig.backendCalls).toMatchObject([
      { method: 'POST', target: '/other?a=1&b=%20', body: 'hello' },
    ])
    expect(rig.backendHeader('Content-Length')).toEqual(['5'])
  })

  it('has the whole body if its length was not announced', async () => {
    const rig = await start()
    const headers = ['Transfer-Encoding', 'chunked']
    await rig.call('/thing', { method: 'POST', headers, body: 'hello' })
    expect(rig.backendCalls).toMatchObject([{ body: 'hello' }])
    expect(rig.backendHeader('Content-Length')).toEqual(['5'])
    expect(rig.backendHeader('Transfer-Encoding')).toEqual([])
  })

  const [ofPath, ofCity] = ['/${request.path[r]}', '/${request.query[city]}']
  const sanJose = 'San+Jos%C3%A9'

  it.each([
    ['/{r}', ofPath, '/west', '/west'],
    [
      '/{r}',
      `${ofPath}/\${request.query[state]}`,
      '/west?state=california',
      '/west/california?state=california',
    ],
    ['/{r}', ofCity, '/w?city=f&city=b', '/f?city=f&city=b'],
    ['/{r}', ofCity, `/w?city=${sanJose}`, `/${sanJose}?city=${sanJose}`],
    ['/{r*}', `/a${ofPath}`, '/b/c%2Fd/', '/a/b/c%2Fd/'],
    ['/{r*}', `/a${ofPath}`, '/', '/a/'],
    ['/{r*}', '/${request.headers[X-Missing]}', '/', '/'],
    ['/{r*}', '', '/b', '/'],
  ])('for route %s and URL %s turns %s into %s', async (path, url, target, expected) => {
    const rig = await start(to(path, url))
    await rig.call(target)
    expect(rig.targets()).toEqual([expected])
    expect(rig.logCodes()).toEqual([
      'httpBackend.formedBackendUrl',
      'httpBackend.requestSent',
      'httpBackend.responseReceived',
    ])
  })

  it('can have values from the function in its path', async () => {
    const specification = guarded(undefined, to('/weather', '/${request.auth[region]}'))
    const answer = { active: true, context: { region: 'west' } }
    const rig = await startRig({ specification, answer })
    await rig.call('/weather')
    expect(rig.targets()[0]).toBe('/west')
  })

  it('has the host of the back end, and the caller’s address', async () => {
    const rig = await start()
    await rig.call()
    expect(rig.backendHeader('Host')).toEqual(['back-end.example'])
    expect(rig.backendHeader('X-Real-IP')).toEqual(['127.0.0.1'])
    expect(rig.backendHeader('Forwarded')).toEqual(['for=127.0.0.1'])
    expect(rig.backendHeader('X-Forwarded-For')).toEqual(['127.0.0.1'])
    expect(rig.backendHeader('User-Agent')).toEqual(['Oracle API Gateway'])
  })

  it('keeps the caller’s forwarding headers, except X-Real-IP', async () => {
    const rig = await start()
    await rig.call('/thing', {
      headers: ['X-Forwarded-For', '10.0.0.1', 'Forwarded', 'for=a', 'X-Real-IP', '10.0.0.1'],
    })
    expect(rig.backendHeader('X-Forwarded-For')).toEqual(['10.0.0.1, 127.0.0.1'])
    expect(rig.backendHeader('Forwarded')).toEqual(['for=a, for=127.0.0.1'])
    expect(rig.backendHeader('X-Real-IP')).toEqual(['127.0.0.1'])
  })

  it('has no connection headers', async () => {
    const rig = await start()
    await rig.call('/thing', {
      headers: [
        ...['Connection', 'close, X-Hop', 'X-Hop', '1', 'Keep-Alive', '5', 'TE', 'trailers'],
        ...['Proxy-Authorization', 'Basic x', 'X-Kept', '1', 'X-Kept', '2'],
      ],
    })
    const dropped = ['X-Hop', 'Keep-Alive', 'TE', 'Proxy-Authorization']
    expect(dropped.flatMap(rig.backendHeader)).toEqual([])
    expect(rig.backendHeader('X-Kept')).toEqual(['1', '2'])
  })

  it('passes Authorization through by default', async () => {
    const rig = await start()
    await rig.call('/thing', { headers: ['Authorization', 'Basic abc'] })
    expect(rig.backendHeader('Authorization')).toEqual(['Basic abc'])
  })

  it.each([
    [true, 200, ['/thing/../x']],
    [false, 400, []],
  ])(
    'has the dot segments of the path: %s (UNKNOWN: forwardDotSegments)',
    async (forwardDotSegments, status, targets) => {
      const rig = await start(to('/{r*}', `/thing${ofPath}`), { settings: { forwardDotSegments } })
      expect(await rig.statusOf('/../x')).toBe(status)
      expect(rig.targets()).toEqual(targets)
      expect(await rig.statusOf('/%2e./x')).toBe(status)
    },
  )
})

describe('the response of an HTTP back end', () => {
  it('is returned with status, headers and body', async () => {
    const rig = await start(undefined, {
      backend: (_, response) => {
        response.writeHead(418, ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'Keep-Alive', '9'])
        response.end('tea')
      },
    })
    const response = await rig.call()
    expect([response.status, response.body]).toEqual([418, 'tea'])
    expect(response.header('Set-Cookie')).toEqual(['a=1', 'b=2'])
    expect(response.header('Keep-Alive')).not.toContain('9')
  })

  it.each([
    ['the caller’s customer and trace, and a new span', 'us/17/old', /^us\/17\/[0-9A-F]{32}$/],
    ['the caller’s customer, and a new trace', 'mine', /^mine\/[0-9A-F]{32}\/[0-9A-F]{32}$/],
    ['a new trace', undefined, /^\/[0-9A-F]{32}\/[0-9A-F]{32}$/],
  ])('has an opc-request-id with %s; the back end gets no span', async (_case, given, expected) => {
    const rig = await start()
    const headers = given === undefined ? [] : ['opc-request-id', given]
    const [returned = ''] = (await rig.call('/thing', { headers })).header('opc-request-id')
    expect(returned).toMatch(expected)
    expect(rig.backendCalls[0]?.header('opc-request-id')).toEqual([
      returned.replace(/\/[^/]*$/, ''),
    ])
    expect(rig.gateway.executionLog.map(({ opcRequestId }) => opcRequestId)).toContain(returned)
  })

  it('is 502 if the back end is down', async () => {
    const rig = await start()
    await rig.backend.pause()
    const response = await rig.call()
    expect([response.status, response.body]).toEqual([502, '{"code":502,"message":"Bad Gateway"}'])
    expect(rig.logCodes()).toContain('httpBackend.requestError')
  })

  it('is 502 if the back end closes the connection early', async () => {
    const rig = await start(undefined, {
      backend: (_, response) => {
        response.writeHead(200, { 'Content-Length': '100' })
        response.write('some', () => response.destroy())
      },
    })
    expect(await rig.statusOf()).toBe(502)
  })

  it.each([
    ['does not begin to answer', false],
    ['stops in the middle of its answer', true],
  ])('is 504 if the back end %s within the read timeout', async (_, begins) => {
    const rig = await start(to('/thing', '/thing', { readTimeoutInSeconds: 0.05 }), {
      backend: (_request, response) => {
        if (begins) response.writeHead(200, { 'Content-Length': '100' }).write('some')
      },
    })
    const { status, body } = await rig.call()
    expect([status, body]).toEqual([504, '{"code":504,"message":"Gateway Timeout"}'])
  })

  it('is 502 if the variables do not make a URL', async () => {
    const rig = await start(to('/thing', '/${request.headers[X-A]}'))
    expect(await rig.statusOf('/thing', { headers: ['X-A', 'a b'] })).toBe(502)
    expect(rig.logCodes()).toContain('httpBackend.urlInvalid')
    expect(rig.backendCalls).toEqual([])
  })
})

describe('the gateway contacts loopback only', () => {
  it('rejects a stand-in elsewhere', async () => {
    const origins = { [backendOrigin]: 'http://10.0.0.1:80' }
    await expect(
      startDeployments([{ pathPrefix: '/', specification: routed() }], { origins }),
    ).rejects.toThrow(DeploymentError)
  })
})
