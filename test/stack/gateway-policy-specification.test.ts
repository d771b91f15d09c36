import { describe, expect, it } from '@jest/globals'
import { problemsOf } from './gateway-rig.ts'
import { guarded, routed, setHeaders } from './gateway-specifications.ts'

const authentication = 'requestPolicies.authentication'
const transformations = 'routes[0].requestPolicies.headerTransformations'

describe('an authentication policy', () => {
  const host = { a: 'request.host' }
  /** Of a policy, relative to its path. */
  const problemsWith = async (policy: object, settings = {}) => {
    const problems = await problemsOf(guarded(policy), { settings })
    return problems.map((problem) => problem.replace(`${authentication}.`, ''))
  }

  it.each(['request.headers[X-Api-Key]', 'request.query[state]', 'request.host', 'request.body'])(
    'accepts %s as an argument',
    async (source) => {
      expect(await problemsWith({ parameters: { one: source } })).toEqual([])
    },
  )

  const unknown = 'which is not run here'
  const elsewhere = 'but arguments come from request.headers, query, host and body'

  it.each([
    ['request.cert[client_base64]', `uses request.cert[client_base64], ${unknown}`],
    ['request.header[abc]', `uses request.header[abc], ${unknown}`],
    ['request.headers', `uses request.headers, ${unknown}`],
    ['request.headers[]', `uses request.headers[], ${unknown}`],
    ['Authorization', `uses Authorization, ${unknown}`],
    ['${request.headers[A]}', 'must be a bare context variable, without ${}'],
    ['request.path[a]', `uses request.path[a], ${elsewhere}`],
    ['request.auth[a]', `uses request.auth[a], ${elsewhere}`],
  ])('rejects %s as an argument', async (source, problem) => {
    expect(await problemsWith({ parameters: { one: source } })).toEqual([
      `parameters.one ${problem}`,
    ])
  })

  it.each([
    ['none', {}],
    ['both of the single-argument form', { tokenHeader: 'A', tokenQueryParam: 'a' }],
    ['both forms', { tokenHeader: 'A', parameters: host }],
  ])('has one source of tokens, not %s', async (_, policy) => {
    expect(await problemsWith(policy)).toEqual([
      `${authentication} must have one of parameters, tokenHeader and tokenQueryParam`,
    ])
  })

  const failure = (more: object) => ({
    validationFailurePolicy: { type: 'MODIFY_RESPONSE', ...more },
  })

  it.each([
    [
      'has only its parameters in its cache key',
      { parameters: host, cacheKey: ['a', 'toString'] },
      ['cacheKey[1] is toString, which is not in parameters'],
    ],
    [
      'has cache key and validation failure policy only with parameters',
      { tokenHeader: 'Authorization', cacheKey: ['a'], ...failure({}) },
      ['cacheKey goes with parameters alone', 'validationFailurePolicy goes with parameters alone'],
    ],
    [
      'names a function by its OCID',
      { functionId: 'authorizer', tokenHeader: 'Authorization' },
      ['functionId must be the OCID of a function'],
    ],
  ])('%s', async (_, policy, problems) => {
    expect(await problemsWith(policy)).toEqual(problems)
  })

  it.each([
    ['401', true],
    ['request.auth[responseCode]', true],
    ['${request.auth[responseCode]}', false],
    ['request.body', false],
    ['99', false],
    ['twelve', false],
  ])('with responseCode %s is accepted: %s', async (responseCode, isAccepted) => {
    const problems = await problemsWith({ parameters: host, ...failure({ responseCode }) })
    expect(problems.length === 0).toBe(isAccepted)
  })

  it('accepts a responseCode in braces with the setting for it', async () => {
    const policy = failure({ responseCode: '${request.auth[responseCode]}' })
    const settings = { bracedResponseCode: true }
    expect(await problemsWith({ parameters: host, ...policy }, settings)).toEqual([])
  })

  it('rejects the failure policy OAUTH2 and the field name of the documentation’s text', async () => {
    expect(await problemsWith({ parameters: host, ...failure({ type: 'OAUTH2' }) })).toEqual([
      'validationFailurePolicy.type OAUTH2 is not run here',
    ])
    const policy = failure({ headerTransformations: {} })
    expect(await problemsWith({ parameters: host, ...policy })).toEqual([
      'validationFailurePolicy.headerTransformations is not run here',
    ])
  })
})

describe('a header transformation', () => {
  const setting = (item: object) => routed({ requestPolicies: setHeaders(item) })

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
    expect(await problemsOf(setting({ name, values: ['x'] }))).toEqual([
      `${transformations}.setHeaders.items[0].name is ${name}, which is protected in a request`,
    ])
  })

  it.each(['Retry-After', 'Strict-Transport-Security', 'Access-Control-Allow-Origin'])(
    'of a response may not touch the protected %s',
    async (name) => {
      const headerTransformations = { filterHeaders: { type: 'BLOCK', items: [{ name }] } }
      expect(await problemsOf(routed({ responsePolicies: { headerTransformations } }))).toEqual([
        `routes[0].responsePolicies.headerTransformations.filterHeaders.items[0].name is ${name}, which is protected in a response`,
      ])
    },
  )

  it('has a header in one policy of a route only, ignoring case, except ALLOW lists', async () => {
    const policies = (type: string) => {
      const headerTransformations = {
        setHeaders: { items: [{ name: 'Authorization', values: ['x'] }] },
        renameHeaders: { items: [{ from: 'authorization', to: 'X-Caller' }] },
        filterHeaders: { type, items: [{ name: 'X-CALLER' }] },
      }
      return routed({ requestPolicies: { headerTransformations } })
    }
    const already = 'which another transformation of this route names already'
    const renamed = `${transformations}.renameHeaders.items[0].from is authorization, ${already}`
    const filtered = `${transformations}.filterHeaders.items[0].name is X-CALLER, ${already}`
    expect(await problemsOf(policies('ALLOW'))).toEqual([renamed])
    expect(await problemsOf(policies('BLOCK'))).toEqual([renamed, filtered])
  })

  it('may use any context variable except request.body and unsupported ones', async () => {
    const values = [
      '${request.auth[a]} ${request.headers[b]} ${request.query[c]} ${request.path[d]}',
      'plain $ and ${request.host}',
      '${request.body}',
      '${request.usage_plan[id]}',
    ]
    const path = `${transformations}.setHeaders.items[0].values`
    expect(await problemsOf(setting({ name: 'X', values }))).toEqual([
      `${path}[2] uses request.body, which only authorizer functions get`,
      `${path}[3] uses request.usage_plan[id], which is not run here`,
    ])
  })

  it('has valid header names', async () => {
    expect(await problemsOf(setting({ name: 'X Y', values: ['x'] }))).toEqual([
      `${transformations}.setHeaders.items[0].name must be a header name`,
    ])
  })
})
