import { afterEach, describe, expect, it } from '@jest/globals'
import { closeRigs, functionSays, guarded, httpRoute, startRig, type Rig } from './gateway-rig.ts'

afterEach(closeRigs)

describe('route authorization', () => {
  const authorized = (authorization: object, policy: object = {}) =>
    guarded(
      { parameters: { token: 'request.headers[Authorization]' }, ...policy },
      httpRoute({ requestPolicies: { authorization } }),
    )
  const anyOf = authorized({ type: 'ANY_OF', allowedScope: ['read:hello', 'write:hello'] })

  it.each([
    ['an array with one of them', ['other', 'write:hello'], 200],
    ['a string with one of them', 'other read:hello', 200],
    ['another case', ['Read:Hello'], 403],
    ['a part of one', 'read', 403],
    ['none', [], 403],
    ['no scope at all', undefined, 403],
  ])('ANY_OF with %s gives %j → %i', async (_, scope, status) => {
    const rig = await startRig({ specification: anyOf })
    rig.functionAnswers(() => functionSays({ active: true, scope }))
    expect((await rig.call('/thing')).status).toBe(status)
    expect(rig.backendCalls).toHaveLength(status === 200 ? 1 : 0)
    expect(rig.logCodes().includes('authorization.unauthorizedRequest')).toBe(status === 403)
  })

  it('answers a scope mismatch with scopeMismatchStatus (UNKNOWN)', async () => {
    const rig = await startRig({ specification: anyOf, settings: { scopeMismatchStatus: 401 } })
    expect((await rig.call('/thing')).status).toBe(401)
  })

  it('ANY_OF is for authenticated callers only', async () => {
    const rig = await startRig({ specification: anyOf })
    rig.functionAnswers(() => functionSays({ active: false, scope: ['read:hello'] }))
    expect((await rig.call('/thing')).status).toBe(401)
  })

  it.each([
    ['AUTHENTICATION_ONLY', authorized({ type: 'AUTHENTICATION_ONLY' })],
    ['no policy', guarded()],
    [
      'no policy, though anonymous access is allowed',
      guarded({
        parameters: { token: 'request.headers[Authorization]' },
        isAnonymousAccessAllowed: true,
      }),
    ],
  ])('%s needs a token that is active, whatever its scopes', async (_, specification) => {
    const rig = await startRig({ specification, settings: { cacheDenials: false } })
    rig.functionAnswers(() => functionSays({ active: false }))
    expect((await rig.call('/thing')).status).toBe(401)
    rig.functionAnswers(() => functionSays({ active: true }))
    expect((await rig.call('/thing')).status).toBe(200)
  })

  const anonymous = authorized({ type: 'ANONYMOUS' }, { isAnonymousAccessAllowed: true })

  it('ANONYMOUS permits every caller, without the function', async () => {
    const rig = await startRig({ specification: anonymous })
    expect((await rig.call('/thing')).status).toBe(200)
    expect(rig.functionCalls).toEqual([])
  })

  it.each([
    ['a denial', () => functionSays({ active: false })],
    ['a fault', () => functionSays({}, 502)],
  ])(
    'ANONYMOUS permits every caller after %s (UNKNOWN: authorizerOnAnonymousRoutes)',
    async (_, says) => {
      const settings = { authorizerOnAnonymousRoutes: true }
      const rig = await startRig({ specification: anonymous, settings })
      rig.functionAnswers(says)
      expect((await rig.call('/thing')).status).toBe(200)
      expect(rig.functionCalls).toHaveLength(1)
    },
  )
})

