import { describe, expect, it } from '@jest/globals'
import { denial, type Permit } from '../../../src/decision.ts'
import { DENIAL_REASONS, type DenialReason } from '../../../src/reasons.ts'
import { toAuthorizerResponse } from '../../../src/gateway/response.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'

function permit(parts: Partial<Permit> = {}): Permit {
  return {
    outcome: 'permit',
    reason: 'permitted',
    principal: 'jdoe',
    clientId: 'client-1',
    scope: ['orders.read'],
    expiresAt: numericDate(1_800_000_000),
    authorization: new Redacted('Bearer back-end-token'),
    contextValues: {},
    logContext: { tokenFingerprint: '0123456789abcdef', detail: 'word' },
    ...parts,
  }
}

describe('the answer to a permit', () => {
  it('has the documented members and nothing else', () => {
    expect(toAuthorizerResponse(permit({ contextValues: { tenant: 'acme' } }))).toStrictEqual({
      active: true,
      principal: 'jdoe',
      clientId: 'client-1',
      scope: ['orders.read'],
      expiresAt: '2027-01-15T08:00:00Z',
      context: { tenant: 'acme', back_end_token: 'Bearer back-end-token' },
    })
  })

  it.each([
    ['a whole second', 1_800_000_000, '2027-01-15T08:00:00Z'],
    ['the last moment of a second, rounded down', 1_800_000_000.999, '2027-01-15T08:00:00Z'],
    ['the beginning of time', 0, '1970-01-01T00:00:00Z'],
    ['the end of a leap day', 1_835_481_599, '2028-02-29T23:59:59Z'],
  ])('has the expiry in UTC without a fraction: %s', (_case, instant, expected) => {
    expect(toAuthorizerResponse(permit({ expiresAt: numericDate(instant) }))).toHaveProperty(
      'expiresAt',
      expected,
    )
  })

  it('has the client as the principal if the token has no subject', () => {
    expect(toAuthorizerResponse(permit({ principal: undefined }))).toMatchObject({
      principal: 'client-1',
      clientId: 'client-1',
    })
  })

  it('has strings for unknown principals and clients', () => {
    expect(
      toAuthorizerResponse(permit({ principal: undefined, clientId: undefined })),
    ).toMatchObject({ principal: 'unknown', clientId: 'unknown' })
  })

  it('leaves out names that cannot stand in a header', () => {
    const forged = 'a\r\nX-Admin: 1'
    const parts = { principal: forged, clientId: forged, scope: [forged, 'orders.read'] }

    expect(toAuthorizerResponse(permit(parts))).toMatchObject({
      principal: 'unknown',
      clientId: 'unknown',
      scope: ['orders.read'],
    })
  })

  it('keeps the backend token even if a claim has its name', () => {
    const response = toAuthorizerResponse(
      permit({ contextValues: { back_end_token: 'Bearer forged' } }),
    )

    expect(response.context).toStrictEqual({ back_end_token: 'Bearer back-end-token' })
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
