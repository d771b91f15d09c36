import { afterEach, describe, expect, it } from '@jest/globals'
import { startGateway } from '../../stack/gateway/gateway.ts'
import {
  backendOrigin,
  closeRigs,
  functionId,
  functionSays,
  guarded,
  httpRoute,
  problemsOf,
  startRig,
} from './gateway-rig.ts'

afterEach(closeRigs)

function routePolicies(requestPolicies: object) {
  return { routes: [httpRoute({ requestPolicies })] }
}
function setHeaders(...items: object[]) {
  return routePolicies({ headerTransformations: { setHeaders: { items } } })
}
const authentication = 'requestPolicies.authentication'
const transformations = 'routes[0].requestPolicies.headerTransformations'

describe('a specification is checked completely before it is run', () => {
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
    expect(await problemsOf(routePolicies({ [name]: {} }))).toEqual([
      `routes[0].requestPolicies.${name} is not run here`,
    ])
  })

  it.each(['cors', 'mutualTls', 'usagePlans', 'dynamicAuthentication', 'rateLimiting'])(
    'rejects the global policy %s by its name',
    async (name) => {
      const specification = { requestPolicies: { [name]: {} }, routes: [httpRoute()] }
      expect(await problemsOf(specification)).toEqual([`requestPolicies.${name} is not run here`])
    },
  )

  it('accepts logging policies, for the deployment and for a route', async () => {
    const loggingPolicies = {
      accessLog: { isEnabled: true },
      executionLog: { isEnabled: true, logLevel: 'INFO' },
    }
    expect(await problemsOf({ loggingPolicies, routes: [httpRoute({ loggingPolicies })] })).toEqual(
      [],
    )
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
      { routes: [httpRoute()], toString: 1 },
      'toString is not run here',
    ],
    [
      'an inherited name for a backend type',
      { routes: [httpRoute({ backend: { type: 'constructor' } })] },
      'routes[0].backend.type constructor is not run here',
    ],
  ])('rejects %s', async (_, specification, problem) => {
    expect(await problemsOf(specification)).toEqual([problem])
  })
})

describe('the limits of the service', () => {
  it('has at most 50 routes', async () => {
    const routes = (count: number) => ({
      routes: Array.from({ length: count }, (_, index) => httpRoute({ path: `/${index}` })),
    })
    expect(await problemsOf(routes(50))).toEqual([])
    expect(await problemsOf(routes(51))).toEqual(['routes must have 1 to 50 entries, not 51'])
  })

  it('has at most 10 parameters, and 10 names in the cache key', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `a${index}`)
    const parameters = (count: number) =>
      Object.fromEntries(names.slice(0, count).map((name) => [name, `request.headers[${name}]`]))
    expect(await problemsOf(guarded({ parameters: parameters(10) }))).toEqual([])
    expect(await problemsOf(guarded({ parameters: parameters(11), cacheKey: names }))).toEqual([
      `${authentication}.parameters must have 1 to 10 entries, not 11`,
      `${authentication}.cacheKey must have 1 to 10 entries, not 11`,
    ])
  })

  it('has at most 20 headers to set, 20 to rename, 50 to filter, and 10 values each', async () => {
    const many = (count: number, item: (index: number) => object) => ({
      items: Array.from({ length: count }, (_, index) => item(index)),
    })
    const policies = {
      setHeaders: many(21, (index) => ({ name: `S${index}`, values: ['x'] })),
      renameHeaders: many(21, (index) => ({ from: `F${index}`, to: `T${index}` })),
      filterHeaders: { type: 'BLOCK', ...many(51, (index) => ({ name: `B${index}` })) },
    }
    expect(await problemsOf(routePolicies({ headerTransformations: policies }))).toEqual([
      `${transformations}.setHeaders.items must have 1 to 20 entries, not 21`,
      `${transformations}.renameHeaders.items must have 1 to 20 entries, not 21`,
      `${transformations}.filterHeaders.items must have 1 to 50 entries, not 51`,
    ])
    const values = Array.from({ length: 11 }, () => 'x')
    expect(await problemsOf(setHeaders({ name: 'X', values }))).toEqual([
      `${transformations}.setHeaders.items[0].values must have 1 to 10 entries, not 11`,
    ])
  })

  it('has a stock response of at most 4096 bytes, counted in UTF-8', async () => {
    const stock = (body: string) => ({
      routes: [httpRoute({ backend: { type: 'STOCK_RESPONSE_BACKEND', status: 200, body } })],
    })
    expect(await problemsOf(stock('é'.repeat(2048)))).toEqual([])
    expect(await problemsOf(stock('é'.repeat(2049)))).toEqual([
      'routes[0].backend.body must not be over 4096 bytes',
    ])
  })

  it('has stock headers of at most 4096 bytes together', async () => {
    const header = (name: string) => ({ name, value: 'x'.repeat(2100) })
    const backend = {
      type: 'STOCK_RESPONSE_BACKEND',
      status: 200,
      headers: [header('A'), header('B')],
    }
    expect(await problemsOf({ routes: [httpRoute({ backend })] })).toEqual([
      'routes[0].backend.headers must not be over 4096 bytes',
    ])
  })

  it('has a path prefix of at most 255 characters', async () => {
    const specification = { routes: [httpRoute()] }
    const pathPrefix = `/${'p'.repeat(254)}`
    expect(await problemsOf(specification, { pathPrefix })).toEqual([])
    expect(await problemsOf(specification, { pathPrefix: `${pathPrefix}p` })).toEqual([
      'pathPrefix must not be longer than 255 characters',
    ])
  })

  it('has a specification of at most 2 MB', async () => {
    const allowedScope = Array.from({ length: 300 }, () => 's'.repeat(8000))
    const requestPolicies = { authorization: { type: 'ANY_OF', allowedScope } }
    expect(await problemsOf(guarded(undefined, httpRoute({ requestPolicies })))).toEqual([
      'the specification is over 2097152 bytes',
    ])
  })

  it('has connect timeouts up to 75 s, read and send timeouts up to 300 s', async () => {
    const timeouts = (connect: number, read: number, send: number) => ({
      routes: [
        httpRoute({
          backend: {
            type: 'HTTP_BACKEND',
            url: backendOrigin,
            connectTimeoutInSeconds: connect,
            readTimeoutInSeconds: read,
            sendTimeoutInSeconds: send,
          },
        }),
      ],
    })
    expect(await problemsOf(timeouts(75, 300, 300))).toEqual([])
    expect(await problemsOf(timeouts(76, 301, 301))).toEqual([
      'routes[0].backend.connectTimeoutInSeconds must be a number from 0 to 75',
      'routes[0].backend.readTimeoutInSeconds must be a number from 0 to 300',
      'routes[0].backend.sendTimeoutInSeconds must be a number from 0 to 300',
    ])
  })

  it('has at most 20 deployments with different prefixes', async () => {
    const deployment = (pathPrefix: string) => ({
      pathPrefix,
      specification: { routes: [httpRoute()] },
    })
    const start = (prefixes: string[]) =>
      startGateway({
        deployments: prefixes.map(deployment),
        origins: { [backendOrigin]: 'http://127.0.0.1:9' },
        invokeFunction: () => functionSays({}),
      })
    await expect(start(Array.from({ length: 21 }, (_, index) => `/${index}`))).rejects.toThrow(
      'more than 20 deployments',
    )
    await expect(start(['/a', '/a'])).rejects.toThrow('/a: pathPrefix is taken')
  })
})

