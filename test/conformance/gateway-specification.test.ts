import { afterEach, describe, expect, it } from '@jest/globals'
import { DeploymentError } from '../stack/gateway/deployment.ts'
import { startGateway } from '../stack/gateway/gateway.ts'
import {
  backendOrigin,
  closeRigs,
  functionId,
  functionSays,
  guarded,
  httpRoute,
  startRig,
} from './gateway-rig.ts'

afterEach(closeRigs)

async function problemsOf(
  specification: unknown,
  { pathPrefix = '/oic', settings = {} }: { pathPrefix?: string; settings?: object } = {},
): Promise<readonly string[]> {
  try {
    const gateway = await startGateway({
      deployments: [{ pathPrefix, specification }],
      origins: { [backendOrigin]: 'http://127.0.0.1:9' },
      invokeFunction: () => functionSays({}),
      settings,
    })
    await gateway.close()
    return []
  } catch (error) {
    if (error instanceof DeploymentError) return error.problems
    throw error
  }
}

const routePolicies = (requestPolicies: object) => ({ routes: [httpRoute({ requestPolicies })] })
const setHeaders = (...items: object[]) =>
  routePolicies({ headerTransformations: { setHeaders: { items } } })
const authentication = 'requestPolicies.authentication'
const transformations = 'routes[0].requestPolicies.headerTransformations'

