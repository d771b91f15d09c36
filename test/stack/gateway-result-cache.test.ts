import { afterEach, describe, expect, it } from '@jest/globals'
import {
  bearer,
  call,
  closeRigs,
  functionAnswering,
  startDeployments,
  startRig,
  type Rig,
} from './gateway-rig.ts'
import { guarded, httpRoute, setHeaders, stockRoute } from './gateway-specifications.ts'

afterEach(closeRigs)

describe('the result cache', () => {
  /** Calls of the function for the same request: now, a second before the end, and at the end. */
  async function callsAround(rig: Rig, endSeconds: number): Promise<number[]> {
    const counts: number[] = []
    const step = async () => {
      await rig.call('/thing', bearer('a'))
      counts.push(rig.functionCalls.length)
    }
    await step()
    rig.clock.advanceSeconds(endSeconds - 1)
    await step()
    rig.clock.advanceSeconds(1)
    await step()
    return counts
  }

  it.each([
    ['until expiresAt', 600, 600],
    ['for at least 60 s', 5, 60],
    ['for 60 s when expiresAt is past', -600, 60],
    ['for at most one hour', 86_400, 3600],
  ])('keeps an answer %s', async (_, expiresInSeconds, keptSeconds) => {
    const rig = await startRig()
    const expires = new Date(rig.clock.nowMilliseconds() + expiresInSeconds * 1000)
    const expiresAt = expires.toISOString().replace('.000Z', 'Z')
    rig.functionAnswers({ active: true, expiresAt })
    expect(await callsAround(rig, keptSeconds)).toEqual([1, 1, 2])
  })

  it.each([
    ['missing', undefined],
    ['a number', 1_900_000_000],
    ['no date', 'tomorrow'],
    ['a date without time', '2031-01-01'],
    ['a date without zone', '2031-01-01T00:00:00'],
    ['a day that does not exist', '2031-13-41T00:00:00Z'],
  ])('keeps an answer for 60 s if expiresAt is %s', async (_, expiresAt) => {
    const rig = await startRig({ answer: { active: true, expiresAt } })
    expect(await callsAround(rig, 60)).toEqual([1, 1, 2])
  })

  it('reads an expiresAt with an offset', async () => {
    const rig = await startRig({ answer: { active: true, expiresAt: '2030-01-01T02:10:00+02:00' } })
    expect(await callsAround(rig, 600)).toEqual([1, 1, 2])
  })

  it.each([
    [false, 60],
    [true, 600],
  ])(
    'reads fractional seconds: %s (UNKNOWN: fractionalExpiresAt)',
    async (fractionalExpiresAt, keptSeconds) => {
      const answer = { active: true, expiresAt: '2030-01-01T00:10:00.000Z' }
      const rig = await startRig({ settings: { fractionalExpiresAt }, answer })
      expect(await callsAround(rig, keptSeconds)).toEqual([1, 1, 2])
    },
  )

  it('keeps the context with the answer', async () => {
    const requestPolicies = setHeaders({ name: 'Authorization', values: ['${request.auth[t]}'] })
    const specification = guarded(undefined, httpRoute({ requestPolicies }))
    const rig = await startRig({ specification, answer: { active: true, context: { t: 'first' } } })
    await rig.call('/thing', bearer('a'))
    rig.functionAnswers({ active: true, context: { t: 'second' } })
    await rig.call('/thing', bearer('a'))
    expect(rig.backendCalls.map((seen) => seen.header('Authorization'))).toEqual([
      ['first'],
      ['first'],
    ])
  })

  it.each([
    [true, 1],
    [false, 2],
  ])('keeps denials: %s (UNKNOWN: cacheDenials)', async (cacheDenials, calls) => {
    const answer = { active: false, wwwAuthenticate: 'Bearer' }
    const rig = await startRig({ settings: { cacheDenials }, answer })
    const responses = [await rig.call(), await rig.call()]
    expect(responses.map(({ status }) => status)).toEqual([401, 401])
    expect(responses.map((response) => response.header('WWW-Authenticate'))).toEqual([
      ['Bearer'],
      ['Bearer'],
    ])
    expect(rig.functionCalls).toHaveLength(calls)
  })

  it('never keeps a 5xx or an unreadable answer', async () => {
    const rig = await startRig()
    rig.functionAnswers({}, 502)
    expect(await rig.statusOf()).toBe(502)
    rig.functionAnswers('nonsense')
    expect(await rig.statusOf()).toBe(502)
    rig.functionAnswers({ active: true })
    expect(await rig.statusOf()).toBe(200)
    expect(rig.functionCalls).toHaveLength(3)
  })

  it('is separate for each deployment, even with the same function', async () => {
    let calls = 0
    const specification = guarded(undefined, stockRoute())
    const deployments = ['/a', '/b'].map((pathPrefix) => ({ pathPrefix, specification }))
    const gateway = await startDeployments(deployments, {
      invokeFunction: () => {
        calls += 1
        return functionAnswering({ active: true })()
      },
    })
    for (const target of ['/a/thing', '/b/thing', '/a/thing']) await call(gateway.url, target)
    expect(calls).toBe(2)
  })

  it('can be cleared', async () => {
    const rig = await startRig()
    await rig.call()
    rig.gateway.clearResultCache()
    await rig.call()
    expect(rig.functionCalls).toHaveLength(2)
  })

  const twoArguments = {
    token: 'request.headers[Authorization]',
    state: 'request.query[state]',
    body: 'request.body',
  }

  it.each([
    ['the same arguments', 'a', 'x', 1],
    ['another token', 'b', 'x', 2],
    ['another query argument', 'a', 'y', 2],
  ])('has a key of all arguments and their values: %s', async (_, token, state, calls) => {
    const rig = await startRig({ specification: guarded({ parameters: twoArguments }) })
    await rig.call('/thing?state=x', bearer('a'))
    await rig.call(`/thing?state=${state}`, bearer(token))
    expect(rig.functionCalls).toHaveLength(calls)
  })

  it('omits an argument from request.body from the key unless it is listed', async () => {
    const callsFor = async (policy: object) => {
      const rig = await startRig({ specification: guarded(policy) })
      await rig.call('/thing', { method: 'POST', body: 'one' })
      await rig.call('/thing', { method: 'POST', body: 'two' })
      return rig.functionCalls.length
    }
    expect(await callsFor({ parameters: twoArguments })).toBe(1)
    expect(await callsFor({ parameters: twoArguments, cacheKey: ['token', 'body'] })).toBe(2)
  })

  it('has a key of the listed arguments only if cacheKey lists them', async () => {
    const policy = { parameters: twoArguments, cacheKey: ['token'] }
    const rig = await startRig({ specification: guarded(policy) })
    await rig.call('/thing?state=x', bearer('a'))
    await rig.call('/thing?state=y', bearer('a'))
    await rig.call('/thing?state=y', bearer('b'))
    expect(rig.functionCalls).toHaveLength(2)
  })

  it('distinguishes absent and empty arguments, and one value from two', async () => {
    const rig = await startRig({ specification: guarded({ parameters: twoArguments }) })
    for (const query of ['', '?state=', '?state=a&state=b', '?state=a,b']) {
      await rig.call(`/thing${query}`)
    }
    expect(rig.functionCalls).toHaveLength(4)
  })

  it('uses the token as the key of a single-argument function (UNKNOWN)', async () => {
    const rig = await startRig({ specification: guarded({ tokenHeader: 'Authorization' }) })
    for (const token of ['a', 'a', 'b']) await rig.call('/thing', bearer(token))
    await rig.call()
    expect(rig.functionCalls).toHaveLength(3)
  })
})
