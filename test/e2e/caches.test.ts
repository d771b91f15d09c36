import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { PERMIT } from './support/harness.ts'
import { startTestHarness } from './support/test-harness.ts'
import { jwtToken, opaqueToken, secondsFromNow } from './support/tokens.ts'

const harness = await startTestHarness()

/** Waits until the wall clock, which determines expiry, has passed the instant. */
function untilAfter(instantMilliseconds: number): Promise<void> {
  return delay(instantMilliseconds - Date.now() + 20)
}

describe('the backend token', () => {
  it('is requested once for all callers', async () => {
    await harness.start()
    const first = await harness.decide()
    const second = await harness.decideActive({ client_id: 'partner-b' })
    expect([first.line['back_end_cache'], second.line['back_end_cache']]).toEqual(['miss', 'hit'])
    expect(second.backEndToken).toBe(first.backEndToken)
    expect(harness.tokenEndpoint.requests).toHaveLength(1)
  })

  it('is renewed when it expires in less than min_back_end_token_seconds', async () => {
    await harness.start({ min_back_end_token_seconds: '600' })
    harness.tokenEndpoint.replyWith(() => ({ body: harness.tokenAnswer({ expires_in: 603 }) }))
    const first = await harness.decide()
    await untilAfter(Date.now() + 3000)
    const second = await harness.decide()
    expect([first.verdict, second.verdict]).toEqual([PERMIT, PERMIT])
    expect(second.backEndToken).not.toBe(first.backEndToken)
    expect(second.line['back_end_cache']).toBe('miss')
  })

  it.each([
    ['60', 59],
    ['120', 119],
    ['3600', 3599],
  ])('causes a fault with a minimum of %s s and a lifetime of %i s', async (minimum, lifetime) => {
    await harness.start({ min_back_end_token_seconds: minimum })
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer({ expires_in: lifetime }) })
    expect(await harness.verdict()).toBe('fault credential_too_short_lived')
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer({ expires_in: 4000 }) })
    expect(await harness.verdict()).toBe(PERMIT)
  })

  it.each([undefined, null, 1e308, 86_400 * 400])('may have the lifetime %s', async (lifetime) => {
    await harness.start()
    harness.tokenEndpoint.replyWith({ body: harness.tokenAnswer({ expires_in: lifetime }) })
    const { answer, verdict } = await harness.decide()
    expect(verdict).toBe(PERMIT)
    const expiresAt = Date.parse(String(answer?.['expiresAt'])) / 1000
    expect(expiresAt).toBeGreaterThan(secondsFromNow(0))
    expect(expiresAt).toBeLessThanOrEqual(secondsFromNow(3600))
  })

  it('is read from the cache during an outage of the token endpoint', async () => {
    await harness.start()
    await harness.decide()
    harness.tokenEndpoint.replyWith({ status: 503 })
    expect(await harness.verdict()).toBe(PERMIT)
  })
})

const INVALID_REPLIES = [{ status: 503 }, { status: 401 }, { body: '<html>' }]

describe('introspection responses', () => {
  /** The verdicts on two calls with the token, and `caller_cache` of the second one. */
  const decideTwice = async (token: string) => {
    const first = await harness.verdict(token)
    const { verdict: second, line } = await harness.decide(token)
    return [first, second, line['caller_cache']]
  }

  it('are not cached by default', async () => {
    expect(await decideTwice(opaqueToken())).toEqual([PERMIT, PERMIT, 'off'])
    expect(harness.introspection.requests).toHaveLength(2)
  })

  describe('#41: with introspection_cache_seconds', () => {
    beforeAll(() => harness.configure({ introspection_cache_seconds: '300' }))

    it('are reused for the same token only', async () => {
      const token = opaqueToken()
      const first = await harness.decide(token)
      const second = await harness.decide(token)
      const other = await harness.decide(`${token}x`)
      const caches = [first, second, other].map(({ line }) => line['caller_cache'])
      expect(caches).toEqual(['miss', 'hit', 'miss'])
      expect(second.answer).toEqual(first.answer)
      expect(harness.introspection.requests).toHaveLength(2)
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
      await harness.decide(token)
      harness.introspection.replyWith({ body: { active: false } })
      expect(await harness.verdict(other)).toBe('deny token_inactive')
      expect(await harness.verdict(token)).toBe(PERMIT)
    })

    it('are not used for a token that differs in case or length', async () => {
      const token = `${opaqueToken()}-a`
      await harness.decide(token)
      harness.introspection.replyWith({ body: { active: false } })
      const others = [token.toUpperCase(), token.replace(/a$/, 'A'), `${token}=`, `a${token}`]
      expect(await harness.verdicts(others)).toEqual(others.map(() => 'deny token_inactive'))
    })

    it('are not cached after the token’s expiry, even within the tolerance', async () => {
      harness.respondActive({ exp: secondsFromNow(-10) })
      const [, verdict, cache] = await decideTwice(opaqueToken())
      expect([verdict, cache]).toEqual([PERMIT, 'miss'])
    })

    it('are not cached after an expiry that only the payload contains', async () => {
      harness.respondActive({ exp: undefined })
      const [, , cache] = await decideTwice(jwtToken({ exp: secondsFromNow(-10) }))
      expect(cache).toBe('miss')
    })

    it('are checked on each call, and denied again', async () => {
      harness.respondActive({ aud: 'other' })
      const denial = 'deny audience_mismatch'
      expect(await decideTwice(opaqueToken())).toEqual([denial, denial, 'hit'])
    })

    it('are checked against the time of the call', async () => {
      await harness.start({ introspection_cache_seconds: '300', clock_tolerance_seconds: '0' })
      const token = opaqueToken()
      const nbf = secondsFromNow(4)
      const early = await harness.decideActive({ nbf }, token)
      await untilAfter(nbf * 1000)
      const later = await harness.decide(token)
      expect(early.verdict).toBe('deny token_not_yet_valid')
      expect([later.verdict, later.line['caller_cache']]).toEqual([PERMIT, 'hit'])
      expect(harness.introspection.requests).toHaveLength(1)
    })

    it.each(INVALID_REPLIES)('are not cached if they are invalid: %j', async (reply) => {
      const token = opaqueToken()
      harness.introspection.replyWith(reply)
      await harness.decide(token)
      harness.introspection.reset()
      const { verdict, line } = await harness.decide(token)
      expect([verdict, line['caller_cache']]).toEqual([PERMIT, 'miss'])
    })

    it('never permit a token whose first response was inactive', async () => {
      harness.introspection.replyWith({ body: { active: false } })
      const [first, second] = await decideTwice(opaqueToken())
      expect([first, second]).toEqual(['deny token_inactive', 'deny token_inactive'])
    })
  })
})
