import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { BACKEND, documentOf, ISSUER } from './configurations-fixture.ts'

describe('a deployment specification', () => {
  const HEADER = {
    name: 'Authorization',
    values: ['${request.auth[back_end_token]}'],
    ifExists: 'OVERWRITE',
  }
  const route = (changes: object = {}, allowedScope = ['orders:invoke']) => ({
    path: '/orders',
    requestPolicies: {
      authorization: { type: 'ANY_OF', allowedScope },
      headerTransformations: { setHeaders: { items: [{ ...HEADER, ...changes }] } },
    },
    backend: { type: 'HTTP_BACKEND' },
  })
  const deployment = (authentication: object = {}, routes: readonly unknown[] = [route()]) => ({
    requestPolicies: {
      authentication: {
        type: 'CUSTOM_AUTHENTICATION',
        functionId: 'ocid1.fnfunc.oc1.phx.aaaa',
        parameters: { token: 'request.headers[Authorization]', host: 'request.host' },
        ...authentication,
      },
    },
    routes,
  })
  const config = documentOf(
    [{ ...ISSUER, gateway_scope_map: { 'Orders.Invoke': ['orders:invoke'] } }],
    [{ ...BACKEND, name: 'one', when: { arguments: { host: 'a' } } }, BACKEND],
  )

  it('has no problem if it matches the configuration', () => {
    expect(checkConfig(config, deployment()).text).toContain('No problems, no warnings.')
    expect(checkConfig(config, deployment({ cacheKey: ['token', 'host'] })).isUsable).toBe(true)
  })

  it.each<readonly [string, object, string]>([
    [
      'no token argument',
      deployment({ parameters: { host: 'request.host' } }),
      'has no argument token',
    ],
    [
      'no argument for a condition',
      deployment({ parameters: { token: 'x' } }),
      'has no argument host',
    ],
    [
      'a cache key without an argument',
      deployment({ cacheKey: ['token'] }),
      'cacheKey: does not have host',
    ],
    [
      'a cache key without the token',
      deployment({ cacheKey: ['host'] }),
      'cacheKey: does not have token',
    ],
    ['no header', deployment({}, [{ path: '/', backend: {} }]), 'does not set Authorization'],
    ['APPEND', deployment({}, [route({ ifExists: 'APPEND' })]), 'does not overwrite'],
    [
      'a different value',
      deployment({}, [route({ values: ['x'] })]),
      'something else than the token',
    ],
    [
      'a repeated Bearer',
      deployment({}, [route({ values: ['Bearer ${request.auth[back_end_token]}'] })]),
      'puts Bearer before',
    ],
    [
      'a scope that is replaced by the scope map',
      deployment({}, [route({}, ['Orders.Invoke'])]),
      'which no token can have',
    ],
    ['no routes', { requestPolicies: deployment().requestPolicies }, 'routes: is missing'],
    [
      'quotes in an expression',
      deployment({
        parameters: { token: "request.headers['Authorization']", host: 'request.host' },
      }),
      'without ${} and quotes',
    ],
    [
      'a different type of authentication',
      deployment({ type: 'JWT_AUTHENTICATION' }),
      'is not CUSTOM_AUTHENTICATION',
    ],
  ])('has a problem: %s', (_what, specification, expected) => {
    const { text, isUsable } = checkConfig(config, specification)

    expect(isUsable).toBe(false)
    expect(text).toContain('✗ deployment: ')
    expect(text).toContain(expected)
  })
})
