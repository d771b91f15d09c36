/** The console's explanation of a call that the function, the gateway or both decided. */
import { describe, expect, it } from '@jest/globals'
import { DENIAL_REASONS, FAULT_REASONS } from '../../src/reasons.ts'
import { explain } from '../../stack/console/explanation.ts'

const PERMIT = { outcome: 'permit', reason: 'permitted' }
const FAILED = ['customAuthentication.cacheMiss', 'customAuthentication.failedFunctionInvocation']
const CACHED = ['customAuthentication.successfulAuthentication']

describe('the explanation of a call', () => {
  it.each([
    ['deny', 'audience_mismatch', 401, DENIAL_REASONS.audience_mismatch],
    ['fault', 'introspection_unavailable', 502, FAULT_REASONS.introspection_unavailable],
  ])('%s: has the meaning and the remedy of its reason', (outcome, reason, status, row) => {
    const { meaning, remedy } = row
    expect(remedy).not.toBe('')
    expect(explain({ outcome, reason }, status, [])).toEqual({ outcome, reason, meaning, remedy })
  })

  it('of a permitted call has no remedy', () => {
    expect(explain(PERMIT, 200, [])).toMatchObject({ ...PERMIT, remedy: '' })
  })

  it('of a call without the scope of its route recommends a token with it', () => {
    expect(explain(PERMIT, 403, [])).toMatchObject({
      outcome: 'permit',
      reason: 'permitted, then 403 by the gateway',
      meaning: expect.stringContaining('`allowedScope`'),
      remedy: 'Request a token with the route’s scope.',
    })
  })

  it('of a denial with 403 is that of the function, not of the scope', () => {
    const { remedy } = DENIAL_REASONS.client_not_allowed
    const denial = { outcome: 'deny', reason: 'client_not_allowed' }
    expect(explain(denial, 403, [])).toMatchObject({ ...denial, remedy })
  })

  it.each([
    ['the function gave no answer', 502, FAILED, 'function_unreachable', /function’s log/],
    ['an earlier answer was used', 200, CACHED, 'gateway_cache', /^Clear the gateway’s cache/],
    [
      'an earlier answer lacks the scope',
      403,
      CACHED,
      'gateway_cache, then 403 by the gateway',
      /^Clear the gateway’s cache/,
    ],
    ['no deployment has the path', 404, [], 'no_route', /^Choose a route/],
    ['the route is open', 200, [], 'function_not_called', /^$/],
  ])('without a decision, when %s', (_, status, codes, reason, remedy) => {
    expect(explain(null, status, codes)).toMatchObject({
      outcome: 'gateway',
      reason,
      meaning: expect.stringMatching(/./),
      remedy: expect.stringMatching(remedy),
    })
  })
})
