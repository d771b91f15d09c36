import { describe, expect, it } from '@jest/globals'
import { jwtToken, secondsFromNow } from './support/callers-tokens.ts'
import { readChallenge } from './support/challenge.ts'
import { startTestWorld } from './support/test-world.ts'

const world = await startTestWorld()

function asTold(instantSeconds: number): string {
  return new Date(instantSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

describe('a permit', () => {
  it('has exactly these members', async () => {
    await world.start()
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ access_token: 'b64-._~+/token==' }) })
    const exp = secondsFromNow(900)
    world.introspection.replyWith({ body: world.activeAnswer({ exp }) })
    const { answer } = await world.decide()
    expect(answer).toEqual({
      active: true,
      principal: 'alice',
      clientId: 'partner-a',
      scope: ['echo', 'orders'],
      expiresAt: asTold(exp),
      context: { back_end_token: 'Bearer b64-._~+/token==' },
    })
  })

  it.each([
    ['a client’s own token', { sub: undefined }, 'partner-a', 'partner-a'],
    ['a token of nobody in particular', { sub: undefined, client_id: undefined }, '', ''],
    ['an empty subject', { sub: '' }, 'partner-a', 'partner-a'],
  ])('names principal and client for %s', async (_case, members, principal, clientId) => {
    world.introspection.replyWith({ body: world.activeAnswer(members) })
    const { answer } = await world.decide()
    const texts = { principal: expect.any(String), clientId: expect.any(String) }
    expect(answer).toMatchObject(principal === '' ? texts : { principal, clientId })
  })

  it.each([
    ['a text', 'a b  c', ['a', 'b', 'c']],
    ['an array', ['a', 'b'], ['a', 'b']],
    ['an empty text', '', []],
    ['absent', undefined, []],
  ])('has the scope as an array if it is %s', async (_case, scope, expected) => {
    world.introspection.replyWith({ body: world.activeAnswer({ scope }) })
    expect((await world.decide()).answer?.['scope']).toEqual(expected)
  })

  it('has only the listed claims in its context, as valid header values', async () => {
    await world.start({
      context_claims: 'tenant level admin groups broken odd absent payload_only',
    })
    const members = {
      tenant: 'blue',
      level: 3,
      admin: false,
      groups: ['a', 'b'],
      broken: 'a\r\nX-Injected: 1',
      odd: { a: 1 },
      unlisted: 'never',
    }
    world.introspection.replyWith({ body: world.activeAnswer(members) })
    const { answer } = await world.decide(jwtToken({ payload_only: 'p', unlisted: 'never' }))
    expect(answer?.['context']).toEqual({
      tenant: 'blue',
      level: '3',
      admin: 'false',
      groups: 'a b',
      payload_only: 'p',
      back_end_token: expect.stringMatching(/^Bearer /),
    })
  })
})

describe('the expiry of a permit', () => {
  it.each([
    ['of the caller’s token, where that is earliest', 300, 300],
    ['of the caller’s token, its fraction left out', 300.9, 300],
  ])('is the expiry %s', async (_case, lifetimeSeconds, toldSeconds) => {
    const now = secondsFromNow(0)
    world.introspection.replyWith({ body: world.activeAnswer({ exp: now + lifetimeSeconds }) })
    expect((await world.decide()).answer?.['expiresAt']).toBe(asTold(now + toldSeconds))
  })

  /** A permit's expiry, and the whole seconds that may be meant by so many from the call. */
  const decideWith = async (spanSeconds: number) => {
    const least = secondsFromNow(spanSeconds)
    const { answer } = await world.decide()
    const most = secondsFromNow(spanSeconds)
    const possible = Array.from({ length: most - least + 1 }, (_, index) => asTold(least + index))
    return { expiresAt: answer?.['expiresAt'], possible }
  }

  it('is the expiry of the backend’s token less a minute, if that is earliest', async () => {
    await world.start()
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: 600 }) })
    const { expiresAt, possible } = await decideWith(600 - 60)
    expect(possible).toContain(expiresAt)
  })

  it.each([
    ['an hour, where nothing ends earlier', {}, 3600],
    ['max_decision_seconds, where that is earliest', { max_decision_seconds: '90' }, 90],
  ])('is %s', async (_case, config, spanSeconds) => {
    await world.start(config)
    world.introspection.replyWith({ body: world.activeAnswer({ exp: secondsFromNow(90_000) }) })
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: 90_000 }) })
    const { expiresAt, possible } = await decideWith(spanSeconds)
    expect(possible).toContain(expiresAt)
  })

  it.each([
    ['no `exp`', undefined],
    ['an `exp` of null', null],
  ])('is in a minute for a token with %s', async (_case, exp) => {
    world.introspection.replyWith({ body: world.activeAnswer({ exp }) })
    const { expiresAt, possible } = await decideWith(60)
    expect(possible).toContain(expiresAt)
  })
})

describe('a denial', () => {
  it('has exactly these members', async () => {
    world.introspection.replyWith({ body: { active: false } })
    const { answer } = await world.decide()
    expect(answer).toEqual({
      active: false,
      wwwAuthenticate: expect.any(String),
      context: { responseCode: '401' },
    })
    const { scheme, parameters } = readChallenge(answer?.['wwwAuthenticate'])
    expect(scheme).toBe('Bearer')
    expect(parameters).toEqual({
      realm: expect.any(String),
      error: 'invalid_token',
      error_description: expect.any(String),
    })
  })

  it('has the required scopes and 403 if scopes are missing', async () => {
    await world.start({ required_scopes: 'echo https://api/x?y=1&z ~admin' })
    const { verdict, answer } = await world.decide()
    expect(verdict).toBe('deny scope_insufficient')
    expect(answer?.['context']).toEqual({ responseCode: '403' })
    expect(readChallenge(answer?.['wwwAuthenticate']).parameters).toEqual({
      realm: expect.any(String),
      error: 'insufficient_scope',
      error_description: expect.any(String),
      scope: 'echo https://api/x?y=1&z ~admin',
    })
  })

  it('does not show which check failed', async () => {
    const challenges = new Set<unknown>()
    const failures = [{ aud: 'other' }, { exp: 1 }, { active: false }, { cnf: { jkt: 'x' } }]
    for (const members of failures) {
      world.introspection.replyWith({ body: world.activeAnswer(members) })
      challenges.add((await world.decide()).answer?.['wwwAuthenticate'])
    }
    expect(challenges.size).toBe(1)
  })

  it('causes at most one token request per token lifetime, during a cold function’s introspection', async () => {
    await world.start()
    world.introspection.replyWith({ body: { active: false } })
    for (let count = 0; count < 5; count += 1) await world.decide()
    expect(world.tokenEndpoint.requests.length).toBeLessThanOrEqual(1)
  })

  it('causes no token request if the token is malformed', async () => {
    await world.start()
    const before = world.vault.requests.length
    await world.decide('not a token')
    expect(world.tokenEndpoint.requests).toEqual([])
    expect(world.vault.requests).toHaveLength(before)
  })
})
