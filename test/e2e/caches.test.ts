import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { jwtToken, opaqueToken, secondsFromNow } from './support/callers-tokens.ts'
import { startWorld, type World } from './support/world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.reset())
afterAll(() => world.close())

function backEndToken(answer: Readonly<Record<string, unknown>> | undefined): unknown {
  return (answer?.['context'] as { back_end_token?: unknown } | undefined)?.back_end_token
}

/** Until the wall clock, by which everything here expires, has passed the instant. */
function untilAfter(instantMilliseconds: number): Promise<void> {
  return delay(instantMilliseconds - Date.now() + 20)
}

describe('the token for the backend', () => {
  it('is fetched once for all callers', async () => {
    await world.start()
    const first = await world.decide()
    world.introspection.replyWith({ body: world.activeAnswer({ client_id: 'partner-b' }) })
    const second = await world.decide()
    expect([first.line['back_end_cache'], second.line['back_end_cache']]).toEqual(['miss', 'hit'])
    expect(backEndToken(second.answer)).toBe(backEndToken(first.answer))
    expect(world.tokenEndpoint.requests).toHaveLength(1)
  })

  it('is renewed when it has less than min_back_end_token_seconds left', async () => {
    await world.start({ min_back_end_token_seconds: '600' })
    world.tokenEndpoint.replyWith(() => ({ body: world.tokenAnswer({ expires_in: 603 }) }))
    const first = await world.decide()
    await untilAfter(Date.now() + 3000)
    const second = await world.decide()
    expect([first.verdict, second.verdict]).toEqual(['permit permitted', 'permit permitted'])
    expect(backEndToken(second.answer)).not.toBe(backEndToken(first.answer))
    expect(second.line['back_end_cache']).toBe('miss')
  })

  it.each([
    ['60', 59],
    ['120', 119],
    ['3600', 3599],
  ])('with a minimum of %s s is a fault when it lives %i s', async (least, lifetimeSeconds) => {
    await world.start({ min_back_end_token_seconds: least })
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: lifetimeSeconds }) })
    const { verdict } = await world.decide()
    expect(verdict).toBe('fault credential_too_short_lived')

    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: 4000 }) })
    expect((await world.decide()).verdict).toBe('permit permitted')
  })

  it.each([undefined, null, 1e308, 86_400 * 400])(
    'has a default lifetime if its lifetime is %s',
    async (lifetime) => {
      await world.start()
      world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: lifetime }) })
      const { answer, verdict } = await world.decide()
      expect(verdict).toBe('permit permitted')
      const end = Date.parse(String(answer?.['expiresAt'])) / 1000
      expect(end).toBeGreaterThan(secondsFromNow(0))
      expect(end).toBeLessThanOrEqual(secondsFromNow(3600))
    },
  )

  it('is used from the cache during an outage of the token endpoint', async () => {
    await world.start()
    await world.decide()
    world.tokenEndpoint.replyWith({ status: 503 })
    expect((await world.decide()).verdict).toBe('permit permitted')
  })
})

describe('introspection answers', () => {
  it('are not cached by default', async () => {
    const token = opaqueToken()
    const lines = [(await world.decide(token)).line, (await world.decide(token)).line]
    expect(lines.map((line) => line['caller_cache'])).toEqual(['off', 'off'])
    expect(world.introspection.requests).toHaveLength(2)
  })

  describe('#41: with introspection_cache_seconds', () => {
    beforeAll(() => world.configure({ introspection_cache_seconds: '300' }))

    it('are reused for the same token only', async () => {
      const token = opaqueToken()
      const first = await world.decide(token)
      const second = await world.decide(token)
      const other = await world.decide(`${token}x`)
      expect([first, second, other].map(({ line }) => line['caller_cache'])).toEqual([
        'miss',
        'hit',
        'miss',
      ])
      expect(second.answer).toEqual(first.answer)
      expect(world.introspection.requests).toHaveLength(2)
    })

    it.each([
      ['first', 0],
      ['second', 1],
      ['1,025th', 1_024],
      ['4,097th', 4_096],
      ['last', 7_000],
    ])('are not used for a token that differs only in its %s character', async (_case, index) => {
      const token = opaqueToken().padEnd(7_001, 'x')
      const other = `${token.slice(0, index)}-${token.slice(index + 1)}`
      await world.decide(token)
      world.introspection.replyWith({ body: { active: false } })

      expect((await world.decide(other)).verdict).toBe('deny token_inactive')
      expect((await world.decide(token)).verdict).toBe('permit permitted')
    })

    it('are not used for a token in another case', async () => {
      const token = `${opaqueToken()}-a`
      await world.decide(token)
      world.introspection.replyWith({ body: { active: false } })

      const others = [token.toUpperCase(), token.replace(/a$/, 'A'), `${token}=`, `a${token}`]
      for (const other of others) {
        expect((await world.decide(other)).verdict).toBe('deny token_inactive')
      }
    })

    it('are not cached beyond the token’s expiry', async () => {
      const token = opaqueToken()
      // The tolerance lets it pass; that is no reason to remember it.
      world.introspection.replyWith({ body: world.activeAnswer({ exp: secondsFromNow(-10) }) })
      await world.decide(token)
      const { verdict, line } = await world.decide(token)
      expect([verdict, line['caller_cache']]).toEqual(['permit permitted', 'miss'])
    })

    it('are not cached beyond the expiry that only the payload has', async () => {
      const token = jwtToken({ exp: secondsFromNow(-10) })
      world.introspection.replyWith({ body: world.activeAnswer({ exp: undefined }) })
      await world.decide(token)
      expect((await world.decide(token)).line['caller_cache']).toBe('miss')
    })

    it('are checked each time: a denied token is denied again', async () => {
      const token = opaqueToken()
      world.introspection.replyWith({ body: world.activeAnswer({ aud: 'other' }) })
      const outcomes = [await world.decide(token), await world.decide(token)]
      expect(outcomes.map(({ verdict }) => verdict)).toEqual([
        'deny audience_mismatch',
        'deny audience_mismatch',
      ])
      expect(outcomes[1]?.line['caller_cache']).toBe('hit')
    })

    it('are checked by the time of the call', async () => {
      await world.start({ introspection_cache_seconds: '300', clock_tolerance_seconds: '0' })
      const token = opaqueToken()
      const nbf = secondsFromNow(4)
      world.introspection.replyWith({ body: world.activeAnswer({ nbf }) })
      const early = await world.decide(token)
      await untilAfter(nbf * 1000)
      const later = await world.decide(token)
      expect([early.verdict, later.verdict]).toEqual([
        'deny token_not_yet_valid',
        'permit permitted',
      ])
      expect(later.line['caller_cache']).toBe('hit')
      expect(world.introspection.requests).toHaveLength(1)
    })

    it.each([{ status: 503 }, { status: 401 }, { body: '<html>' }])(
      'are not cached if they are invalid: %j',
      async (reply) => {
        const token = opaqueToken()
        world.introspection.replyWith(reply)
        await world.decide(token)
        world.introspection.reset()
        const { verdict, line } = await world.decide(token)
        expect([verdict, line['caller_cache']]).toEqual(['permit permitted', 'miss'])
      },
    )

    it('never become a permit if the first answer was inactive', async () => {
      const token = opaqueToken()
      world.introspection.replyWith({ body: { active: false } })
      const verdicts = [(await world.decide(token)).verdict, (await world.decide(token)).verdict]
      expect(verdicts).toEqual(['deny token_inactive', 'deny token_inactive'])
    })
  })
})
