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
      isOfEndpoint: false,
    })
  })

  it.each([
    ['unavailable', 'timed_out', 'token_endpoint_unavailable'],
    ['refused', 'access_denied', 'credential_refused'],
    ['unusable', 'not_json', 'credential_unusable'],
  ] as const)('is a fault of its own where the endpoint is %s', (kind, detail, reason) => {
    expect(toCredentialFailure({ kind, detail })).toStrictEqual({
      fault: fault(reason, { detail }),
      isOfEndpoint: kind === 'unavailable',
    })
  })

  it.each([
    ['status_400', false],
    ['status_404', false],
    ['status_413', false],
    ['status_499', false],
    ['status_408', true],
    ['status_429', true],
    ['status_302', true],
    ['status_500', true],
    ['status_503', true],
    ['connection_refused', true],
    ['timed_out', true],
  ])('is the trouble of everybody or of this request alone: %s', (detail, isOfEndpoint) => {
    expect(toCredentialFailure({ kind: 'unavailable', detail }).isOfEndpoint).toBe(isOfEndpoint)
  })

  it('tells how long the endpoint wants to be left alone', () => {
    const failed = { kind: 'unavailable', detail: 'status_429', retryAfter: seconds(7) } as const

    expect(toCredentialFailure(failed)).toStrictEqual({
      fault: fault('token_endpoint_unavailable', { detail: 'status_429' }),
      isOfEndpoint: true,
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
    expect(toCredentialFailure({ kind, detail })).toStrictEqual({
      fault: fault(reason, { detail, hint }),
      isOfEndpoint: false,
    })
  })
})
