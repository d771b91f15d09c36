import { describe, expect, it } from '@jest/globals'
import { denial, fault } from '../../../src/decision.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { answered, PAYLOAD, PERMIT } from '../support/calls.ts'
import { StandingClock } from '../support/time.ts'

describe('a call', () => {
  it('that is permitted is answered', async () => {
    const { answer } = await answered(PERMIT)

    expect(answer).toMatchObject({
      active: true,
      context: { back_end_token: 'Bearer back-end-token' },
    })
  })

  it('that is denied is answered', async () => {
    const { answer } = await answered(denial('token_expired'))

    expect(answer).toMatchObject({ active: false, context: { responseCode: '401' } })
  })

  it('that is at fault has no answer', async () => {
    const { answer } = await answered(fault('secret_unavailable'))

    expect(answer).toBeUndefined()
  })

  it('hands its payload on', async () => {
    const payloads: Uint8Array[] = []

    await answered((payload) => {
      payloads.push(payload)
      return Promise.resolve(PERMIT)
    })

    expect(payloads).toStrictEqual([PAYLOAD])
  })
})

describe('the line in the log', () => {
  it('has a permit', async () => {
    const clock = new StandingClock()
    const decide = () => {
      clock.advance(0.01234)
      return Promise.resolve(PERMIT)
    }
    const { lines } = await answered(decide, {}, clock)

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

  it('has every member even if nothing is known', async () => {
    const call = { callId: undefined, fnDeadline: undefined }
    const { lines } = await answered(denial('token_missing'), call)

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

  it('has a fault as an error, with its detail', async () => {
    const { lines } = await answered(fault('secret_unavailable', { detail: 'status_404' }))

    expect(lines).toMatchObject([
      ['error', 'decision', { reason: 'secret_unavailable', detail: 'status_404' }],
    ])
  })
})

describe('a call whose decision is an exception', () => {
  const SECRET = 's3cret'
  class OddError extends Error {
    override readonly name = 'OddError'
  }

  it.each<[string, () => Promise<never>, string]>([
    [
      'an error that is thrown at once',
      () => {
        throw new OddError(SECRET)
      },
      'OddError',
    ],
    ['a rejection', () => Promise.reject(new TypeError(SECRET)), 'TypeError'],
    // What is not an Error can be rejected by others' code all the same.
    ['a rejection with a text', () => rejectWith(SECRET), 'string'],
    ['a rejection with nothing', () => rejectWith(undefined), 'undefined'],
    ['a rejection with an object', () => rejectWith({ token: SECRET }), 'object'],
  ])('is a fault with the kind of error only: %s', async (_case, authorize, detail) => {
    const { answer, lines } = await answered(authorize)

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'internal_error', detail }]])
    expect(JSON.stringify(lines)).not.toContain(SECRET)
  })

  it('is a fault if a permit cannot be written as an answer', async () => {
    const unwritable = { ...PERMIT, expiresAt: numericDate(Number.NaN) }

    const { answer, lines } = await answered(unwritable)

    expect(answer).toBeUndefined()
    expect(lines).toMatchObject([['error', 'decision', { reason: 'internal_error' }]])
  })
})

function rejectWith(reason: unknown): Promise<never> {
  return new Promise((_resolve, reject) => {
    ;(reject as (given: unknown) => void)(reason)
  })
}
