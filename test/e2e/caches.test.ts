import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { jwtToken, opaqueToken, secondsFromNow } from './support/callers-tokens.ts'
import { startTestWorld } from './support/test-world.ts'

const world = await startTestWorld()

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
    expect(second.backEndToken).toBe(first.backEndToken)
    expect(world.tokenEndpoint.requests).toHaveLength(1)
  })

  it('is renewed when it has less than min_back_end_token_seconds left', async () => {
    await world.start({ min_back_end_token_seconds: '600' })
    world.tokenEndpoint.replyWith(() => ({ body: world.tokenAnswer({ expires_in: 603 }) }))
    const first = await world.decide()
    await untilAfter(Date.now() + 3000)
    const second = await world.decide()
    expect([first.verdict, second.verdict]).toEqual(['permit permitted', 'permit permitted'])
    expect(second.backEndToken).not.toBe(first.backEndToken)
    expect(second.line['back_end_cache']).toBe('miss')
  })

  it.each([
    ['60', 59],
    ['120', 119],
    ['3600', 3599],
  ])('with a minimum of %s s is a fault when it lives %i s', async (least, lifetimeSeconds) => {
    await world.start({ min_back_end_token_seconds: least })
    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: lifetimeSeconds }) })
    expect(await world.verdict()).toBe('fault credential_too_short_lived')

    world.tokenEndpoint.replyWith({ body: world.tokenAnswer({ expires_in: 4000 }) })
    expect(await world.verdict()).toBe('permit permitted')
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
    expect(await world.verdict()).toBe('permit permitted')
  })
})

describe('introspection answers', () => {
  /** The verdicts on this token twice, and what the second call found in the cache. */
  const decideTwice = async (token: string) => {
    const { verdict: first } = await world.decide(token)
    const { verdict: second, line } = await world.decide(token)
    return [first, second, line['caller_cache']]
  }

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
      const found = [first, second, other].map(({ line }) => line['caller_cache'])
      expect(found).toEqual(['miss', 'hit', 'miss'])
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

      expect(await world.verdict(other)).toBe('deny token_inactive')
      expect(await world.verdict(token)).toBe('permit permitted')
    })

    it('are not used for a token in another case', async () => {
      const token = `${opaqueToken()}-a`
      await world.decide(token)
      world.introspection.replyWith({ body: { active: false } })

      const others = [token.toUpperCase(), token.replace(/a$/, 'A'), `${token}=`, `a${token}`]
      expect(await world.verdicts(others)).toEqual(others.map(() => 'deny token_inactive'))
    })

    it('are not cached beyond the token’s expiry', async () => {
      // The tolerance lets it pass; that is no reason to remember it.
      world.introspection.replyWith({ body: world.activeAnswer({ exp: secondsFromNow(-10) }) })
      const [, verdict, cache] = await decideTwice(opaqueToken())
      expect([verdict, cache]).toEqual(['permit permitted', 'miss'])
    })

    it('are not cached beyond the expiry that only the payload has', async () => {
      world.introspection.replyWith({ body: world.activeAnswer({ exp: undefined }) })
      const [, , cache] = await decideTwice(jwtToken({ exp: secondsFromNow(-10) }))
      expect(cache).toBe('miss')
    })

    it('are checked each time: a denied token is denied again', async () => {
      world.introspection.replyWith({ body: world.activeAnswer({ aud: 'other' }) })
      const denial = 'deny audience_mismatch'
      expect(await decideTwice(opaqueToken())).toEqual([denial, denial, 'hit'])
    })

    it('are checked by the time of the call', async () => {
      await world.start({ introspection_cache_seconds: '300', clock_tolerance_seconds: '0' })
      const token = opaqueToken()
      const nbf = secondsFromNow(4)
      world.introspection.replyWith({ body: world.activeAnswer({ nbf }) })
      const early = await world.decide(token)
      await untilAfter(nbf * 1000)
      const later = await world.decide(token)
      expect(early.verdict).toBe('deny token_not_yet_valid')
      expect(later.verdict).toBe('permit permitted')
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
      world.introspection.replyWith({ body: { active: false } })
      const [first, second] = await decideTwice(opaqueToken())
      expect([first, second]).toEqual(['deny token_inactive', 'deny token_inactive'])
    })
  })
})
