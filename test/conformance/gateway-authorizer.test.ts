import { afterEach, describe, expect, it } from '@jest/globals'
import { startGateway } from '../stack/gateway/gateway.ts'
import {
  call,
  closeRigs,
  functionSays,
  guarded,
  httpRoute,
  startRig,
  type Rig,
} from './gateway-rig.ts'

afterEach(closeRigs)

const bearer = (token: string) => ['Authorization', `Bearer ${token}`]

describe('what a multi-argument authorizer function is sent', () => {
  const parameters = {
    token: 'request.headers[Authorization]',
    state: 'request.query[state]',
    host: 'request.host',
    body: 'request.body',
  }

  it('is USER_DEFINED with the arguments under their names', async () => {
    const rig = await startRig({ specification: guarded({ parameters }) })
    await rig.call('/thing?state=california', {
      method: 'POST',
      headers: bearer('a'),
      body: 'hello',
    })
    expect(rig.functionCalls).toEqual([
      {
        type: 'USER_DEFINED',
        data: {
          token: 'Bearer a',
          state: 'california',
          host: new URL(rig.gateway.url).host,
          body: 'hello',
        },
      },
    ])
  })

  it('has no key for an argument that the request lacks', async () => {
    const rig = await startRig({
      specification: guarded({
        parameters: { token: 'request.headers[Authorization]', state: 'request.query[state]' },
      }),
    })
    await rig.call('/thing?state=')
    expect(rig.functionCalls).toEqual([{ type: 'USER_DEFINED', data: { state: '' } }])
  })

  it('has an array for a header or query parameter that came repeatedly', async () => {
    const rig = await startRig({ specification: guarded({ parameters }) })
    await rig.call('/thing?state=a&state=b', { headers: [...bearer('a'), ...bearer('b')] })
    expect(rig.functionCalls).toMatchObject([
      { data: { token: ['Bearer a', 'Bearer b'], state: ['a', 'b'] } },
    ])
  })

  it('has query values still encoded', async () => {
    const rig = await startRig({ specification: guarded({ parameters }) })
    await rig.call('/thing?state=San+Jos%C3%A9')
    expect(rig.functionCalls).toMatchObject([{ data: { state: 'San+Jos%C3%A9' } }])
  })

  it.each([
    ['empty data', { type: 'USER_DEFINED', data: {} }],
    ['no data', { type: 'USER_DEFINED' }],
  ] as const)(
    'has, with no argument at all, %s (UNKNOWN: noArguments)',
    async (noArguments, sent) => {
      const rig = await startRig({ specification: guarded(), settings: { noArguments } })
      await rig.call('/thing')
      expect(rig.functionCalls).toEqual([sent])
    },
  )

  it.each([
    [false, { token: 'Bearer a' }],
    [true, {}],
  ])(
    'depends on the case of a header name: %s (UNKNOWN: headerKeysAreCaseSensitive)',
    async (headerKeysAreCaseSensitive, data) => {
      const rig = await startRig({
        specification: guarded(),
        settings: { headerKeysAreCaseSensitive },
      })
      await rig.call('/thing', { headers: ['authorization', 'Bearer a'] })
      expect(rig.functionCalls).toEqual([{ type: 'USER_DEFINED', data }])
    },
  )
})

describe('what a single-argument authorizer function is sent', () => {
  it('is TOKEN with the whole value of the header', async () => {
    const rig = await startRig({ specification: guarded({ tokenHeader: 'Authorization' }) })
    await rig.call('/thing', { headers: ['authorization', 'Bearer a'] })
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'Bearer a' }])
  })

  it('is TOKEN with the value of the query parameter', async () => {
    const rig = await startRig({ specification: guarded({ tokenQueryParam: 'token' }) })
    await rig.call('/thing?x=1&token=abc', { headers: bearer('other') })
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'abc' }])
  })

  it.each([
    ['invoke without token', [{ type: 'TOKEN' }], 200],
    ['invoke with empty token', [{ type: 'TOKEN', token: '' }], 200],
    ['answer 401', [], 401],
  ] as const)(
    'is, without a token: %s (UNKNOWN: missingToken)',
    async (missingToken, sent, status) => {
      const rig = await startRig({
        specification: guarded({ tokenHeader: 'Authorization' }),
        settings: { missingToken },
      })
      expect((await rig.call('/thing')).status).toBe(status)
      expect(rig.functionCalls).toEqual(sent)
    },
  )
})

