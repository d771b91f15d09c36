/** Specifications for the conformance tests of the local gateway. */

export const functionId = 'ocid1.fnfunc.oc1.test.one'
export const backendOrigin = 'https://back-end.example'

/** A route to the back end, with these overrides. */
export function httpRoute(overrides: object = {}): object {
  return {
    path: '/thing',
    methods: ['ANY'],
    backend: { type: 'HTTP_BACKEND', url: `${backendOrigin}/thing` },
    ...overrides,
  }
}

/** A specification without authentication, with a route to the back end for each of the overrides. */
export function routed(...overrides: object[]): object {
  const routes = overrides.map((one) => httpRoute(one))
  return { routes: routes.length > 0 ? routes : [httpRoute()] }
}

/** A route that the gateway answers itself. */
export function stockRoute(overrides: object = {}): object {
  return httpRoute({ backend: { type: 'STOCK_RESPONSE_BACKEND', status: 200, ...overrides } })
}

/** Request policies that set these headers. */
export function setHeaders(...items: object[]): object {
  return { headerTransformations: { setHeaders: { items } } }
}

/** A specification with an authorizer function; multi-argument by default. */
export function guarded(
  policy: object = { parameters: { token: 'request.headers[Authorization]' } },
  ...routes: object[]
): object {
  return authenticated({ type: 'CUSTOM_AUTHENTICATION', functionId, ...policy }, ...routes)
}

export function authenticated(authentication: object, ...routes: object[]): object {
  return {
    requestPolicies: { authentication },
    routes: routes.length > 0 ? routes : [httpRoute()],
  }
}
