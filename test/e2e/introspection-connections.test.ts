/** The connections of introspection. A response on a kept connection must not decide on another token. */
import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import type { RecordedRequest, Reply } from './support/scripted-server.ts'
import { startTestHarness } from './support/test-harness.ts'
import { PERMIT } from './support/harness.ts'
import { AUDIENCE, jwtToken, opaqueToken } from './support/tokens.ts'

const harness = await startTestHarness()

const DENIAL = 'deny token_inactive'

function newToken(claims: object = {}): string {
  return jwtToken({ jti: randomUUID(), sub: 'alice', ...claims })
}

function newTokens(count: number): string[] {
  return Array.from({ length: count }, () => newToken())
}

function jtiOf(token: string): string | undefined {
  return decodeJwt(token).jti
}

/** The correct response, which contains the token's `jti`. */
function responseFor(token = '', activeTokens: readonly string[] = []) {
  const isActive = activeTokens.includes(token)
  return isActive ? harness.activeAnswer({ jti: jtiOf(token) }) : { active: false }
}

/** For each request, whether its headers allow a kept connection. */
function keepsConnections(): boolean[] {
  return harness.introspection.requests.map(({ headers }) => headers.connection !== 'close')
}

/** The provider responds correctly; only these tokens are active. */
function activate(...tokens: readonly string[]): void {
  harness.introspection.replyWith(({ form }) => ({ body: responseFor(form['token'], tokens) }))
}

describe('an introspection uses its own connection', () => {
  beforeAll(() => harness.start())

  it.each([
    ['for an opaque token', opaqueToken],
    ['for a JWT without jti', () => newToken({ jti: undefined })],
    ['for a JWT with an empty jti', () => newToken({ jti: '' })],
    ['for a JWT whose jti is not a string', () => newToken({ jti: 7 })],
    ['for a JWT whose jti is too long', () => newToken({ jti: 'x'.repeat(257) })],
  ])('%s', async (_case, token) => {
    harness.respondActive({ jti: undefined })
    await harness.verdicts([token(), token()])
    expect(keepsConnections()).toEqual([false, false])
  })
})

describe('a response on a kept connection', () => {
  beforeEach(() => harness.start())

  /** Sends the wrong reply on kept connections, and the correct one on all others. */
  const replyWrongly =
    (activeTokens: readonly string[], wrong: Reply) =>
    ({ headers, form }: RecordedRequest): Reply =>
      headers.connection === 'close' ? { body: responseFor(form['token'], activeTokens) } : wrong

  const HTML = { 'content-type': 'text/html' }
  const { activeAnswer } = harness

  it.each<[string, (first: string, next: string) => Reply]>([
    ['about the previous token', (first) => ({ body: responseFor(first, [first]) })],
    ['without jti', () => ({ body: activeAnswer() })],
    ['that is inactive', () => ({ body: { active: false } })],
    ['with the jti in a list', (_, t) => ({ body: activeAnswer({ jti: [jtiOf(t)] }) })],
    ['with another sub', (_, t) => ({ body: activeAnswer({ jti: jtiOf(t), sub: 'eve' }) })],
    ['with status 201', (_, t) => ({ status: 201, body: activeAnswer({ jti: jtiOf(t) }) })],
    ['with status 401', () => ({ status: 401, body: { error: 'invalid_client' } })],
    ['with status 500', () => ({ status: 500 })],
    ['that is not JSON', () => ({ body: '<html>' })],
    ['as another media type', (_, t) => ({ headers: HTML, body: activeAnswer({ jti: jtiOf(t) }) })],
    ['that is truncated', () => ({ body: activeAnswer(), delivery: 'cut' })],
    ['that is missing', () => ({ delivery: 'dropped' })],
    ['with an invalid encoding', () => ({ headers: { 'content-encoding': 'gzip' }, body: 'x' })],
  ])('%s is not used', async (_case, wrong) => {
    for (const verdict of [PERMIT, DENIAL]) {
      const [first, next] = [newToken(), newToken()]
      const activeTokens = verdict === PERMIT ? [first, next] : [first]
      await harness.start()
      activate(...activeTokens)
      expect(await harness.verdict(first)).toBe(PERMIT)
      harness.introspection.clearRequests()

      harness.introspection.replyWith(replyWrongly(activeTokens, wrong(first, next)))
      expect(await harness.verdict(next)).toBe(verdict)
      expect(keepsConnections()).toEqual([true, false])
    }
  })

  it('that is late is not used', async () => {
    const [first, next] = [newToken(), newToken()]
    activate(first)
    await harness.verdict(first)
    harness.introspection.replyWith(replyWrongly([next], { delivery: 'never' }))
    expect(await harness.verdict(next)).toBe(PERMIT)
  }, 20_000)

  it('is used if it has the jti: one connection serves many tokens', async () => {
    const tokens = newTokens(10)
    activate(...tokens)
    expect(await harness.verdicts(tokens)).toEqual(tokens.map(() => PERMIT))
    expect(keepsConnections()).toEqual(tokens.map(() => true))
    expect(new Set(harness.introspection.requests.map(({ port }) => port)).size).toBe(1)
  })
})

describe('a server that repeats each response after the next request', () => {
  beforeEach(() => harness.start())

  const replyRepeatedly = (responseTo: (token: string) => unknown): void => {
    harness.introspection.replyWith(({ form }) => ({
      body: responseTo(form['token'] ?? ''),
      delivery: 'repeated',
    }))
  }

  it('does not change a verdict', async () => {
    const active = newTokens(30)
    const tokens = active.flatMap((token, index) =>
      index % 3 === 0 ? [token, newToken()] : [token],
    )
    replyRepeatedly((token) => responseFor(token, active))
    const expected = tokens.map((token) => (active.includes(token) ? PERMIT : DENIAL))
    expect(await harness.verdicts(tokens)).toEqual(expected)
  })

  it('does not cause a permit for a forged token with the jti of an active one', async () => {
    const active = newToken({ aud: AUDIENCE })
    const forged = newToken({ jti: jtiOf(active), sub: 'alice', aud: AUDIENCE, role: 'admin' })
    replyRepeatedly((token) => responseFor(token, [active]))
    expect(await harness.verdicts([active, forged, forged])).toEqual([PERMIT, DENIAL, DENIAL])
  })

  it('does not cause a permit for a token that was revoked after its first use', async () => {
    const [revoked, other] = [newToken(), newToken()]
    let uses = 0
    replyRepeatedly((token) => {
      if (token === revoked) uses += 1
      return responseFor(token, uses > 1 ? [other] : [revoked, other])
    })
    const verdicts = await harness.verdicts([revoked, revoked, other, revoked])
    expect(verdicts).toEqual([PERMIT, DENIAL, PERMIT, DENIAL])
  })
})

describe('the number of introspection requests', () => {
  beforeEach(() => harness.start())

  it('is one for each token if responses have no jti', async () => {
    harness.respondActive({})
    await harness.verdicts(newTokens(10))
    expect(harness.introspection.requests).toHaveLength(10)
  })

  it('grows by at most 5 % with inactive tokens between active ones', async () => {
    const active = newTokens(40)
    activate(...active)
    const verdicts = await harness.verdicts(active.flatMap((token) => [token, newToken()]))
    expect(verdicts).toEqual(active.flatMap(() => [PERMIT, DENIAL]))
    expect(harness.introspection.requests.length).toBeLessThanOrEqual(84)
  }, 20_000)
})
