import { describe, expect, it } from '@jest/globals'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import type { TokenExchangeGrantConfig } from '../../../src/config/model.ts'
import { fault } from '../../../src/decision.ts'
import type { IssuedToken } from '../../../src/oauth/token-endpoint.ts'
import { failure } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'
import {
  ISSUED,
  recordingTokenEndpoint,
  revealed,
  sendRequest,
} from '../support/tokens-for-backends.ts'
import { TOKEN_EXCHANGE } from './grants-fixture.ts'

const FORM = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'callers-token',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
}

async function exchange(
  config: Partial<TokenExchangeGrantConfig> = {},
  outcome: IssuedToken = ISSUED,
) {
  const { requests, requestToken } = recordingTokenEndpoint(outcome)
  const grant = createTokenExchangeGrant({ ...TOKEN_EXCHANGE, ...config }, requestToken)
  const credential = await sendRequest(grant, PLENTY_OF_TIME)
  return { credential, requests }
}

describe('the token exchange grant', () => {
  it.each<readonly [string, Partial<TokenExchangeGrantConfig>, object]>([
    ['only the token', {}, {}],
    ['an audience', { audience: 'orders' }, { audience: 'orders' }],
    ['a resource', { resource: 'https://orders.example' }, { resource: 'https://orders.example' }],
    ['a scope', { scope: 'read write' }, { scope: 'read write' }],
    [
      'a different subject token type',
      { subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token' },
      { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    ],
  ])('RFC 8693 §2.1: sends %s', async (_case, config, members) => {
    const { requests } = await exchange(config)

    expect(requests).toStrictEqual([
      { ...TOKEN_EXCHANGE, ...config, form: { ...FORM, ...members } },
    ])
  })

  it.each([
    'urn:ietf:params:oauth:token-type:access_token',
    'urn:ietf:params:oauth:token-type:jwt',
  ])('RFC 8693 §2.2.1: accepts %s', async (issuedTokenType) => {
    const { credential } = await exchange({}, { ...ISSUED, issuedTokenType })

    expect(revealed(credential)).toStrictEqual({
      authorization: 'Bearer abc',
      expiresAt: START + 600,
    })
  })

  it.each([
    'urn:ietf:params:oauth:token-type:refresh_token',
    'urn:ietf:params:oauth:token-type:id_token',
    'urn:ietf:params:oauth:token-type:saml2',
    'access_token',
    '',
    undefined,
  ])('RFC 8693 §2.2.1: rejects an issued token of type %s', async (issuedTokenType) => {
    const { credential } = await exchange({}, { ...ISSUED, issuedTokenType })

    expect(credential).toStrictEqual(
      failure({
        fault: fault('credential_unusable', { detail: 'issued_token_type' }),
        reach: 'caller',
      }),
    )
  })
})