describe('a route', () => {
  it.each(['/', '/a/b/', '/{a}/b/{c*}', '/{c*}', "/$-_.+!*'(),%;:@&="])(
    'may have the path %s',
    async (path) => {
      expect(await problemsOf({ routes: [httpRoute({ path })] })).toEqual([])
    },
  )

  it.each(['a', '/a//b', '/{a*}/b', '/x{a}', '/{a-b}', '/{a', '/a b', '/?a'])(
    'may not have the path %p',
    async (path) => {
      expect(await problemsOf({ routes: [httpRoute({ path })] })).toHaveLength(1)
    },
  )

  it('may have a path of at most 2000 characters', async () => {
    const path = `/${'a'.repeat(1999)}`
    expect(await problemsOf({ routes: [httpRoute({ path })] })).toEqual([])
    expect(await problemsOf({ routes: [httpRoute({ path: `${path}a` })] })).toEqual([
      'routes[0].path must not be longer than 2000 characters',
    ])
  })

  it.each([
    [['GET'], ['GET', 'POST']],
    [['ANY'], ['GET']],
  ])('may not match the same requests as another one: %p and %p', async (one, other) => {
    const routes = [
      httpRoute({ path: '/{a}', methods: one }),
      httpRoute({ path: '/{b}', methods: other }),
    ]
    expect(await problemsOf({ routes })).toEqual([
      'routes[1] matches the same requests as routes[0]',
    ])
  })

  it('may share its path with a route for other methods', async () => {
    const routes = [httpRoute({ methods: ['GET'] }), httpRoute({ methods: ['POST'] })]
    expect(await problemsOf({ routes })).toEqual([])
  })

  it('may be ANONYMOUS only if the authentication policy allows it', async () => {
    const route = httpRoute({ requestPolicies: { authorization: { type: 'ANONYMOUS' } } })
    const policy = { tokenHeader: 'Authorization' }
    expect(await problemsOf(guarded(policy, route))).toEqual([
      'routes[0].requestPolicies.authorization is ANONYMOUS, but isAnonymousAccessAllowed is not true',
    ])
    expect(await problemsOf(guarded({ ...policy, isAnonymousAccessAllowed: true }, route))).toEqual(
      [],
    )
  })

  it('may have an authorization only with an authentication policy', async () => {
    const policies = { authorization: { type: 'AUTHENTICATION_ONLY' } }
    expect(await problemsOf(routePolicies(policies))).toEqual([
      'routes[0].requestPolicies.authorization needs an authentication policy',
    ])
  })

  it('has an allowedScope only with ANY_OF', async () => {
    const withAuthorization = (authorization: object) =>
      guarded(undefined, httpRoute({ requestPolicies: { authorization } }))
    const path = 'routes[0].requestPolicies.authorization.allowedScope'
    expect(await problemsOf(withAuthorization({ type: 'ANY_OF' }))).toEqual([`${path} is missing`])
    expect(
      await problemsOf(withAuthorization({ type: 'AUTHENTICATION_ONLY', allowedScope: ['a'] })),
    ).toEqual([`${path} is not run here`])
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
    expect(await problemsOf({ routes: [httpRoute({ backend })] })).toEqual([
      expect.stringContaining(`routes[0].backend.url ${problem}`),
    ])
  })

  it('must verify the certificate of its back end', async () => {
    const backend = { type: 'HTTP_BACKEND', url: backendOrigin, isSslVerifyDisabled: true }
    expect(await problemsOf({ routes: [httpRoute({ backend })] })).toEqual([
      'routes[0].backend.isSslVerifyDisabled must be false, anything else is not run here',
    ])
  })
})

describe('a checked specification', () => {
  it('is run for its function', async () => {
    const rig = await startRig({ specification: guarded({ tokenHeader: 'A', functionId }) })
    expect((await rig.call('/thing')).status).toBe(200)
    expect(rig.functionCalls).toHaveLength(1)
  })
})
