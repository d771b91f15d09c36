import { afterEach, describe, expect, it } from '@jest/globals'
import { closeRigs, problemsOf, startRig } from './gateway-rig.ts'
import { backendOrigin, functionId, guarded, httpRoute, routed } from './gateway-specifications.ts'

afterEach(closeRigs)

describe('a specification is checked completely before the gateway uses it', () => {
  it('lists all problems at once, each with its JSON path', async () => {
    const specification = {
      requestPolicies: { rateLimiting: {}, authentication: { type: 'X_AUTHENTICATION' } },
      routes: [
        { path: 'thing', methods: ['FETCH'], backend: { type: 'ORACLE_FUNCTIONS_BACKEND' } },
        { methods: [], backend: { type: 'HTTP_BACKEND', url: 7 }, responsePolicies: { x: 1 } },
      ],
      extra: true,
    }
    expect(await problemsOf(specification)).toEqual([
      'extra is not run here',
      'requestPolicies.rateLimiting is not run here',
      'requestPolicies.authentication.type X_AUTHENTICATION is not run here',
      'routes[0].path must begin with a slash',
      'routes[0].methods[0] must be one of ANY, HEAD, GET, POST, PUT, PATCH, DELETE, OPTIONS',
      'routes[0].backend.type ORACLE_FUNCTIONS_BACKEND is not run here',
      'routes[1].path is missing',
      'routes[1].methods must have 1 to 8 entries, not 0',
      'routes[1].responsePolicies.x is not run here',
      'routes[1].backend.url must be a string',
    ])
  })

  it.each([
    'cors',
    'queryParameterValidations',
    'headerValidations',
    'bodyValidation',
    'queryParameterTransformations',
    'responseCacheLookup',
  ])('rejects the route policy %s by its name', async (name) => {
    expect(await problemsOf(routed({ requestPolicies: { [name]: {} } }))).toEqual([
      `routes[0].requestPolicies.${name} is not run here`,
    ])
  })

  it.each(['cors', 'mutualTls', 'usagePlans', 'dynamicAuthentication', 'rateLimiting'])(
    'rejects the global policy %s by its name',
    async (name) => {
      const specification = { requestPolicies: { [name]: {} }, ...routed() }
      expect(await problemsOf(specification)).toEqual([`requestPolicies.${name} is not run here`])
    },
  )

  it('accepts logging policies, for the deployment and for a route', async () => {
    const loggingPolicies = {
      accessLog: { isEnabled: true },
      executionLog: { isEnabled: true, logLevel: 'INFO' },
    }
    const specification = { loggingPolicies, ...routed({ loggingPolicies }) }
    expect(await problemsOf(specification)).toEqual([])
  })

  it.each([
    ['null', null, 'the specification must be an object'],
    ['a list', [], 'the specification must be an object'],
    ['no routes', {}, 'routes is missing'],
    ['routes as an object', { routes: {} }, 'routes must be a list'],
    ['an empty list', { routes: [] }, 'routes must have 1 to 50 entries, not 0'],
    ['a route that is null', { routes: [null] }, 'routes[0] must be an object'],
    [
      'a field that every object inherits',
      { ...routed(), toString: 1 },
      'toString is not run here',
    ],
    [
      'an inherited name for a backend type',
      routed({ backend: { type: 'constructor' } }),
      'routes[0].backend.type constructor is not run here',
    ],
  ])('rejects %s', async (_, specification, problem) => {
    expect(await problemsOf(specification)).toEqual([problem])
  })
})

