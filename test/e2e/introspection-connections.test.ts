/** Which connections introspection uses, and that no answer on a reused one counts for another token. */
import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { jwtToken, opaqueToken } from './support/callers-tokens.ts'
import { startDoublingServer } from './support/doubling-server.ts'
import type { RecordedRequest, Reply } from './support/scripted-server.ts'
import { startTestWorld } from './support/test-world.ts'
import { AUDIENCE, type Members } from './support/world.ts'

const world = await startTestWorld()

const [PERMIT, DENIAL] = ['permit permitted', 'deny token_inactive']

function newToken(claims: object = {}): string {
  return jwtToken({ jti: randomUUID(), sub: 'alice', ...claims })
}

function jtiOf(token: string | null | undefined): string | undefined {
  return decodeJwt(token ?? '').jti
}

/** The provider's answer about this token, with its `jti`. */
function aboutToken(token: string | null | undefined, good: readonly string[]) {
  return good.includes(token ?? '') ? world.activeAnswer({ jti: jtiOf(token) }) : { active: false }
}

/** Whether each request came over a connection that the function meant to keep. */
function keepsConnections(): boolean[] {
  return world.introspection.requests.map(({ headers }) => headers.connection !== 'close')
}

/** Has the provider call these tokens alone active. */
function acceptOnly(good: readonly string[]): void {
  world.introspection.replyWith(({ form }) => ({ body: aboutToken(form['token'], good) }))
}

describe('an introspection has a connection of its own', () => {
  beforeAll(() => world.start())

  it.each([
    ['for an opaque token', opaqueToken],
    ['for a JWT without jti', () => newToken({ jti: undefined })],
    ['for a JWT with an empty jti', () => newToken({ jti: '' })],
    ['for a JWT whose jti is no string', () => newToken({ jti: 7 })],
    ['for a JWT with an overlong jti', () => newToken({ jti: 'x'.repeat(257) })],
  ])('%s', async (_case, token) => {
    world.introspection.replyWith({ body: world.activeAnswer({ jti: undefined }) })
    await world.verdicts([token(), token()])

    expect(keepsConnections()).toEqual([false, false])
  })
})

describe('an answer on a reused connection', () => {
  beforeEach(() => world.start())

  /** Sends `wrong` on each connection but those for one request, which get the right answer. */
  const reply =
    (good: readonly string[], wrong: Reply) =>
    ({ headers, form }: RecordedRequest): Reply =>
      headers.connection === 'close' ? { body: aboutToken(form['token'], good) } : wrong

  const HTML = { 'content-type': 'text/html' }
  const active = (members: Members) => world.activeAnswer(members)

  it.each<[string, (first: string, next: string) => Reply]>([
    ['about the token before', (first) => ({ body: aboutToken(first, [first]) })],
    ['without jti', () => ({ body: world.activeAnswer() })],
    ['that is inactive', () => ({ body: { active: false } })],
    ['with the jti as the only text of a list', (_, t) => ({ body: active({ jti: [jtiOf(t)] }) })],
    ['with the jti and another sub', (_, t) => ({ body: active({ jti: jtiOf(t), sub: 'eve' }) })],
    ['with status 201', (_, t) => ({ status: 201, body: active({ jti: jtiOf(t) }) })],
    ['with status 401', () => ({ status: 401, body: { error: 'invalid_client' } })],
    ['with status 500', () => ({ status: 500 })],
    ['that is no JSON', () => ({ body: '<html>' })],
    ['as another media type', (_, t) => ({ headers: HTML, body: active({ jti: jtiOf(t) }) })],
    ['that is cut', () => ({ body: world.activeAnswer(), delivery: 'cut' })],
    ['that is missing', () => ({ delivery: 'dropped' })],
    ['that is not HTTP', () => ({ headers: { 'content-encoding': 'gzip' }, body: 'x' })],
  ])('%s is not used', async (_case, wrong) => {
    for (const [index, verdict] of [PERMIT, DENIAL].entries()) {
      const [first, next] = [newToken(), newToken()]
      const good = index === 0 ? [first, next] : [first]
      await world.start()
      acceptOnly(good)
      expect(await world.verdicts([first])).toEqual([PERMIT])
      world.introspection.forget()

      world.introspection.replyWith(reply(good, wrong(first, next)))
      expect(await world.verdicts([next])).toEqual([verdict])
      expect(keepsConnections()).toEqual([true, false])
    }
  })

  it('that does not come in time is not used', async () => {
    const [first, next] = [newToken(), newToken()]
    acceptOnly([first])
    await world.verdicts([first])
    world.introspection.replyWith(reply([next], { delivery: 'never' }))

    expect(await world.verdicts([next])).toEqual([PERMIT])
  }, 20_000)

  it('counts if it has the jti: one connection serves many tokens', async () => {
    const tokens = Array.from({ length: 10 }, () => newToken())
    acceptOnly(tokens)

    expect(await world.verdicts(tokens)).toEqual(tokens.map(() => PERMIT))
    expect(keepsConnections()).toEqual(tokens.map(() => true))
    expect(new Set(world.introspection.requests.map(({ port }) => port)).size).toBe(1)
  })
})