describe('a validation failure policy', () => {
  const parameters = { token: 'request.headers[Authorization]' }
  const failing = (policy: object) =>
    guarded({ parameters, validationFailurePolicy: { type: 'MODIFY_RESPONSE', ...policy } })

  async function denied(specification: unknown, context: object, settings = {}) {
    const rig = await startRig({ specification, settings })
    rig.functionAnswers(() =>
      functionSays({ active: false, wwwAuthenticate: 'Bearer error="x"', context }),
    )
    return rig.call('/thing')
  }

  it('takes the status from a context variable in its bare form', async () => {
    const specification = failing({ responseCode: 'request.auth[responseCode]' })
    const response = await denied(specification, { responseCode: '403' })
    expect([response.status, response.body]).toEqual([403, '{"code":403,"message":"Forbidden"}'])
  })

  it('takes a fixed status', async () => {
    expect((await denied(failing({ responseCode: '500' }), {})).status).toBe(500)
  })

  it('answers 401 by default', async () => {
    expect((await denied(failing({}), {})).status).toBe(401)
  })

  it('takes the status in braces with bracedResponseCode (UNKNOWN)', async () => {
    const specification = failing({ responseCode: '${request.auth[responseCode]}' })
    const settings = { bracedResponseCode: true }
    expect((await denied(specification, { responseCode: '403' }, settings)).status).toBe(403)
  })

  it.each([{}, { responseCode: 'forbidden' }, { responseCode: '99' }, { responseCode: 403 }])(
    'stays a denial if the variable is not a status: %j (UNKNOWN: unreadableResponseCodeStatus)',
    async (context) => {
      const specification = failing({ responseCode: 'request.auth[responseCode]' })
      expect((await denied(specification, context)).status).toBe(401)
    },
  )

  it('takes a message with context variables, with the type from the policy', async () => {
    const responseMessage = 'Failed: ${request.auth[why]}, ${request.headers[X-A]}.'
    const response = await denied(failing({ responseMessage }), { why: 'too old' })
    expect(response.body).toBe('Failed: too old, .')
    expect(response.header('Content-Type')).toEqual([])
  })

  it('sets, renames and filters headers of the response', async () => {
    const specification = failing({
      responseHeaderTransformations: {
        setHeaders: {
          items: [
            { name: 'Location', values: ['${request.auth[location]}'] },
            { name: 'X-Other', values: ['x'] },
          ],
        },
        renameHeaders: { items: [{ from: 'Content-Type', to: 'X-Type' }] },
        filterHeaders: { type: 'BLOCK', items: [{ name: 'topSecret' }] },
      },
    })
    const response = await denied(specification, { location: '/login' })
    expect(response.header('Location')).toEqual(['/login'])
    expect(response.header('X-Type')).toEqual(['application/json'])
    expect(response.header('Content-Type')).toEqual([])
  })

  it.each([
    [false, ['Bearer']],
    [true, ['Bearer error="x"']],
  ])(
    'keeps the challenge of the function: %s (UNKNOWN: modifyResponseKeepsChallenge)',
    async (modifyResponseKeepsChallenge, challenges) => {
      const items = [{ name: 'WWW-Authenticate', values: ['Bearer'], ifExists: 'SKIP' }]
      const specification = failing({ responseHeaderTransformations: { setHeaders: { items } } })
      const response = await denied(specification, {}, { modifyResponseKeepsChallenge })
      expect(response.header('WWW-Authenticate')).toEqual(challenges)
    },
  )

  it('does not apply if the function could not decide', async () => {
    const rig = await startRig({ specification: failing({ responseCode: '403' }) })
    rig.functionAnswers(() => functionSays({ active: false }, 502))
    expect((await rig.call('/thing')).status).toBe(502)
  })
})

