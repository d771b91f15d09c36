import { describe, expect, it } from '@jest/globals'
import { readChallenge } from './support/challenge.ts'
import type { ConfigChanges } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'
import { jwtToken, secondsFromNow } from './support/tokens.ts'

const harness = await startTestHarness()

function isoTime(instantSeconds: number): string {
  return new Date(instantSeconds * 1000).toISOString().replace('.000Z', 'Z')
}

describe('a permit', () => {
  it('has exactly these members', async () => {
    await harness.start()
    const access_token = 'b64-._~+/token=='
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer({ access_token }) })
    const exp = secondsFromNow(900)
    const { answer } = await harness.decideActive({ exp })
    expect(answer).toEqual({
      active: true,
      principal: 'alice',
      clientId: 'partner-a',
      scope: ['echo', 'orders'],
      expiresAt: isoTime(exp),
      context: { back_end_token: `Bearer ${access_token}` },
    })
  })

  const [principal, clientId] = ['partner-a', 'partner-a']
  const anyText: unknown = expect.any(String)

  it.each([
    ['has no subject', { sub: undefined }, { principal, clientId }],
    [
      'has neither subject nor client',
      { sub: undefined, client_id: undefined },
      { principal: anyText, clientId: anyText },
    ],
    ['has an empty subject', { sub: '' }, { principal, clientId }],
  ])('contains principal and client if the token %s', async (_case, members, expected) => {
    expect((await harness.decideActive(members)).answer).toMatchObject(expected)
  })

  it.each([
    ['a string', 'a b  c', ['a', 'b', 'c']],
    ['an array', ['a', 'b'], ['a', 'b']],
    ['an empty string', '', []],
    ['absent', undefined, []],
  ])('has the scope as an array if it is %s', async (_case, scope, expected) => {
    expect((await harness.decideActive({ scope })).answer?.['scope']).toEqual(expected)
  })

  it('has only the configured claims in its context, as valid header values', async () => {
    await harness.start({
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
    const token = jwtToken({ payload_only: 'p', unlisted: 'never' })
    const { answer } = await harness.decideActive(members, token)
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
    ['of the caller’s token, if that is earliest', 300, 300],
    ['of the caller’s token, without its fraction', 300.9, 300],
  ])('is the expiry %s', async (_case, lifetimeSeconds, expectedSeconds) => {
    const now = secondsFromNow(0)
    const { answer } = await harness.decideActive({ exp: now + lifetimeSeconds })
    expect(answer?.['expiresAt']).toBe(isoTime(now + expectedSeconds))
  })

  const MAX_90 = { max_decision_seconds: '90' }

  it.each<[string, ConfigChanges, exp: number | null | undefined, number, number]>([
    ['a minute before that of the backend’s token, if that is earliest', {}, 1800, 600, 540],
    ['an hour from now, if nothing expires earlier', {}, 90_000, 90_000, 3600],
    ['max_decision_seconds from now, if that is earliest', MAX_90, 90_000, 90_000, 90],
    ['a minute from now for a token without `exp`', {}, undefined, 3600, 60],
    ['a minute from now for a token with `exp` null', {}, null, 3600, 60],
  ])('is %s', async (_case, config, exp, expires_in, seconds) => {
    await harness.start(config)
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer({ expires_in }) })
    harness.respondActive({ exp: typeof exp === 'number' ? secondsFromNow(exp) : exp })
    const least = secondsFromNow(seconds)
    const { answer } = await harness.decide()
    const most = secondsFromNow(seconds)
    const possible = Array.from({ length: most - least + 1 }, (_, index) => isoTime(least + index))
    expect(possible).toContain(answer?.['expiresAt'])
  })
})

describe('a denial', () => {
  it('has exactly these members', async () => {
    harness.introspection.replyWith({ body: { active: false } })
    const { answer } = await harness.decide()
    expect(answer).toEqual({
      active: false,
      wwwAuthenticate: expect.any(String),
      context: { responseCode: '401' },
    })
    expect(readChallenge(answer?.['wwwAuthenticate'])).toEqual({
      scheme: 'Bearer',
      parameters: {
        realm: expect.any(String),
        error: 'invalid_token',
        error_description: expect.any(String),
      },
    })
  })

  it('has status 403 and the required scopes if scopes are missing', async () => {
    const scope = 'echo https://api/x?y=1&z ~admin'
    await harness.start({ required_scopes: scope })
    const { verdict, answer } = await harness.decide()
    expect(verdict).toBe('deny scope_insufficient')
    expect(answer?.['context']).toEqual({ responseCode: '403' })
    expect(readChallenge(answer?.['wwwAuthenticate']).parameters).toEqual({
      realm: expect.any(String),
      error: 'insufficient_scope',
      error_description: expect.any(String),
      scope,
    })
  })

  it('does not reveal which check failed', async () => {
    const challenges = new Set<unknown>()
    for (const members of [
      { aud: 'other' },
      { exp: 1 },
      { active: false },
      { cnf: { jkt: 'x' } },
    ]) {
      challenges.add((await harness.decideActive(members)).answer?.['wwwAuthenticate'])
    }
    expect(challenges.size).toBe(1)
  })

  it('causes at most one token request, which runs in parallel with the first introspection', async () => {
    await harness.start()
    harness.introspection.replyWith({ body: { active: false } })
    for (let count = 0; count < 5; count += 1) await harness.decide()
    expect(harness.tokenEndpoint.requests.length).toBeLessThanOrEqual(1)
  })

  it('causes no token request if the token is malformed', async () => {
    await harness.start()
    const before = harness.vault.requests.length
    await harness.decide('not a token')
    expect(harness.tokenEndpoint.requests).toEqual([])
    expect(harness.vault.requests).toHaveLength(before)
  })
})