describe('a server that repeats each answer after the next request', () => {
  /** The verdicts on the tokens, where `answerTo` says what the server thinks of each. */
  const verdictsWith = async (
    tokens: readonly string[],
    answerTo: (token: string | null) => unknown,
  ): Promise<string[]> => {
    const server = await startDoublingServer((form) => answerTo(form.get('token')))
    await world.start({ idcs_introspection_endpoint: server.url })
    const verdicts = await world.verdicts(tokens)
    server.close()
    return verdicts
  }

  it('has no good token denied and no bad one permitted', async () => {
    const good = Array.from({ length: 30 }, () => newToken())
    const tokens = good.flatMap((token, index) => (index % 3 === 0 ? [token, newToken()] : [token]))

    const verdicts = await verdictsWith(tokens, (token) => aboutToken(token, good))
    expect(verdicts).toEqual(tokens.map((token) => (good.includes(token) ? PERMIT : DENIAL)))
  })

  it('has nobody permitted who forges a token with the jti of a good one', async () => {
    const good = newToken({ aud: AUDIENCE })
    const forged = newToken({ jti: jtiOf(good), sub: 'alice', aud: AUDIENCE, role: 'admin' })

    const tokens = [good, forged, forged]
    const verdicts = await verdictsWith(tokens, (token) => aboutToken(token, [good]))
    expect(verdicts).toEqual([PERMIT, DENIAL, DENIAL])
  })

  it('has nobody permitted with a token that was revoked meanwhile', async () => {
    const [token, other] = [newToken(), newToken()]
    let asked = 0
    const verdicts = await verdictsWith([token, token, other, token], (asking) => {
      if (asking === token) asked += 1
      return aboutToken(asking, asked > 1 ? [other] : [token, other])
    })

    expect(verdicts).toEqual([PERMIT, DENIAL, PERMIT, DENIAL])
  })
})

describe('the number of introspection requests', () => {
  beforeEach(() => world.start())

  it('is one for each token if answers have no jti', async () => {
    world.introspection.replyWith(() => ({ body: world.activeAnswer() }))
    await world.verdicts(Array.from({ length: 10 }, () => newToken()))

    expect(world.introspection.requests).toHaveLength(10)
  })

  it('grows by at most a twentieth with bad tokens between good ones', async () => {
    const good = Array.from({ length: 40 }, () => newToken())
    acceptOnly(good)
    const verdicts = await world.verdicts(good.flatMap((token) => [token, newToken()]))

    expect(verdicts).toEqual(good.flatMap(() => [PERMIT, DENIAL]))
    expect(world.introspection.requests.length).toBeLessThanOrEqual(84)
  }, 20_000)
})
