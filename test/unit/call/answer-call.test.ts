import { describe, expect, it } from '@jest/globals'
import { denial, fault } from '../../../src/decision.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { answerCallWith, PAYLOAD, PERMIT } from '../support/calls.ts'
import { StandingClock } from '../support/time.ts'

describe('a call', () => {
  const PERMITTED = { active: true, context: { back_end_token: 'Bearer back-end-token' } }
  const DENIED = { active: false, context: { responseCode: '401' } }

  it.each([
    ['the answer of a permit', PERMIT, expect.objectContaining(PERMITTED)],
    ['the answer of a denial', denial('token_expired'), expect.objectContaining(DENIED)],
    ['no answer for a fault', fault('secret_unavailable'), undefined],
  ])('returns %s', async (_case, decision, expected) => {
    expect((await answerCallWith(decision)).answer).toEqual(expected)
  })

  it('passes the payload to the authorizer', async () => {
    const payloads: Uint8Array[] = []

    await answerCallWith((payload) => {
      payloads.push(payload)
      return Promise.resolve(PERMIT)
    })

    expect(payloads).toStrictEqual([PAYLOAD])
  })
})

describe('the log line of a call', () => {
  it('describes a permit', async () => {
    const clock = new StandingClock()
    const decide = () => {
      clock.advance(0.01234)
      return Promise.resolve(PERMIT)
    }
    const { lines } = await answerCallWith(decide, {}, clock)

    expect(lines).toStrictEqual([
      [
        'info',
        'decision',
        {
          outcome: 'permit',
          reason: 'permitted',
          issuer: 'callers',
          client_id: 'client-1',
          token_fingerprint: '0123456789abcdef',
          backend: 'oic',
          caller_cache: 'miss',
          back_end_cache: 'hit',
          duration_ms: 12.3,
          call_id: 'call-1',
        },
      ],
    ])
  })

  it('has all members, with null for what is unknown', async () => {
    const call = { callId: undefined, fnDeadline: undefined }
    const { lines } = await answerCallWith(denial('token_missing'), call)

    expect(lines).toStrictEqual([
      [
        'info',
        'decision',
        {
          outcome: 'deny',
          reason: 'token_missing',
          issuer: null,
          client_id: null,
          token_fingerprint: null,
          backend: null,
          caller_cache: 'off',
          back_end_cache: 'off',
          duration_ms: 0,
          call_id: null,
        },
      ],
    ])
  })

  it('has the level error and the detail for a fault', async () => {
    const { lines } = await answerCallWith(fault('secret_unavailable', { detail: 'status_404' }))

    expect(lines).toMatchObject([
      ['error', 'decision', { reason: 'secret_unavailable', detail: 'status_404' }],
    ])
  })
})

describe('an exception of the authorizer', () => {
  const SECRET = 's3cret'
  class OddError extends Error {
    override readonly name = 'OddError'
  }

  it.each<[string, () => Promise<never>, string]>([
    [
      'a thrown error',
      () => {
        throw new OddError(SECRET)
      },
      'OddError',
    ],
    ['a rejection', () => Promise.reject(new TypeError(SECRET)), 'TypeError'],
    // Dependencies may reject with other values than errors.
    ['a rejection with a string', () => rejectWith(SECRET), 'string'],
    ['a rejection with undefined', () => rejectWith(undefined), 'undefined'],
    ['a rejection with an object', () => rejectWith({ token: SECRET }), 'object'],
  ])('becomes a fault with only the type of the error: %s', async (_case, authorize, detail) => {
    const { answer, lines } = await answerCallWith(authorize)

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'internal_error', detail }]])
    expect(JSON.stringify(lines)).not.toContain(SECRET)
  })

  it('becomes a fault if a permit cannot be converted to an answer', async () => {
    const permit = { ...PERMIT, expiresAt: numericDate(Number.NaN) }

    const { answer, lines } = await answerCallWith(permit)

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'internal_error' }]])
  })
})

function rejectWith(reason: unknown): Promise<never> {
  return new Promise((_resolve, reject) => {
    ;(reject as (value: unknown) => void)(reason)
  })
}
