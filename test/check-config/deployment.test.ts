import { describe, expect, it } from '@jest/globals'
import { checkConfig } from '../../scripts/check-config/check-config.ts'
import { BACKEND, documentOf, ISSUER } from './configurations-fixture.ts'

describe('a deployment specification', () => {
  const TOKEN = '${request.auth[back_end_token]}'
  const HEADER = { name: 'Authorization', values: [TOKEN], ifExists: 'OVERWRITE' }
  const route = (changes: object = {}, allowedScope = ['orders:invoke']) => ({
    path: '/orders',
    requestPolicies: {
      authorization: { type: 'ANY_OF', allowedScope },
      headerTransformations: { setHeaders: { items: [{ ...HEADER, ...changes }] } },
    },
    backend: { type: 'HTTP_BACKEND' },
  })
  const deployment = (authentication: object = {}) => ({
    requestPolicies: {
      authentication: {
        type: 'CUSTOM_AUTHENTICATION',
        functionId: 'ocid1.fnfunc.oc1.phx.aaaa',
        parameters: { token: 'request.headers[Authorization]', host: 'request.host' },
        ...authentication,
      },
    },
    routes: [route()],
  })
  const config = documentOf(
    [{ ...ISSUER, gateway_scope_map: { 'Orders.Invoke': ['orders:invoke'] } }],
    [{ ...BACKEND, name: 'one', when: { arguments: { host: 'a' } } }, BACKEND],
  )

  const problemsOf = (specification: object): string => {
    const { text, isUsable } = checkConfig(config, specification)
    return isUsable ? '' : text.split('✗ deployment: ').slice(1).join()
  }

  it('has no problem if it matches the configuration', () => {
    expect(checkConfig(config, deployment()).text).toContain('No problems, no warnings.')
    expect(checkConfig(config, deployment({ cacheKey: ['token', 'host'] })).isUsable).toBe(true)
  })

  const QUOTED = "request.headers['Authorization']"

  it.each<readonly [string, object, string]>([
    ['no token argument', { parameters: { host: 'request.host' } }, 'has no argument token'],
    ['no argument for a condition', { parameters: { token: 'x' } }, 'has no argument host'],
    ['a cache key without an argument', { cacheKey: ['token'] }, 'cacheKey: does not have host'],
    ['a cache key without the token', { cacheKey: ['host'] }, 'cacheKey: does not have token'],
    ['quotes', { parameters: { token: QUOTED, host: 'request.host' } }, 'without ${} and quotes'],
    ['a different type', { type: 'JWT_AUTHENTICATION' }, 'is not CUSTOM_AUTHENTICATION'],
  ])('has a problem in its authentication: %s', (_what, authentication, expected) => {
    expect(problemsOf(deployment(authentication))).toContain(expected)
  })

  it.each<readonly [string, object[] | undefined, string]>([
    ['no routes', undefined, 'routes: is missing'],
    ['no header', [{ path: '/', backend: {} }], 'does not set Authorization'],
    ['APPEND', [route({ ifExists: 'APPEND' })], 'does not overwrite'],
    ['a different value', [route({ values: ['x'] })], 'something else than the token'],
    ['a repeated Bearer', [route({ values: [`Bearer ${TOKEN}`] })], 'puts Bearer before'],
    ['a scope that the map replaces', [route({}, ['Orders.Invoke'])], 'which no token can have'],
  ])('has a problem in its routes: %s', (_what, routes, expected) => {
    expect(problemsOf({ ...deployment(), routes })).toContain(expected)
  })
})
