import { afterEach, describe, expect, it } from '@jest/globals'
import { bearer, closeRigs, startRig } from './gateway-rig.ts'
import { guarded } from './gateway-specifications.ts'

afterEach(closeRigs)

describe('the request to a multi-argument authorizer function', () => {
  const parameters = {
    token: 'request.headers[Authorization]',
    state: 'request.query[state]',
    host: 'request.host',
    body: 'request.body',
  }
  const start = () => startRig({ specification: guarded({ parameters }) })

  it('is USER_DEFINED with the arguments under their names', async () => {
    const rig = await start()
    await rig.call('/thing?state=california', { method: 'POST', ...bearer('a'), body: 'hello' })
    const { host } = new URL(rig.gateway.url)
    expect(rig.functionCalls).toEqual([
      {
        type: 'USER_DEFINED',
        data: { token: 'Bearer a', state: 'california', host, body: 'hello' },
      },
    ])
  })

  it('has no key for a missing argument', async () => {
    const { token, state } = parameters
    const rig = await startRig({ specification: guarded({ parameters: { token, state } }) })
    await rig.call('/thing?state=')
    expect(rig.functionCalls).toEqual([{ type: 'USER_DEFINED', data: { state: '' } }])
  })

  it('has an array for a repeated header or query parameter', async () => {
    const rig = await start()
    await rig.call('/thing?state=a&state=b', bearer('a', 'b'))
    expect(rig.functionCalls).toMatchObject([
      { data: { token: ['Bearer a', 'Bearer b'], state: ['a', 'b'] } },
    ])
  })

  it('has query values still encoded', async () => {
    const rig = await start()
    await rig.call('/thing?state=San+Jos%C3%A9')
    expect(rig.functionCalls).toMatchObject([{ data: { state: 'San+Jos%C3%A9' } }])
  })

  it.each([
    ['empty data', { type: 'USER_DEFINED', data: {} }],
    ['no data', { type: 'USER_DEFINED' }],
  ] as const)('has, without any argument, %s (UNKNOWN: noArguments)', async (noArguments, sent) => {
    const rig = await startRig({ settings: { noArguments } })
    await rig.call()
    expect(rig.functionCalls).toEqual([sent])
  })

  it.each([
    [false, { token: 'Bearer a' }],
    [true, {}],
  ])(
    'depends on the case of a header name: %s (UNKNOWN: headerKeysAreCaseSensitive)',
    async (headerKeysAreCaseSensitive, data) => {
      const rig = await startRig({ settings: { headerKeysAreCaseSensitive } })
      await rig.call('/thing', { headers: ['authorization', 'Bearer a'] })
      expect(rig.functionCalls).toEqual([{ type: 'USER_DEFINED', data }])
    },
  )
})

describe('the request to a single-argument authorizer function', () => {
  const specification = guarded({ tokenHeader: 'Authorization' })

  it('is TOKEN with the whole value of the header', async () => {
    const rig = await startRig({ specification })
    await rig.call('/thing', { headers: ['authorization', 'Bearer a'] })
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'Bearer a' }])
  })

  it('is TOKEN with the value of the query parameter', async () => {
    const rig = await startRig({ specification: guarded({ tokenQueryParam: 'token' }) })
    await rig.call('/thing?x=1&token=abc', bearer('other'))
    expect(rig.functionCalls).toEqual([{ type: 'TOKEN', token: 'abc' }])
  })

  it.each([
    ['invoke without token', [{ type: 'TOKEN' }], 200],
    ['invoke with empty token', [{ type: 'TOKEN', token: '' }], 200],
    ['answer 401', [], 401],
  ] as const)(
    'is, without a token: %s (UNKNOWN: missingToken)',
    async (missingToken, sent, status) => {
      const rig = await startRig({ specification, settings: { missingToken } })
      expect(await rig.statusOf()).toBe(status)
      expect(rig.functionCalls).toEqual(sent)
    },
  )
})

describe('the answer of an authorizer function', () => {
  it('with active true sends the request to the back end', async () => {
    const rig = await startRig()
    const response = await rig.call('/thing', bearer('a'))
    expect([response.status, response.body]).toEqual([200, 'from the back end'])
    expect(rig.logCodes().filter((code) => code.startsWith('customAuthentication'))).toEqual([
      'customAuthentication.cacheMiss',
      'customAuthentication.successfulFunctionInvocation',
      'customAuthentication.successfulAuthentication',
    ])
  })

  it('with active false makes a 401 with the function’s challenge', async () => {
    const challenge = 'Bearer realm="example.com"'
    const rig = await startRig({ answer: { active: false, wwwAuthenticate: challenge } })
    const response = await rig.call('/thing', bearer('a'))
    expect(response.status).toBe(401)
    expect(response.body).toBe('{"code":401,"message":"Unauthorized"}')
    expect(response.header('WWW-Authenticate')).toEqual([challenge])
    expect(rig.backendCalls).toEqual([])
    expect(rig.logCodes()).toContain('customAuthentication.authenticationFailed')
  })

  it('without active makes a 401', async () => {
    const rig = await startRig({ answer: { scope: ['a'] } })
    expect(await rig.statusOf()).toBe(401)
  })

  it.each([500, 502, 503, 504])('with status %i makes a 502, whatever its JSON', async (status) => {
    const rig = await startRig()
    rig.functionAnswers({ active: true }, status)
    const response = await rig.call('/thing', bearer('a'))
    expect([response.status, response.body]).toEqual([502, '{"code":502,"message":"Bad Gateway"}'])
    expect(rig.logCodes()).toContain('customAuthentication.failedFunctionInvocation')
    expect(rig.backendCalls).toEqual([])
  })

  it('that is an error of OCI Functions makes a 502', async () => {
    const rig = await startRig({ answer: new Error('no function there') })
    expect(await rig.statusOf()).toBe(502)
    expect(rig.logCodes()).toContain('customAuthentication.failedFunctionInvocation')
  })

  it.each<[string, object | string, number?]>([
    ['status 401', { active: true }, 401],
    ['status 404', { active: true }, 404],
    ['status 429', { active: true }, 429],
    ['status 201', { active: true }, 201],
    ['an empty body', ''],
    ['no JSON', 'active'],
    ['JSON in JSON', JSON.stringify('{"active":true}')],
    ['null', 'null'],
    ['active as a string', { active: 'true' }],
    ['a scope that is a number', { active: true, scope: [1] }],
    ['a context that is a list', { active: true, context: [] }],
    ['a challenge that is a list', { active: false, wwwAuthenticate: [] }],
  ])(
    'that is %s makes a 502 (UNKNOWN: unexpectedAnswerStatus)',
    async (_, answer, status = 200) => {
      const rig = await startRig()
      rig.functionAnswers(answer, status)
      expect(await rig.statusOf()).toBe(502)
      expect(rig.logCodes()).toContain('customAuthentication.unexpectedResponse')
      expect(rig.backendCalls).toEqual([])
    },
  )

  it('makes the status of unexpectedAnswerStatus if it is set', async () => {
    const rig = await startRig({ settings: { unexpectedAnswerStatus: 401 } })
    rig.functionAnswers({ active: true }, 401)
    expect(await rig.statusOf()).toBe(401)
  })

  it('makes a 500 if the challenge is not a header value', async () => {
    const rig = await startRig({ answer: { active: false, wwwAuthenticate: 'Bearer\r\nX: y' } })
    const response = await rig.call()
    expect([response.status, response.header('X')]).toEqual([500, []])
    expect(rig.logCodes()).toContain('request.internalServiceError')
  })
})
