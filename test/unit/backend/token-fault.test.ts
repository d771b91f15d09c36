/**
 * Owns the proof of what a failed token request means for a decision, and what the log says of it.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { toCredentialFailure } from '../../../src/backend/token-fault.ts'
import { fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'

describe('a failed token request', () => {
  it('is the fault that it was where the token endpoint was never asked', () => {
    const secret = fault('secret_unavailable', { detail: 'status_404' })

    expect(toCredentialFailure(secret)).toStrictEqual({
      fault: secret,
      reach: 'everybody',
    })
  })

  it.each([
    ['unavailable', 'timed_out', 'token_endpoint_unavailable'],
    ['refused', 'access_denied', 'credential_refused'],
    ['unusable', 'not_json', 'credential_unusable'],
  ] as const)('is a fault of its own where the endpoint is %s', (kind, detail, reason) => {
    expect(toCredentialFailure({ kind, detail })).toStrictEqual({
      fault: fault(reason, { detail }),
      reach: kind === 'unavailable' ? 'unclear' : 'subject',
    })
  })

  it.each([
    ['status_400', 'subject'],
    ['status_404', 'subject'],
    ['status_413', 'subject'],
    ['status_499', 'subject'],
    ['status_408', 'unclear'],
    ['status_429', 'everybody'],
    ['status_302', 'unclear'],
    ['status_500', 'unclear'],
    ['status_503', 'unclear'],
    ['connection_refused', 'unclear'],
    ['timed_out', 'unclear'],
  ])('is the trouble of everybody or of this request alone: %s', (detail, reach) => {
    expect(toCredentialFailure({ kind: 'unavailable', detail }).reach).toBe(reach)
  })

  it.each([
    ['refused', 'invalid_client', 'everybody'],
    ['refused', 'unauthorized_client', 'unclear'],
    ['refused', 'invalid_grant', 'subject'],
    ['refused', 'invalid_scope', 'subject'],
    ['refused', 'status_401', 'subject'],
    ['unusable', 'several_tokens', 'everybody'],
    ['unusable', 'not_json', 'subject'],
  ] as const)('is everybody’s where it is about our own client: %s, %s', (kind, detail, reach) => {
    expect(toCredentialFailure({ kind, detail }).reach).toBe(reach)
  })

  it('is everybody’s where the endpoint wants to be left alone', () => {
    const failed = { kind: 'unavailable', detail: 'status_503', retryAfter: seconds(7) } as const

    expect(toCredentialFailure(failed).reach).toBe('everybody')
  })

  it('tells how long the endpoint wants to be left alone', () => {
    const failed = { kind: 'unavailable', detail: 'status_429', retryAfter: seconds(7) } as const

    expect(toCredentialFailure(failed)).toStrictEqual({
      fault: fault('token_endpoint_unavailable', { detail: 'status_429' }),
      reach: 'everybody',
      retryAfter: 7,
    })
  })

  it.each([
    [
      'refused',
      'invalid_client',
      'credential_refused',
      'Compare client id and secret with the application; is it activated?',
    ],
    [
      'refused',
      'invalid_scope',
      'credential_refused',
      'Copy the scope from the integration’s application: host, port and `urn:opc:…` belong together.',
    ],
    [
      'refused',
      'unauthorized_client',
      'credential_refused',
      'Tick this grant in the application’s OAuth configuration.',
    ],
    [
      'refused',
      'invalid_grant',
      'credential_refused',
      'User assertions: does the user exist in the domain, and is the certificate the application’s?',
    ],
    [
      'unusable',
      'several_tokens',
      'credential_unusable',
      'The scope spans several resources: give the scope of one integration alone.',
    ],
  ] as const)('is %s with %s, and has a hint on it', (kind, detail, reason, hint) => {
    expect(toCredentialFailure({ kind, detail }).fault).toStrictEqual(
      fault(reason, { detail, hint }),
    )
  })
})
