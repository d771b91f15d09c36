import { describe, expect, it } from '@jest/globals'
import { denial, type Permit } from '../../../src/decision.ts'
import { DENIAL_REASONS, type DenialReason } from '../../../src/reasons.ts'
import { toAuthorizerResponse } from '../../../src/gateway/response.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { PERMIT } from '../support/calls.ts'

function responseTo(changes: Partial<Permit> = {}) {
  return toAuthorizerResponse({ ...PERMIT, ...changes })
}

describe('the response to a permit', () => {
  it('has exactly the documented members', () => {
    expect(responseTo({ contextValues: { tenant: 'acme' } })).toStrictEqual({
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
    ['a fraction of a second, rounded down', 1_800_000_000.999, '2027-01-15T08:00:00Z'],
    ['the epoch', 0, '1970-01-01T00:00:00Z'],
    ['the end of a leap day', 1_835_481_599, '2028-02-29T23:59:59Z'],
  ])('has the expiry in UTC without a fraction: %s', (_case, instant, expected) => {
    expect(responseTo({ expiresAt: numericDate(instant) })).toHaveProperty('expiresAt', expected)
  })

  const INVALID = 'a\r\nX-Admin: 1'

  it.each<readonly [string, Partial<Permit>, object]>([
    [
      'uses the client as the principal without a subject',
      { principal: undefined },
      { principal: 'client-1', clientId: 'client-1' },
    ],
    [
      'uses `unknown` without a principal and a client',
      { principal: undefined, clientId: undefined },
      { principal: 'unknown', clientId: 'unknown' },
    ],
    [
      'omits names that are not valid in a header',
      { principal: INVALID, clientId: INVALID, scope: [INVALID, 'orders.read'] },
      { principal: 'unknown', clientId: 'unknown', scope: ['orders.read'] },
    ],
  ])('%s', (_title, changes, expected) => {
    expect(responseTo(changes)).toMatchObject(expected)
  })

  it('keeps the backend token if a context value has its name', () => {
    const { context } = responseTo({ contextValues: { back_end_token: 'Bearer forged' } })

    expect(context).toStrictEqual({ back_end_token: 'Bearer back-end-token' })
  })
})

describe('the response to a denial', () => {
  const reasons = Object.keys(DENIAL_REASONS) as DenialReason[]
  const FORBIDDEN: readonly DenialReason[] = [
    'scope_insufficient',
    'permission_missing',
    'backend_unmatched',
  ]

  it.each(reasons)('has only `active`, a challenge and a status: %s', (reason) => {
    const logContext = { clientId: 'client-1', tokenFingerprint: '0123456789abcdef' }

    expect(toAuthorizerResponse(denial(reason, logContext))).toStrictEqual({
      active: false,
      wwwAuthenticate: expect.stringMatching(/^Bearer realm=/) as unknown,
      context: { responseCode: FORBIDDEN.includes(reason) ? '403' : '401' },
    })
  })
})
