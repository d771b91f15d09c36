import { describe, expect, it } from '@jest/globals'
import { clientRefusalIn } from '../../../src/oauth/client-refusal.ts'
import { answer } from '../support/http-answers.ts'

describe('clientRefusalIn', () => {
  it.each([
    [401, '', 'certain'],
    [401, '<html>', 'certain'],
    [401, { error: 'invalid_client' }, 'certain'],
    [400, { error: 'invalid_client' }, 'certain'],
    [403, { error: 'invalid_client' }, 'certain'],
    // Keycloak, Auth0, SAP UAA.
    [401, { error: 'invalid_request' }, 'possible'],
    [401, { error: 'unauthorized_client' }, 'possible'],
    [401, { error: 'access_denied' }, 'possible'],
    [401, { error: 'unauthorized' }, 'possible'],
    [401, { error: 'invalid_grant' }, 'possible'],
    [400, { error: 'unauthorized_client' }, 'possible'],
    [403, { error: 'access_denied' }, 'possible'],
    [400, { error: 'invalid_credentials' }, 'possible'],
    [403, '', 'possible'],
    [403, '<html>', 'possible'],
    [400, '', 'possible'],
    [400, '<html>', 'possible'],
    [400, { error: 'Invalid-Client' }, 'possible'],
    [400, { error: { message: 'wrong secret' } }, 'possible'],
    [400, { error: 'invalid_grant' }, undefined],
    [400, { error: 'invalid_request' }, undefined],
    [400, { error: 'invalid_scope' }, undefined],
    [400, { error: 'invalid_token' }, undefined],
    [403, { error: 'insufficient_scope' }, undefined],
    [200, { error: 'invalid_client' }, undefined],
    [404, { error: 'invalid_client' }, 'certain'],
    [500, { error: 'invalid_client' }, 'certain'],
    [404, '', undefined],
    [404, { error: 'access_denied' }, undefined],
    [429, '', undefined],
    [500, { error: 'server_error' }, undefined],
    ...[
      'unsupported_grant_type',
      'invalid_target',
      'unsupported_token_type',
      'temporarily_unavailable',
      'server_error',
      'slow_down',
      'use_dpop_nonce',
      'consent_required',
      'interaction_required',
      'login_required',
    ].map((error): [number, object, undefined] => [400, { error }, undefined]),
  ])('RFC 6749 §5.2: returns for status %d and %j: %s', (status, body: unknown, expected) => {
    expect(clientRefusalIn(answer(status, body))).toBe(expected)
  })
})
