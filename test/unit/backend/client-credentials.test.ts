import { describe, expect, it } from '@jest/globals'
import { createClientCredentialsGrant } from '../../../src/backend/client-credentials.ts'
import type { TokenFailure } from '../../../src/oauth/token-endpoint.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'
import {
  callBy,
  recordingTokenEndpoint,
  revealed,
  sendRequest,
} from '../support/tokens-for-backends.ts'
import { CLIENT_CREDENTIALS } from './grants-fixture.ts'

async function request(failed?: TokenFailure) {
  const { requests, requestToken } = recordingTokenEndpoint(failed)
  const grant = createClientCredentialsGrant(CLIENT_CREDENTIALS, requestToken)
  return { requests, outcome: await sendRequest(grant, PLENTY_OF_TIME) }
}

describe('the client credentials grant', () => {
  it('RFC 6749 §4.4.2: requests the configured scope unchanged', async () => {
    const { requests, outcome } = await request()

    const { tokenEndpoint, client, scope } = CLIENT_CREDENTIALS
    expect(requests).toMatchObject([
      { tokenEndpoint, client, form: { grant_type: 'client_credentials', scope } },
    ])
    expect(revealed(outcome)).toStrictEqual({
      authorization: 'Bearer abc',
      expiresAt: START + 600,
    })
  })

  it('uses the same token for every caller', () => {
    const grant = createClientCredentialsGrant(
      CLIENT_CREDENTIALS,
      recordingTokenEndpoint().requestToken,
    )

    expect(grant.sharedRequest).toMatchObject({ key: 'application', callerKey: 'application' })
    expect(grant.requestFor(callBy({ issuer: 'others' }))).toStrictEqual(
      success(grant.sharedRequest),
    )
  })

  it.each(['invalid_scope', 'unauthorized_client', 'invalid_grant'])(
    'adds a one-line hint for %s',
    async (detail) => {
      const { outcome } = await request({ kind: 'refused', detail })

      const hint: unknown = expect.stringMatching(/^.{20,120}$/)
      expect(outcome).toMatchObject(failure({ fault: { logContext: { detail, hint } } }))
    },
  )
})
