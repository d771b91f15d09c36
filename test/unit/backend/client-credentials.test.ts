import { describe, expect, it } from '@jest/globals'
import { createClientCredentialsGrant } from '../../../src/backend/client-credentials.ts'
import { fault } from '../../../src/decision.ts'
import { seconds } from '../../../src/platform/clock.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME, START } from '../support/time.ts'
import {
  callBy,
  recordingTokenEndpoint,
  REGISTRATION,
  sendRequest,
} from '../support/tokens-for-backends.ts'

const GRANT = {
  kind: 'client_credentials',
  tokenEndpoint: 'https://idp.example/token',
  client: REGISTRATION,
  scope: 'https://0A.integration.example:443urn:opc:resource:consumer::all',
} as const

async function outcomeOf(endpoint: ReturnType<typeof recordingTokenEndpoint>) {
  const grant = createClientCredentialsGrant(GRANT, endpoint.requestToken)
  return sendRequest(grant, PLENTY_OF_TIME)
}

describe('the client credentials grant', () => {
  it('RFC 6749 §4.4.2: requests the configured scope unchanged', async () => {
    const endpoint = recordingTokenEndpoint()

    const outcome = await outcomeOf(endpoint)

    expect(endpoint.requests).toMatchObject([
      {
        tokenEndpoint: GRANT.tokenEndpoint,
        client: REGISTRATION,
        form: { grant_type: 'client_credentials', scope: GRANT.scope },
      },
    ])
    expect(outcome).toMatchObject(success({ expiresAt: START + 600 }))
    expect(outcome.ok && outcome.value.authorization.reveal()).toBe('Bearer abc')
  })

  it('is a token of this application, for every caller', () => {
    const grant = createClientCredentialsGrant(GRANT, recordingTokenEndpoint().requestToken)

    expect(grant.application).toMatchObject({ key: 'application', caller: 'application' })
    expect(grant.requestFor(callBy({ issuer: 'others' }))).toStrictEqual(success(grant.application))
  })

  it.each([
    ['unavailable', 'timed_out', 'token_endpoint_unavailable'],
    ['refused', 'access_denied', 'credential_refused'],
    ['unusable', 'not_json', 'credential_unusable'],
  ] as const)('is a fault if the token endpoint is %s', async (kind, detail, reason) => {
    expect(await outcomeOf(recordingTokenEndpoint({ kind, detail }))).toStrictEqual(
      failure({
        fault: fault(reason, { detail }),
        reach: kind === 'unavailable' ? 'unclear' : 'caller',
      }),
    )
  })

  it.each(['invalid_scope', 'unauthorized_client', 'invalid_grant'])(
    'has a one-line hint for %s',
    async (detail) => {
      const outcome = await outcomeOf(recordingTokenEndpoint({ kind: 'refused', detail }))

      expect(outcome).toMatchObject(
        failure({
          fault: {
            logContext: { detail, hint: expect.stringMatching(/^.{20,120}$/) },
          },
        }),
      )
    },
  )

  it('returns the wait that the endpoint asks for', async () => {
    const failed = { kind: 'unavailable', detail: 'status_429', retryAfter: seconds(7) } as const

    expect(await outcomeOf(recordingTokenEndpoint(failed))).toMatchObject(
      failure({ retryAfter: 7 }),
    )
  })
})
