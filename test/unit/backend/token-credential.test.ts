import { describe, expect, it } from '@jest/globals'
import { toCredentialFailure } from '../../../src/backend/token-credential.ts'
import { fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { failure } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'
import { sendRequest } from '../support/tokens-for-backends.ts'
import { createFailingGrants, TOKEN_FAILURES } from './grants-fixture.ts'

describe('toCredentialFailure', () => {
  it('keeps the fault of a secret', () => {
    const secret = fault('secret_unavailable', { detail: 'status_404' })

    expect(toCredentialFailure(secret)).toStrictEqual({ fault: secret, reach: 'unclear' })
  })

  it.each(TOKEN_FAILURES)('returns the fault for %s', (kind, detail, expected) => {
    expect(toCredentialFailure({ kind, detail })).toStrictEqual(expected)
  })

  it.each([
    ['unavailable', 'status_400', undefined, 'caller'],
    ['unavailable', 'status_404', undefined, 'caller'],
    ['unavailable', 'status_413', undefined, 'caller'],
    ['unavailable', 'status_499', undefined, 'caller'],
    ['unavailable', 'status_408', undefined, 'unclear'],
    ['unavailable', 'status_429', undefined, 'unclear'],
    ['unavailable', 'status_302', undefined, 'unclear'],
    ['unavailable', 'status_500', undefined, 'unclear'],
    ['unavailable', 'status_503', undefined, 'unclear'],
    ['unavailable', 'connection_refused', undefined, 'unclear'],
    ['unavailable', 'timed_out', undefined, 'unclear'],
    ['refused', 'invalid_client', 'certain', 'client'],
    ['refused', 'status_401', 'certain', 'client'],
    ['refused', 'unauthorized_client', 'possible', 'unclear'],
    ['unavailable', 'status_403', 'possible', 'unclear'],
    ['refused', 'invalid_grant', undefined, 'caller'],
    ['refused', 'invalid_scope', undefined, 'caller'],
    ['unusable', 'several_tokens', undefined, 'client'],
    ['unusable', 'not_json', undefined, 'caller'],
  ] as const)('returns the reach for %s with %s', (kind, detail, clientRefusal, reach) => {
    const failed = { kind, detail, ...(clientRefusal && { clientRefusal }) }

    expect(toCredentialFailure(failed).reach).toBe(reach)
  })

  it.each([
    ['invalid_client', 'certain', /^Compare client id and secret with the application; is it act/],
    ['access_denied', 'certain', /^Compare client id and secret with the application; is it act/],
    ['unauthorized_client', 'possible', /^Compare client id and secret .* tick this grant/],
    ['access_denied', 'possible', /^Compare client id and secret .* allowed/],
    ['status_403', 'possible', /^Compare client id and secret .* allowed/],
  ] as const)('returns a hint for %s, a %s client refusal', (detail, clientRefusal, hint) => {
    const { fault } = toCredentialFailure({ kind: 'refused', detail, clientRefusal })

    expect(fault.logContext.hint).toMatch(hint)
  })

  it('returns the Retry-After of the endpoint', () => {
    const failed = { kind: 'unavailable', detail: 'status_429', retryAfter: seconds(7) } as const

    expect(toCredentialFailure(failed)).toStrictEqual({
      fault: fault('token_endpoint_unavailable', { detail: 'status_429' }),
      reach: 'unclear',
      retryAfter: 7,
    })
  })

  const HINTS = {
    invalid_scope:
      'Copy the scope from the application for OIC: host, port and `urn:opc:…` belong together.',
    unauthorized_client:
      'Compare client id and secret with the application; if they are right, tick this grant in its OAuth configuration.',
    invalid_grant:
      'User assertions: does the user exist in the domain, and is the certificate the application’s?',
    several_tokens: 'The scope spans several resources: give the scope of one integration alone.',
    media_type: 'The answer has to be labelled `application/json`.',
  }

  it.each([
    ['refused', 'invalid_scope', 'credential_refused'],
    ['refused', 'unauthorized_client', 'credential_refused'],
    ['refused', 'invalid_grant', 'credential_refused'],
    ['unusable', 'several_tokens', 'credential_unusable'],
    ['unusable', 'media_type', 'credential_unusable'],
  ] as const)('returns for %s with %s a fault with a hint', (kind, detail, reason) => {
    expect(toCredentialFailure({ kind, detail }).fault).toStrictEqual(
      fault(reason, { detail, hint: HINTS[detail] }),
    )
  })
})

describe.each(['client_credentials', 'token_exchange', 'jwt_bearer'] as const)('%s', (name) => {
  it.each(TOKEN_FAILURES)('returns the failure %s', async (kind, detail, expected) => {
    const grant = createFailingGrants({ kind, detail, retryAfter: seconds(7) })[name]

    expect(await sendRequest(grant, PLENTY_OF_TIME)).toStrictEqual(
      failure({ ...expected, retryAfter: 7 }),
    )
  })
})