describe('what follows from the answer of an authorizer function', () => {
  it('is, for active true, the way to the back end', async () => {
    const rig = await startRig({ specification: guarded() })
    const response = await rig.call('/thing', { headers: bearer('a') })
    expect([response.status, response.body]).toEqual([200, 'from the back end'])
    expect(rig.logCodes().filter((code) => code.startsWith('customAuthentication'))).toEqual([
      'customAuthentication.cacheMiss',
      'customAuthentication.successfulFunctionInvocation',
      'customAuthentication.successfulAuthentication',
    ])
  })

  it('is, for active false, 401 with the challenge that the function gave', async () => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(() =>
      functionSays({ active: false, wwwAuthenticate: 'Bearer realm="example.com"' }),
    )
    const response = await rig.call('/thing', { headers: bearer('a') })
    expect(response.status).toBe(401)
    expect(response.body).toBe('{"code":401,"message":"Unauthorized"}')
    expect(response.header('WWW-Authenticate')).toEqual(['Bearer realm="example.com"'])
    expect(rig.backendCalls).toEqual([])
    expect(rig.logCodes()).toContain('customAuthentication.authenticationFailed')
  })

  it('is, for an answer without active, 401', async () => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(() => functionSays({ scope: ['a'] }))
    expect((await rig.call('/thing')).status).toBe(401)
  })

  it.each([500, 502, 503, 504])('is, for status %i, 502, its JSON ignored', async (status) => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(() => functionSays({ active: true }, status))
    const response = await rig.call('/thing', { headers: bearer('a') })
    expect([response.status, response.body]).toEqual([502, '{"code":502,"message":"Bad Gateway"}'])
    expect(rig.logCodes()).toContain('customAuthentication.failedFunctionInvocation')
    expect(rig.backendCalls).toEqual([])
  })

  it('is, for an error of OCI Functions, 502', async () => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(() => Promise.reject(new Error('no function there')))
    expect((await rig.call('/thing')).status).toBe(502)
    expect(rig.logCodes()).toContain('customAuthentication.failedFunctionInvocation')
  })

  it.each([
    ['status 401', () => functionSays({ active: true }, 401)],
    ['status 404', () => functionSays({ active: true }, 404)],
    ['status 429', () => functionSays({ active: true }, 429)],
    ['status 201', () => functionSays({ active: true }, 201)],
    ['an empty body', () => functionSays('')],
    ['no JSON', () => functionSays('active')],
    ['JSON in JSON', () => functionSays(JSON.stringify('{"active":true}'))],
    ['null', () => functionSays('null')],
    ['active as a string', () => functionSays({ active: 'true' })],
    ['a scope that is a number', () => functionSays({ active: true, scope: [1] })],
    ['a context that is a list', () => functionSays({ active: true, context: [] })],
    ['a challenge that is a list', () => functionSays({ active: false, wwwAuthenticate: [] })],
  ])('is, for %s, 502 (UNKNOWN: unexpectedAnswerStatus)', async (_, answer) => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(answer)
    expect((await rig.call('/thing')).status).toBe(502)
    expect(rig.logCodes()).toContain('customAuthentication.unexpectedResponse')
    expect(rig.backendCalls).toEqual([])
  })

  it('is the other status where unexpectedAnswerStatus says so', async () => {
    const settings = { unexpectedAnswerStatus: 401 } as const
    const rig = await startRig({ specification: guarded(), settings })
    rig.functionAnswers(() => functionSays({ active: true }, 401))
    expect((await rig.call('/thing')).status).toBe(401)
  })

  it('is 500 when the challenge is no header value', async () => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(() => functionSays({ active: false, wwwAuthenticate: 'Bearer\r\nX: y' }))
    const response = await rig.call('/thing')
    expect([response.status, response.header('X')]).toEqual([500, []])
    expect(rig.logCodes()).toContain('request.internalServiceError')
  })
})

