import { describe, expect, it } from '@jest/globals'
import { denial, type Permit } from '../../../src/decision.ts'
import { DENIAL_REASONS, type DenialReason } from '../../../src/reasons.ts'
import { toAuthorizerResponse } from '../../../src/gateway/response.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { PERMIT } from '../support/calls.ts'

function answerTo(parts: Partial<Permit> = {}) {
  return toAuthorizerResponse({ ...PERMIT, ...parts })
}

describe('the answer to a permit', () => {
  it('has the documented members and nothing else', () => {
    expect(answerTo({ contextValues: { tenant: 'acme' } })).toStrictEqual({
      active: true,
      principal: 'jdoe',
      clientId: 'client-1',
      scope: ['read'],
      expiresAt: '2027-01-15T08:15:00Z',
      context: { tenant: 'acme', back_end_token: 'Bearer back-end-token' },
    })
  })

  it.each([
    ['a whole second', 1_800_000_000, '2027-01-15T08:00:00Z'],
    ['the last moment of a second, rounded down', 1_800_000_000.999, '2027-01-15T08:00:00Z'],
    ['the beginning of time', 0, '1970-01-01T00:00:00Z'],
    ['the end of a leap day', 1_835_481_599, '2028-02-29T23:59:59Z'],
  ])('has the expiry in UTC without a fraction: %s', (_case, instant, expected) => {
    const answer = answerTo({ expiresAt: numericDate(instant) })

    expect(answer).toHaveProperty('expiresAt', expected)
  })

  it('has the client as the principal if the token has no subject', () => {
    expect(answerTo({ principal: undefined })).toMatchObject({
      principal: 'client-1',
      clientId: 'client-1',
    })
  })

  it('has strings for unknown principals and clients', () => {
    expect(answerTo({ principal: undefined, clientId: undefined })).toMatchObject({
      principal: 'unknown',
      clientId: 'unknown',
    })
  })

  it('leaves out names that cannot stand in a header', () => {
    const forged = 'a\r\nX-Admin: 1'
    const parts = { principal: forged, clientId: forged, scope: [forged, 'orders.read'] }

    expect(answerTo(parts)).toMatchObject({
      principal: 'unknown',
      clientId: 'unknown',
      scope: ['orders.read'],
    })
  })

  it('keeps the backend token even if a claim has its name', () => {
    const { context } = answerTo({ contextValues: { back_end_token: 'Bearer forged' } })

    expect(context).toStrictEqual({ back_end_token: 'Bearer back-end-token' })
  })
})

describe('the answer to a denial', () => {
  const reasons = Object.keys(DENIAL_REASONS) as DenialReason[]
  const FORBIDDEN: readonly DenialReason[] = [
    'scope_insufficient',
    'permission_missing',
    'backend_unmatched',
  ]

  it.each(reasons)('is inactive, with a challenge and a status and nothing else: %s', (reason) => {
    const known = { clientId: 'client-1', tokenFingerprint: '0123456789abcdef' }

    expect(toAuthorizerResponse(denial(reason, known))).toStrictEqual({
      active: false,
      wwwAuthenticate: expect.stringMatching(/^Bearer realm=/) as unknown,
      context: { responseCode: FORBIDDEN.includes(reason) ? '403' : '401' },
    })
  })
})