describe('a route', () => {
  it.each(['/', '/a/b/', '/{a}/b/{c*}', '/{c*}', "/$-_.+!*'(),%;:@&="])(
    'may have the path %s',
    async (path) => {
      expect(await problemsOf(routed({ path }))).toEqual([])
    },
  )

  it.each(['a', '/a//b', '/{a*}/b', '/x{a}', '/{a-b}', '/{a', '/a b', '/?a'])(
    'may not have the path %p',
    async (path) => {
      expect(await problemsOf(routed({ path }))).toHaveLength(1)
    },
  )

  it('may have a path of at most 2000 characters', async () => {
    const path = `/${'a'.repeat(1999)}`
    expect(await problemsOf(routed({ path }))).toEqual([])
    expect(await problemsOf(routed({ path: `${path}a` }))).toEqual([
      'routes[0].path must not be longer than 2000 characters',
    ])
  })

  it.each([
    [['GET'], ['GET', 'POST']],
    [['ANY'], ['GET']],
  ])('may not match the same requests as another one: %p and %p', async (one, other) => {
    const routes = [
      { path: '/{a}', methods: one },
      { path: '/{b}', methods: other },
    ]
    expect(await problemsOf(routed(...routes))).toEqual([
      'routes[1] matches the same requests as routes[0]',
    ])
  })

  it('may share its path with a route for other methods', async () => {
    expect(await problemsOf(routed({ methods: ['GET'] }, { methods: ['POST'] }))).toEqual([])
  })

  const authorizationAt = 'routes[0].requestPolicies.authorization'
  /** Of a route with this authorization behind an authentication policy. */
  const problemsWith = (authorization: object, policy: object = {}) =>
    problemsOf(
      guarded(
        { tokenHeader: 'Authorization', ...policy },
        httpRoute({ requestPolicies: { authorization } }),
      ),
    )

  it('may be ANONYMOUS only if the authentication policy allows it', async () => {
    expect(await problemsWith({ type: 'ANONYMOUS' })).toEqual([
      `${authorizationAt} is ANONYMOUS, but isAnonymousAccessAllowed is not true`,
    ])
    const allowed = { isAnonymousAccessAllowed: true }
    expect(await problemsWith({ type: 'ANONYMOUS' }, allowed)).toEqual([])
  })

  it('may have an authorization only with an authentication policy', async () => {
    const requestPolicies = { authorization: { type: 'AUTHENTICATION_ONLY' } }
    expect(await problemsOf(routed({ requestPolicies }))).toEqual([
      `${authorizationAt} needs an authentication policy`,
    ])
  })

  it('has an allowedScope only with ANY_OF', async () => {
    const path = `${authorizationAt}.allowedScope`
    expect(await problemsWith({ type: 'ANY_OF' })).toEqual([`${path} is missing`])
    expect(await problemsWith({ type: 'AUTHENTICATION_ONLY', allowedScope: ['a'] })).toEqual([
      `${path} is not run here`,
    ])
  })

  it.each([
    ['https://elsewhere.example/x', 'is on https://elsewhere.example, which has no stand-in'],
    [`${backendOrigin}/a?b=\${request.query[b]}`, 'must be an HTTP URL'],
    ['https://${request.host}/', 'must be an HTTP URL'],
    ['ftp://back-end.example/', 'must be an HTTP URL'],
    [`${backendOrigin}/\${request.body}`, 'uses request.body'],
    [`${backendOrigin}/\${request.cert[client_base64]}`, 'uses request.cert[client_base64]'],
  ])('may not have the back end %s', async (url, problem) => {
    const backend = { type: 'HTTP_BACKEND', url }
    expect(await problemsOf(routed({ backend }))).toEqual([
      expect.stringContaining(`routes[0].backend.url ${problem}`),
    ])
  })

  it('must verify the certificate of its back end', async () => {
    const backend = { type: 'HTTP_BACKEND', url: backendOrigin, isSslVerifyDisabled: true }
    expect(await problemsOf(routed({ backend }))).toEqual([
      'routes[0].backend.isSslVerifyDisabled must be false, anything else is not run here',
    ])
  })
})

describe('a checked specification', () => {
  it('calls its function', async () => {
    const rig = await startRig({ specification: guarded({ tokenHeader: 'A', functionId }) })
    expect(await rig.statusOf()).toBe(200)
    expect(rig.functionCalls).toHaveLength(1)
  })
})