describe('header transformations of a request', () => {
  const context = { token: 'Bearer b', 'a.b': 'dotted' }

  const rigWith = async (headerTransformations: object, settings = {}): Promise<Rig> => {
    const route = httpRoute({
      path: '/thing/{part}',
      requestPolicies: { headerTransformations },
    })
    const rig = await startRig({ specification: guarded(undefined, route), settings })
    rig.functionAnswers(() => functionSays({ active: true, context }))
    return rig
  }
  const setting = (...items: object[]) => ({ setHeaders: { items } })

  async function seen(headerTransformations: object, headers: string[] = [], settings = {}) {
    const rig = await rigWith(headerTransformations, settings)
    await rig.call('/thing/p%20q?q=1&q=2', { headers })
    const [request] = rig.backendCalls
    if (!request) throw new Error('the back end was not called')
    return { rig, request }
  }

  it('replaces the token of the caller, even if it was sent repeatedly', async () => {
    const { request } = await seen(
      setting({ name: 'Authorization', values: ['${request.auth[token]}'] }),
      ['Authorization', 'Bearer a', 'authorization', 'Bearer a2'],
    )
    expect(request.header('Authorization')).toEqual(['Bearer b'])
  })

  it.each([
    ['OVERWRITE', ['new']],
    ['APPEND', ['old', 'new']],
    ['SKIP', ['old']],
  ])('with ifExists %s leaves %j', async (ifExists, values) => {
    const { request } = await seen(setting({ name: 'X-A', values: ['new'], ifExists }), [
      'x-a',
      'old',
    ])
    expect(request.header('X-A')).toEqual(values)
  })

  it.each(['OVERWRITE', 'APPEND', 'SKIP'])(
    'with ifExists %s adds a missing header',
    async (ifExists) => {
      const { request } = await seen(setting({ name: 'X-A', values: ['new'], ifExists }))
      expect(request.header('X-A')).toEqual(['new'])
    },
  )

  it('adds a header for each value', async () => {
    const { request } = await seen(setting({ name: 'X-A', values: ['one', 'two'] }))
    expect(request.header('X-A')).toEqual(['one', 'two'])
  })

  it.each([
    ['${request.auth[token]}', 'Bearer b'],
    ['${request.auth[a.b]}', 'dotted'],
    ['${request.path[part]}', 'p%20q'],
    ['${request.query[q]}', '1'],
    ['${request.headers[X-In]}', 'first'],
    ['x-${request.query[q]}-${request.path[part]}', 'x-1-p%20q'],
    ['$5 {x}', '$5 {x}'],
  ])('sets %s to the first value, still encoded: %s', async (template, value) => {
    const { request } = await seen(setting({ name: 'X-A', values: [template] }), [
      'X-In',
      'first',
      'X-In',
      'second',
    ])
    expect(request.header('X-A')).toEqual([value])
  })

  it('sets the host that the caller called', async () => {
    const { rig, request } = await seen(setting({ name: 'X-A', values: ['${request.host}'] }))
    expect(request.header('X-A')).toEqual([new URL(rig.gateway.url).host])
  })

  it('sets the request ID, even if the gateway made it', async () => {
    const template = '${request.headers[opc-request-id]}'
    const { rig, request } = await seen(setting({ name: 'X-A', values: [template] }))
    expect(request.header('X-A')).toEqual([rig.gateway.executionLog[0]?.opcRequestId])
  })

  it('sets an empty string for a missing key, never the caller’s value', async () => {
    const { rig, request } = await seen(
      setting({ name: 'Authorization', values: ['${request.auth[missing]}'] }),
      ['Authorization', 'Bearer a'],
    )
    expect(request.header('Authorization')).toEqual([''])
    expect(rig.logCodes()).toContain('headerTransformation.missingSetValues')
  })

  it('omits a value that is not a header value', async () => {
    const rig = await rigWith(setting({ name: 'X-A', values: ['${request.auth[token]}'] }))
    rig.functionAnswers(() => functionSays({ active: true, context: { token: 'a\r\nX-B: c' } }))
    await rig.call('/thing/p')
    expect(rig.backendCalls[0]?.header('X-A')).toEqual([])
    expect(rig.backendCalls[0]?.header('X-B')).toEqual([])
    expect(rig.logCodes()).toContain('headerTransformation.badHeaderValue')
  })

  it.each([
    ['empty', ['', '']],
    ['json', ['7', '{"a":[]}']],
  ] as const)(
    'sets context values that are not strings: %s (UNKNOWN: nonStringContextValue)',
    async (nonStringContextValue, values) => {
      const rig = await rigWith(
        setting({ name: 'X-A', values: ['${request.auth[n]}', '${request.auth[o]}'] }),
        { nonStringContextValue },
      )
      rig.functionAnswers(() => functionSays({ active: true, context: { n: 7, o: { a: [] } } }))
      await rig.call('/thing/p')
      expect(rig.backendCalls[0]?.header('X-A')).toEqual(values)
      expect(rig.logCodes()).toContain('customAuthentication.unexpectedResponse')
    },
  )

  it('renames a header and keeps its values', async () => {
    const policies = { renameHeaders: { items: [{ from: 'X-Username', to: 'X-User-ID' }] } }
    const { request } = await seen(policies, ['x-username', 'one', 'X-Username', 'two'])
    expect(request.header('X-User-ID')).toEqual(['one', 'two'])
    expect(request.header('X-Username')).toEqual([])
  })

  it('filters after setting and renaming: an ALLOW list drops other headers', async () => {
    const policies = (name: string) => ({
      setHeaders: { items: [{ name: 'Authorization', values: ['${request.auth[token]}'] }] },
      filterHeaders: { type: 'ALLOW', items: [{ name }] },
    })
    const dropped = await seen(policies('X-A'), ['X-A', 'a', 'X-B', 'b', 'Cookie', 'c=d'])
    expect(dropped.request.header('Authorization')).toEqual([])
    expect(dropped.request.header('X-A')).toEqual(['a'])
    expect(dropped.request.header('X-B')).toEqual([])
    expect(dropped.request.header('Cookie')).toEqual(['c=d'])
    const kept = await seen(policies('authorization'), ['X-A', 'a'])
    expect(kept.request.header('Authorization')).toEqual(['Bearer b'])
  })

  it('drops the headers of a BLOCK list', async () => {
    const policies = { filterHeaders: { type: 'BLOCK', items: [{ name: 'x-a' }] } }
    const { request } = await seen(policies, ['X-A', 'a', 'X-B', 'b'])
    expect([request.header('X-A'), request.header('X-B')]).toEqual([[], ['b']])
  })
})

describe('header transformations of a response', () => {
  it('set, rename and filter the back end’s headers', async () => {
    const responsePolicies = {
      headerTransformations: {
        setHeaders: { items: [{ name: 'X-Path', values: ['${request.path[part]}'] }] },
        renameHeaders: { items: [{ from: 'X-Old', to: 'X-New' }] },
        filterHeaders: { type: 'BLOCK', items: [{ name: 'Server' }] },
      },
    }
    const rig = await startRig({
      specification: { routes: [httpRoute({ path: '/{part}', responsePolicies })] },
      backend: (_, response) => {
        response.writeHead(200, { Server: 'secret', 'X-Old': 'a' }).end()
      },
    })
    const response = await rig.call('/one')
    expect(response.header('Server')).toEqual([])
    expect(response.header('X-New')).toEqual(['a'])
    expect(response.header('X-Path')).toEqual(['one'])
  })
})
