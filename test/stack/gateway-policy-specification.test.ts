import { describe, expect, it } from '@jest/globals'
import { guarded, httpRoute, problemsOf } from './gateway-rig.ts'

function routePolicies(requestPolicies: object) {
  return { routes: [httpRoute({ requestPolicies })] }
}
function setHeaders(...items: object[]) {
  return routePolicies({ headerTransformations: { setHeaders: { items } } })
}
const authentication = 'requestPolicies.authentication'
const transformations = 'routes[0].requestPolicies.headerTransformations'

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
  ])('rejects %s as an argument', async (source, problem) => {
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

  it('has only its parameters in its cache key', async () => {
    const policy = { parameters: { a: 'request.host' }, cacheKey: ['a', 'toString'] }
    expect(await problemsOf(guarded(policy))).toEqual([
      `${authentication}.cacheKey[1] is toString, which is not in parameters`,
    ])
  })

  it('has cache key and validation failure policy only with parameters', async () => {
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

  it('takes a responseCode in braces with the setting for it', async () => {
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

  it('rejects the failure policy OAUTH2 and the field name of the documentation’s text', async () => {
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

  it('has a header in one policy of a route only, ignoring case, except ALLOW lists', async () => {
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

  it('may use any context variable except request.body and unsupported ones', async () => {
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

  it('has valid header names', async () => {
    expect(await problemsOf(setHeaders({ name: 'X Y', values: ['x'] }))).toEqual([
      `${transformations}.setHeaders.items[0].name must be a header name`,
    ])
  })
})