describe('a specification is checked whole before it is run', () => {
  it('tells all problems at once, each with its JSON path', async () => {
    const specification = {
      requestPolicies: { rateLimiting: {}, authentication: { type: 'JWT_AUTHENTICATION' } },
      routes: [
        { path: 'thing', methods: ['FETCH'], backend: { type: 'ORACLE_FUNCTIONS_BACKEND' } },
        { methods: [], backend: { type: 'HTTP_BACKEND', url: 7 }, responsePolicies: { x: 1 } },
      ],
      extra: true,
    }
    expect(await problemsOf(specification)).toEqual([
      'extra is not run here',
      'requestPolicies.rateLimiting is not run here',
      'requestPolicies.authentication.type JWT_AUTHENTICATION is not run here',
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
  ])('refuses the route policy %s by its name', async (name) => {
    expect(await problemsOf(routePolicies({ [name]: {} }))).toEqual([
      `routes[0].requestPolicies.${name} is not run here`,
    ])
  })

  it.each(['cors', 'mutualTls', 'usagePlans', 'dynamicAuthentication', 'rateLimiting'])(
    'refuses the global policy %s by its name',
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
  ])('refuses %s', async (_, specification, problem) => {
    expect(await problemsOf(specification)).toEqual([problem])
  })
})

describe('the limits of the service hold', () => {
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

  it('has at most 20 deployments, each with a prefix of its own', async () => {
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

describe('an authentication policy', () => {
  it.each(['request.headers[X-Api-Key]', 'request.query[state]', 'request.host', 'request.body'])(
    'takes %s as an argument',
    async (source) => {
      expect(await problemsOf(guarded({ parameters: { one: source } }))).toEqual([])
    },
  )

  it.each([
    ['request.cert[client_base64]', 'uses request.cert[client_base64], which is not run here'],
    ['request.header[abc]', 'uses request.header[abc], which is not run here'],
    ['request.headers', 'uses request.headers, which is not run here'],
    ['request.headers[]', 'uses request.headers[], which is not run here'],
    ['Authorization', 'uses Authorization, which is not run here'],
    ['${request.headers[A]}', 'must be a bare context variable, without ${}'],
    [
      'request.path[a]',
      'uses request.path[a], but arguments come from request.headers, query, host and body',
    ],
    [
      'request.auth[a]',
      'uses request.auth[a], but arguments come from request.headers, query, host and body',
    ],
  ])('refuses %s as an argument', async (source, problem) => {
    expect(await problemsOf(guarded({ parameters: { one: source } }))).toEqual([
      `${authentication}.parameters.one ${problem}`,
    ])
  })

  it.each([
    ['none', {}],
    ['both of the single-argument flavour', { tokenHeader: 'A', tokenQueryParam: 'a' }],
    ['both flavours', { tokenHeader: 'A', parameters: { a: 'request.host' } }],
  ])('has one source of tokens, not %s', async (_, policy) => {
    expect(await problemsOf(guarded(policy))).toEqual([
      `${authentication} must have one of parameters, tokenHeader and tokenQueryParam`,
    ])
  })

  it('has in its cache key only names of its parameters', async () => {
    const policy = { parameters: { a: 'request.host' }, cacheKey: ['a', 'toString'] }
    expect(await problemsOf(guarded(policy))).toEqual([
      `${authentication}.cacheKey[1] is toString, which is not in parameters`,
    ])
  })

  it('has cache key and validation failure policy with parameters alone', async () => {
    const policy = {
      tokenHeader: 'Authorization',
      cacheKey: ['a'],
      validationFailurePolicy: { type: 'MODIFY_RESPONSE' },
    }
    expect(await problemsOf(guarded(policy))).toEqual([
      `${authentication}.cacheKey goes with parameters alone`,
      `${authentication}.validationFailurePolicy goes with parameters alone`,
    ])
  })

  it('names a function by its OCID', async () => {
    expect(
      await problemsOf(guarded({ functionId: 'authorizer', tokenHeader: 'Authorization' })),
    ).toEqual([`${authentication}.functionId must be the OCID of a function`])
  })

  it.each([
    ['401', true],
    ['request.auth[responseCode]', true],
    ['${request.auth[responseCode]}', false],
    ['request.body', false],
    ['99', false],
    ['twelve', false],
  ])('with responseCode %s is accepted: %s', async (responseCode, isAccepted) => {
    const policy = {
      parameters: { a: 'request.host' },
      validationFailurePolicy: { type: 'MODIFY_RESPONSE', responseCode },
    }
    expect((await problemsOf(guarded(policy))).length === 0).toBe(isAccepted)
  })

  it('takes a responseCode in braces where the setting says that the gateway does', async () => {
    const policy = {
      parameters: { a: 'request.host' },
      validationFailurePolicy: {
        type: 'MODIFY_RESPONSE',
        responseCode: '${request.auth[responseCode]}',
      },
    }
    const settings = { bracedResponseCode: true }
    expect(await problemsOf(guarded(policy), { settings })).toEqual([])
  })

  it('refuses the failure policy OAUTH2 and the field name of the prose', async () => {
    const withPolicy = (validationFailurePolicy: object) =>
      guarded({ parameters: { a: 'request.host' }, validationFailurePolicy })
    const path = `${authentication}.validationFailurePolicy`
    expect(await problemsOf(withPolicy({ type: 'OAUTH2' }))).toEqual([
      `${path}.type OAUTH2 is not run here`,
    ])
    expect(
      await problemsOf(withPolicy({ type: 'MODIFY_RESPONSE', headerTransformations: {} })),
    ).toEqual([`${path}.headerTransformations is not run here`])
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
  ])('may not take the same requests as another one: %p and %p', async (one, other) => {
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

  it('may be ANONYMOUS only when the authentication policy allows it', async () => {
    const route = httpRoute({ requestPolicies: { authorization: { type: 'ANONYMOUS' } } })
    const policy = { tokenHeader: 'Authorization' }
    expect(await problemsOf(guarded(policy, route))).toEqual([
      'routes[0].requestPolicies.authorization is ANONYMOUS, but isAnonymousAccessAllowed is not true',
    ])
    expect(await problemsOf(guarded({ ...policy, isAnonymousAccessAllowed: true }, route))).toEqual(
      [],
    )
  })

  it('may have an authorization only behind an authentication policy', async () => {
    const policies = { authorization: { type: 'AUTHENTICATION_ONLY' } }
    expect(await problemsOf(routePolicies(policies))).toEqual([
      'routes[0].requestPolicies.authorization needs an authentication policy',
    ])
  })

  it('has an allowedScope with ANY_OF, and with nothing else', async () => {
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

  it('may not leave the certificate of its back end unverified', async () => {
    const backend = { type: 'HTTP_BACKEND', url: backendOrigin, isSslVerifyDisabled: true }
    expect(await problemsOf({ routes: [httpRoute({ backend })] })).toEqual([
      'routes[0].backend.isSslVerifyDisabled must be false, anything else is not run here',
    ])
  })
})

describe('a header transformation', () => {
  it.each([
    'cdn-loop',
    'Connection',
    'Content-Length',
    'Cookie',
    'except',
    'keep-alive',
    'opc-request-id',
    'Origin',
    'Proxy-Authorization',
    'TE',
    'Transfer-Encoding',
    'Upgrade',
    'X-Forwarded-For',
    'X-Real-IP',
  ])('of a request may not touch the protected %s', async (name) => {
    expect(await problemsOf(setHeaders({ name, values: ['x'] }))).toEqual([
      `${transformations}.setHeaders.items[0].name is ${name}, which is protected in a request`,
    ])
  })

  it.each(['Retry-After', 'Strict-Transport-Security', 'Access-Control-Allow-Origin'])(
    'of a response may not touch the protected %s',
    async (name) => {
      const headerTransformations = { filterHeaders: { type: 'BLOCK', items: [{ name }] } }
      const responsePolicies = { headerTransformations }
      expect(await problemsOf({ routes: [httpRoute({ responsePolicies })] })).toEqual([
        `routes[0].responsePolicies.headerTransformations.filterHeaders.items[0].name is ${name}, which is protected in a response`,
      ])
    },
  )

  it('names a header in one policy of a route only, in whatever case, but for ALLOW lists', async () => {
    const policies = (type: string) =>
      routePolicies({
        headerTransformations: {
          setHeaders: { items: [{ name: 'Authorization', values: ['x'] }] },
          renameHeaders: { items: [{ from: 'authorization', to: 'X-Caller' }] },
          filterHeaders: { type, items: [{ name: 'X-CALLER' }] },
        },
      })
    const renamed = `${transformations}.renameHeaders.items[0].from is authorization, which another transformation of this route names already`
    expect(await problemsOf(policies('ALLOW'))).toEqual([renamed])
    expect(await problemsOf(policies('BLOCK'))).toEqual([
      renamed,
      `${transformations}.filterHeaders.items[0].name is X-CALLER, which another transformation of this route names already`,
    ])
  })

  it('may use any context variable but request.body and those that are not run here', async () => {
    const values = [
      '${request.auth[a]} ${request.headers[b]} ${request.query[c]} ${request.path[d]}',
      'plain $ and ${request.host}',
      '${request.body}',
      '${request.usage_plan[id]}',
    ]
    const path = `${transformations}.setHeaders.items[0].values`
    expect(await problemsOf(setHeaders({ name: 'X', values }))).toEqual([
      `${path}[2] uses request.body, which only authorizer functions get`,
      `${path}[3] uses request.usage_plan[id], which is not run here`,
    ])
  })

  it('names headers that can exist', async () => {
    expect(await problemsOf(setHeaders({ name: 'X Y', values: ['x'] }))).toEqual([
      `${transformations}.setHeaders.items[0].name must be a header name`,
    ])
  })
})

describe('a checked specification', () => {
  it('is run for the function that it names', async () => {
    const rig = await startRig({ specification: guarded({ tokenHeader: 'A', functionId }) })
    expect((await rig.call('/thing')).status).toBe(200)
    expect(rig.functionCalls).toHaveLength(1)
  })
})
