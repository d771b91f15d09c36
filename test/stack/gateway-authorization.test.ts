import { afterEach, describe, expect, it } from '@jest/globals'
import { closeRigs, startRig } from './gateway-rig.ts'
import { guarded, httpRoute } from './gateway-specifications.ts'

afterEach(closeRigs)

describe('route authorization', () => {
  const parameters = { token: 'request.headers[Authorization]' }
  const authorized = (authorization: object, policy: object = {}) =>
    guarded({ parameters, ...policy }, httpRoute({ requestPolicies: { authorization } }))
  const anyOf = authorized({ type: 'ANY_OF', allowedScope: ['read:hello', 'write:hello'] })

  it.each([
    ['an array with one of them', ['other', 'write:hello'], 200],
    ['a string with one of them', 'other read:hello', 200],
    ['another case', ['Read:Hello'], 403],
    ['a part of one', 'read', 403],
    ['none', [], 403],
    ['no scope at all', undefined, 403],
  ])('ANY_OF with %s gives %j → %i', async (_, scope, status) => {
    const rig = await startRig({ specification: anyOf, answer: { active: true, scope } })
    expect(await rig.statusOf()).toBe(status)
    expect(rig.backendCalls).toHaveLength(status === 200 ? 1 : 0)
    expect(rig.logCodes().includes('authorization.unauthorizedRequest')).toBe(status === 403)
  })

  it('answers a scope mismatch with scopeMismatchStatus (UNKNOWN)', async () => {
    const rig = await startRig({ specification: anyOf, settings: { scopeMismatchStatus: 401 } })
    expect(await rig.statusOf()).toBe(401)
  })

  it('ANY_OF is for authenticated callers only', async () => {
    const answer = { active: false, scope: ['read:hello'] }
    const rig = await startRig({ specification: anyOf, answer })
    expect(await rig.statusOf()).toBe(401)
  })

  it.each([
    ['AUTHENTICATION_ONLY', authorized({ type: 'AUTHENTICATION_ONLY' })],
    ['no policy', guarded()],
    [
      'no policy, though anonymous access is allowed',
      guarded({ parameters, isAnonymousAccessAllowed: true }),
    ],
  ])('%s needs a token that is active, whatever its scopes', async (_, specification) => {
    const settings = { cacheDenials: false }
    const rig = await startRig({ specification, settings, answer: { active: false } })
    expect(await rig.statusOf()).toBe(401)
    rig.functionAnswers({ active: true })
    expect(await rig.statusOf()).toBe(200)
  })

  const anonymous = authorized({ type: 'ANONYMOUS' }, { isAnonymousAccessAllowed: true })

  it('ANONYMOUS permits every caller, without the function', async () => {
    const rig = await startRig({ specification: anonymous })
    expect(await rig.statusOf()).toBe(200)
    expect(rig.functionCalls).toEqual([])
  })

  it.each([
    ['a denial', { active: false }, 200],
    ['a fault', {}, 502],
  ])(
    'ANONYMOUS permits every caller after %s (UNKNOWN: authorizerOnAnonymousRoutes)',
    async (_, answer, functionStatus) => {
      const settings = { authorizerOnAnonymousRoutes: true }
      const rig = await startRig({ specification: anonymous, settings })
      rig.functionAnswers(answer, functionStatus)
      expect(await rig.statusOf()).toBe(200)
      expect(rig.functionCalls).toHaveLength(1)
    },
  )
})

describe('a validation failure policy', () => {
  const parameters = { token: 'request.headers[Authorization]' }
  const fromContext = { responseCode: 'request.auth[responseCode]' }
  const failing = (policy: object) =>
    guarded({ parameters, validationFailurePolicy: { type: 'MODIFY_RESPONSE', ...policy } })

  async function denied(specification: unknown, context: object, settings = {}) {
    const answer = { active: false, wwwAuthenticate: 'Bearer error="x"', context }
    const rig = await startRig({ specification, settings, answer })
    return rig.call()
  }

  it('takes the status from a context variable in its bare form', async () => {
    const response = await denied(failing(fromContext), { responseCode: '403' })
    expect([response.status, response.body]).toEqual([403, '{"code":403,"message":"Forbidden"}'])
  })

  it.each([
    ['takes a fixed status', { responseCode: '500' }, 500],
    ['answers 401 by default', {}, 401],
  ])('%s', async (_, policy, status) => {
    expect((await denied(failing(policy), {})).status).toBe(status)
  })

  it('takes the status in braces with bracedResponseCode (UNKNOWN)', async () => {
    const specification = failing({ responseCode: '${request.auth[responseCode]}' })
    const settings = { bracedResponseCode: true }
    expect((await denied(specification, { responseCode: '403' }, settings)).status).toBe(403)
  })

  it.each([{}, { responseCode: 'forbidden' }, { responseCode: '99' }, { responseCode: 403 }])(
    'stays a denial if the variable is not a status: %j (UNKNOWN: unreadableResponseCodeStatus)',
    async (context) => {
      expect((await denied(failing(fromContext), context)).status).toBe(401)
    },
  )

  it('takes a message with context variables, with the type from the policy', async () => {
    const responseMessage = 'Failed: ${request.auth[why]}, ${request.headers[X-A]}.'
    const response = await denied(failing({ responseMessage }), { why: 'too old' })
    expect(response.body).toBe('Failed: too old, .')
    expect(response.header('Content-Type')).toEqual([])
  })

  it('sets, renames and filters headers of the response', async () => {
    const location = { name: 'Location', values: ['${request.auth[location]}'] }
    const specification = failing({
      responseHeaderTransformations: {
        setHeaders: { items: [location, { name: 'X-Other', values: ['x'] }] },
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
    rig.functionAnswers({ active: false }, 502)
    expect(await rig.statusOf()).toBe(502)
  })
})
