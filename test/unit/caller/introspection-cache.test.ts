import { describe, expect, it } from '@jest/globals'
import { failure, success } from '../../../src/platform/result.ts'
import { answer } from '../support/http-answers.ts'
import { START } from '../support/time.ts'
import { ACTIVE, introspectionBy } from './introspection-fixture.ts'

describe('the cache of introspection answers', () => {
  it('is announced before the identity provider is called, and only then', async () => {
    const { verify } = introspectionBy({ cacheSeconds: 60 })
    let announcements = 0
    const tell = () => (announcements += 1)

    await verify(undefined, tell)
    expect(announcements).toBe(1)
    await verify(undefined, tell)
    expect(announcements).toBe(1)
    await verify('token-2', tell)
    expect(announcements).toBe(2)
  })

  it('is off if none is configured: each token is introspected each time', async () => {
    const { verify, requests } = introspectionBy()

    const first = await verify()
    const second = await verify()

    expect(requests).toHaveLength(2)
    expect(first).toMatchObject({ value: { cache: 'off' } })
    expect(second).toStrictEqual(first)
  })

  it('answers the second time for a token, with the same result except for the cache', async () => {
    const { verify, requests } = introspectionBy({ cacheSeconds: 60 })

    const first = await verify()
    const second = await verify('token-1')

    expect(requests).toHaveLength(1)
    expect(first).toMatchObject({ ok: true, value: { cache: 'miss' } })
    expect(second).toStrictEqual(success({ ...(first.ok && first.value), cache: 'hit' }))
  })

  it('has nothing for another token', async () => {
    const { verify, requests } = introspectionBy({ cacheSeconds: 60 })

    await verify()
    await verify('token-2')

    const tokens = ['token-1', 'token-2']
    expect(requests.map(({ form }) => form)).toStrictEqual(tokens.map((token) => ({ token })))
  })

  it.each([
    ['with room for no more', 0, 1],
    ['that is too large', 1, 2],
  ])('keeps at most 8 KiB of response and token: one %s', async (_case, surplus, expected) => {
    const { verify, requests } = introspectionBy({ cacheSeconds: 60 })
    const token = 'x'.repeat(8 * 1024 - JSON.stringify(ACTIVE).length + surplus)

    await verify(token)
    await verify(token)

    expect(requests).toHaveLength(expected)
  })

  it.each([
    ['introspects again when its time is over, not before', { cacheSeconds: 60 }, 59.9, 0.1],
    [
      'RFC 7662 §4: never answers beyond the token’s expiry',
      { cacheSeconds: 300, members: { ...ACTIVE, exp: START + 10 } },
      9,
      1,
    ],
  ])('%s', async (_case, options, secondsBefore, secondsLeft) => {
    const { verify, requests, clock } = introspectionBy(options)

    await verify()
    clock.advance(secondsBefore)
    await verify()
    expect(requests).toHaveLength(1)

    clock.advance(secondsLeft)
    await verify()
    expect(requests).toHaveLength(2)
  })

  it('applies the rules to each hit: a token before its `nbf` is valid later', async () => {
    const { verify, requests, clock } = introspectionBy({
      cacheSeconds: 300,
      members: { ...ACTIVE, nbf: START + 40 },
    })

    const early = await verify()
    clock.advance(10)
    const inTime = await verify()

    expect(early).toMatchObject({
      ok: false,
      error: { reason: 'token_not_yet_valid', logContext: { callerCache: 'miss' } },
    })
    expect(inTime).toMatchObject({ ok: true, value: { cache: 'hit' } })
    expect(requests).toHaveLength(1)
  })

  it('denies from a hit, too, and reports the hit', async () => {
    const { verify, requests } = introspectionBy({
      cacheSeconds: 60,
      members: { ...ACTIVE, aud: 'other' },
    })

    await verify()
    const second = await verify()

    expect(second).toMatchObject({
      error: { reason: 'audience_mismatch', logContext: { callerCache: 'hit' } },
    })
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['that a token is inactive', success(answer(200, { active: false }))],
    ['that our client is refused', success(answer(401, {}))],
    ['that is no answer', success(answer(200, 'x'))],
    ['with status 503', success(answer(503, ''))],
    ['that never came', failure('timed_out' as const)],
  ])('does not cache a response %s', async (_case, bad) => {
    const reply = (index: number) => (index === 0 ? bad : success(answer(200, ACTIVE)))
    const { verify } = introspectionBy({ cacheSeconds: 60, reply })

    const first = await verify()
    const second = await verify()

    expect(first.ok).toBe(false)
    expect(second).toMatchObject({ ok: true, value: { cache: 'miss' } })
  })
})

describe('whether an answer is cached', () => {
  it('is known for that token only, until it expires', async () => {
    const { clock, verify, hasCachedAnswer } = introspectionBy({ cacheSeconds: 60 })
    const before = hasCachedAnswer()
    await verify()

    expect([before, hasCachedAnswer()]).toStrictEqual([false, true])
    expect(hasCachedAnswer('token-2')).toBe(false)
    clock.advance(60)
    expect(hasCachedAnswer()).toBe(false)
  })

  it('is no longer known if later answers took its memory', async () => {
    const { verify, hasCachedAnswer } = introspectionBy({ cacheSeconds: 60 })
    const tokenNo = (index: number) =>
      String(index).padStart(8 * 1024 - JSON.stringify(ACTIVE).length, 'x')
    const fill = async (from: number, to: number) => {
      for (let index = from; index < to; index += 1) await verify(tokenNo(index))
      // Another one each time, as it becomes the most recently used.
      return hasCachedAnswer(tokenNo(from === 0 ? 0 : 1))
    }

    // 16 MiB hold 504 of the largest answers.
    expect([await fill(0, 480), await fill(480, 520)]).toStrictEqual([true, false])
  })

  it('is never known if the cache is off', async () => {
    const { verify, hasCachedAnswer } = introspectionBy()
    await verify()

    expect(hasCachedAnswer()).toBe(false)
  })
})
