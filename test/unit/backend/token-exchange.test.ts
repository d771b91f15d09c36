import { describe, expect, it } from '@jest/globals'
import { createTokenExchangeGrant } from '../../../src/backend/token-exchange.ts'
import type { TokenExchangeGrantConfig } from '../../../src/config/model.ts'
import { fault, type Fault } from '../../../src/decision.ts'
import type { IssuedToken, TokenFailure } from '../../../src/oauth/token-endpoint.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'
import {
  ISSUED,
  recordingTokenEndpoint,
  REGISTRATION,
  sendRequest,
} from '../support/tokens-for-backends.ts'

const GRANT: TokenExchangeGrantConfig = {
  kind: 'token_exchange',
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: undefined,
  audience: undefined,
  resource: undefined,
  subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
}

const FORM = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'callers-token',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
}

async function exchange(
  config: Partial<TokenExchangeGrantConfig> = {},
  outcome: IssuedToken | TokenFailure = ISSUED,
) {
  const { requests, requestToken } = recordingTokenEndpoint(outcome)
  const grant = createTokenExchangeGrant({ ...GRANT, ...config }, requestToken)
  const credential = await sendRequest(grant, PLENTY_OF_TIME)
  return { credential, requests }
}

describe('the token exchange grant', () => {
  it.each<readonly [string, Partial<TokenExchangeGrantConfig>, object]>([
    ['the token alone', {}, {}],
    ['an audience', { audience: 'orders' }, { audience: 'orders' }],
    ['a resource', { resource: 'https://orders.example' }, { resource: 'https://orders.example' }],
    ['a scope', { scope: 'read write' }, { scope: 'read write' }],
    [
      'another type of the caller’s token',
      { subjectTokenType: 'urn:ietf:params:oauth:token-type:access_token' },
      { subject_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
    ],
  ])('RFC 8693 §2.1: sends %s', async (_case, config, members) => {
    const { requests } = await exchange(config)

    expect(requests).toStrictEqual([{ ...GRANT, ...config, form: { ...FORM, ...members } }])
  })

  it.each([
    'urn:ietf:params:oauth:token-type:access_token',
    'urn:ietf:params:oauth:token-type:jwt',
  ])('RFC 8693 §2.2.1: accepts an %s', async (issuedTokenType) => {
    const { credential } = await exchange({}, { ...ISSUED, issuedTokenType })

    expect(credential).toStrictEqual(
      success({ authorization: new Redacted('Bearer abc'), expiresAt: START + 600 }),
    )
    expect(credential.ok && credential.value.authorization.reveal()).toBe('Bearer abc')
  })

  it.each([
    ['urn:ietf:params:oauth:token-type:refresh_token'],
    ['urn:ietf:params:oauth:token-type:id_token'],
    ['urn:ietf:params:oauth:token-type:saml2'],
    ['access_token'],
    [''],
    [undefined],
  ])('RFC 8693 §2.2.1: puts no %s behind Bearer', async (issuedTokenType) => {
    const { credential } = await exchange({}, { ...ISSUED, issuedTokenType })

    expect(credential).toStrictEqual(
      failure({
        fault: fault('credential_unusable', { detail: 'issued_token_type' }),
        reach: 'caller',
      }),
    )
  })

  it.each<readonly [TokenFailure['kind'], string, Fault['reason']]>([
    ['unavailable', 'timed_out', 'token_endpoint_unavailable'],
    ['refused', 'access_denied', 'credential_refused'],
    ['unusable', 'not_json', 'credential_unusable'],
  ])('is a fault if the token endpoint is %s', async (kind, detail, reason) => {
    const { credential } = await exchange({}, { kind, detail, retryAfter: seconds(7) })

    expect(credential).toStrictEqual(
      failure({
        fault: fault(reason, { detail }),
        reach: kind === 'unavailable' ? 'unclear' : 'caller',
        retryAfter: 7,
      }),
    )
  })
})