describe('the result cache', () => {
  const inSeconds = (rig: Rig, seconds: number) =>
    new Date(rig.clock.nowMilliseconds() + seconds * 1000).toISOString().replace('.000Z', 'Z')

  /** Calls of the function for the same request: now, a second before the end, and at the end. */
  async function callsAround(rig: Rig, endSeconds: number): Promise<number[]> {
    const counts: number[] = []
    const step = async () => {
      await rig.call('/thing', { headers: bearer('a') })
      counts.push(rig.functionCalls.length)
    }
    await step()
    rig.clock.advanceSeconds(endSeconds - 1)
    await step()
    rig.clock.advanceSeconds(1)
    await step()
    return counts
  }

  it.each([
    ['until expiresAt', 600, 600],
    ['for 60 s at least', 5, 60],
    ['for 60 s when expiresAt is past', -600, 60],
    ['for one hour at most', 86_400, 3600],
  ])('keeps an answer %s', async (_, expiresInSeconds, keptSeconds) => {
    const rig = await startRig({ specification: guarded() })
    const expiresAt = inSeconds(rig, expiresInSeconds)
    rig.functionAnswers(() => functionSays({ active: true, expiresAt }))
    expect(await callsAround(rig, keptSeconds)).toEqual([1, 1, 2])
  })

  it.each([
    ['missing', undefined],
    ['a number', 1_900_000_000],
    ['no date', 'tomorrow'],
    ['a date without time', '2031-01-01'],
    ['a date without zone', '2031-01-01T00:00:00'],
    ['a day that does not exist', '2031-13-41T00:00:00Z'],
  ])('keeps an answer for 60 s when expiresAt is %s', async (_, expiresAt) => {
    const rig = await startRig({ specification: guarded() })
    rig.functionAnswers(() => functionSays({ active: true, expiresAt }))
    expect(await callsAround(rig, 60)).toEqual([1, 1, 2])
  })

  it('reads an expiresAt with an offset', async () => {
    const rig = await startRig({ specification: guarded() })
    const expiresAt = '2030-01-01T02:10:00+02:00'
    rig.functionAnswers(() => functionSays({ active: true, expiresAt }))
    expect(await callsAround(rig, 600)).toEqual([1, 1, 2])
  })

  it.each([
    [false, 60],
    [true, 600],
  ])(
    'reads fractional seconds: %s (UNKNOWN: fractionalExpiresAt)',
    async (fractionalExpiresAt, keptSeconds) => {
      const rig = await startRig({ specification: guarded(), settings: { fractionalExpiresAt } })
      const expiresAt = '2030-01-01T00:10:00.000Z'
      rig.functionAnswers(() => functionSays({ active: true, expiresAt }))
      expect(await callsAround(rig, keptSeconds)).toEqual([1, 1, 2])
    },
  )

  it('keeps the context with the answer', async () => {
    const route = httpRoute({
      requestPolicies: {
        headerTransformations: {
          setHeaders: { items: [{ name: 'Authorization', values: ['${request.auth[t]}'] }] },
        },
      },
    })
    const rig = await startRig({ specification: guarded(undefined, route) })
    rig.functionAnswers(() => functionSays({ active: true, context: { t: 'first' } }))
    await rig.call('/thing', { headers: bearer('a') })
    rig.functionAnswers(() => functionSays({ active: true, context: { t: 'second' } }))
    await rig.call('/thing', { headers: bearer('a') })
    expect(rig.backendCalls.map((seen) => seen.header('Authorization'))).toEqual([
      ['first'],
      ['first'],
    ])
  })

  it.each([
    [true, 1],
    [false, 2],
  ])('keeps denials: %s (UNKNOWN: cacheDenials)', async (cacheDenials, calls) => {
    const rig = await startRig({ specification: guarded(), settings: { cacheDenials } })
    rig.functionAnswers(() => functionSays({ active: false, wwwAuthenticate: 'Bearer' }))
    const responses = [await rig.call('/thing'), await rig.call('/thing')]
    expect(responses.map(({ status }) => status)).toEqual([401, 401])
    expect(responses.map((response) => response.header('WWW-Authenticate'))).toEqual([
      ['Bearer'],
      ['Bearer'],
    ])
    expect(rig.functionCalls).toHaveLength(calls)
  })

  it('never keeps a 5xx or an unreadable answer', async () => {
    const rig = await startRig({ specification: guarded() })
    for (const answer of [() => functionSays({}, 502), () => functionSays('nonsense')]) {
      rig.functionAnswers(answer)
      expect((await rig.call('/thing')).status).toBe(502)
    }
    rig.functionAnswers(() => functionSays({ active: true }))
    expect((await rig.call('/thing')).status).toBe(200)
    expect(rig.functionCalls).toHaveLength(3)
  })

  it('is one for each deployment, though they share the function', async () => {
    let calls = 0
    const route = httpRoute({ backend: { type: 'STOCK_RESPONSE_BACKEND', status: 200 } })
    const gateway = await startGateway({
      deployments: ['/a', '/b'].map((pathPrefix) => ({
        pathPrefix,
        specification: guarded(undefined, route),
      })),
      invokeFunction: () => {
        calls += 1
        return functionSays({ active: true })
      },
    })
    for (const target of ['/a/thing', '/b/thing', '/a/thing']) await call(gateway.url, target)
    await gateway.close()
    expect(calls).toBe(2)
  })

  it('forgets all answers on demand', async () => {
    const rig = await startRig({ specification: guarded() })
    await rig.call('/thing')
    rig.gateway.clearResultCache()
    await rig.call('/thing')
    expect(rig.functionCalls).toHaveLength(2)
  })

  const twoArguments = {
    token: 'request.headers[Authorization]',
    state: 'request.query[state]',
    body: 'request.body',
  }

  it.each([
    ['the same arguments', 'a', 'x', 1],
    ['another token', 'b', 'x', 2],
    ['another query argument', 'a', 'y', 2],
  ])('has a key of all arguments and their values: %s', async (_, token, state, calls) => {
    const rig = await startRig({ specification: guarded({ parameters: twoArguments }) })
    await rig.call('/thing?state=x', { headers: bearer('a') })
    await rig.call(`/thing?state=${state}`, { headers: bearer(token) })
    expect(rig.functionCalls).toHaveLength(calls)
  })

  it('leaves an argument from request.body out of the key unless it is listed', async () => {
    const callsFor = async (policy: object) => {
      const rig = await startRig({ specification: guarded(policy) })
      await rig.call('/thing', { method: 'POST', body: 'one' })
      await rig.call('/thing', { method: 'POST', body: 'two' })
      return rig.functionCalls.length
    }
    expect(await callsFor({ parameters: twoArguments })).toBe(1)
    expect(await callsFor({ parameters: twoArguments, cacheKey: ['token', 'body'] })).toBe(2)
  })

  it('has a key of the listed arguments alone where cacheKey lists them', async () => {
    const policy = { parameters: twoArguments, cacheKey: ['token'] }
    const rig = await startRig({ specification: guarded(policy) })
    await rig.call('/thing?state=x', { headers: bearer('a') })
    await rig.call('/thing?state=y', { headers: bearer('a') })
    await rig.call('/thing?state=y', { headers: bearer('b') })
    expect(rig.functionCalls).toHaveLength(2)
  })

  it('tells an absent argument from an empty one, and one value from two', async () => {
    const rig = await startRig({ specification: guarded({ parameters: twoArguments }) })
    for (const query of ['', '?state=', '?state=a&state=b', '?state=a,b']) {
      await rig.call(`/thing${query}`)
    }
    expect(rig.functionCalls).toHaveLength(4)
  })

  it('takes the token as the key of a single-argument function (UNKNOWN)', async () => {
    const rig = await startRig({ specification: guarded({ tokenHeader: 'Authorization' }) })
    for (const token of ['a', 'a', 'b']) await rig.call('/thing', { headers: bearer(token) })
    await rig.call('/thing')
    expect(rig.functionCalls).toHaveLength(3)
  })
})
