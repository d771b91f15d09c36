/**
 * Owns the proof of what the client credentials grant asks for (RFC 6749 §4.4).
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { createClientCredentialsGrant } from '../../../src/backend/client-credentials.ts'
import { fault } from '../../../src/decision.ts'
import type { AskAsClient } from '../../../src/oauth/client-exchange.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { recordingExchange } from '../support/exchanges.ts'
import { answer } from '../support/http-answers.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'

const GRANT = {
  kind: 'client_credentials',
  tokenEndpoint: 'https://idp.example/token',
  client: {
    clientId: 'invoker',
    secretOcid: 'ocid1.vaultsecret.oc1..invoker',
    authentication: 'client_secret_post',
  },
  scope: 'https://0A.integration.example:443urn:opc:resource:consumer::all',
} as const

const GOOD = success(answer(200, { access_token: 'abc', token_type: 'Bearer', expires_in: 600 }))

const grantWith = (askAsClient: AskAsClient, clock = new StandingClock()) =>
  createClientCredentialsGrant(GRANT, askAsClient, clock)

describe('the client credentials grant', () => {
  it('RFC 6749 §4.4.2: asks for the configured scope as it stands', async () => {
    const exchange = recordingExchange(() => GOOD)

    await grantWith(exchange.askAsClient)(PLENTY_OF_TIME)

    expect(exchange.requests).toMatchObject([
      { endpoint: GRANT.tokenEndpoint, client: GRANT.client },
    ])
    expect(exchange.requests[0]?.form).toStrictEqual({
      grant_type: 'client_credentials',
      scope: GRANT.scope,
    })
  })

  it('has a refused client asked for its secret again', async () => {
    const exchange = recordingExchange(() => GOOD)

    await grantWith(exchange.askAsClient)(PLENTY_OF_TIME)

    const [request] = exchange.requests
    expect(request?.isClientRefused(answer(400, { error: 'invalid_client' }))).toBe(true)
    expect(request?.isClientRefused(answer(400, { error: 'invalid_scope' }))).toBe(false)
  })

  it('reckons the credential’s end from before the request: a slow answer makes it no younger', async () => {
    const clock = new StandingClock()
    const slow: AskAsClient = () => {
      clock.advance(20)
      return Promise.resolve(GOOD)
    }

    const credential = await grantWith(slow, clock)(PLENTY_OF_TIME)

    expect(credential).toMatchObject({ ok: true, value: { expiresAt: START + 600 } })
  })

  it('takes an exchange that failed for a fault of the token endpoint', async () => {
    const { askAsClient } = recordingExchange(() => failure('tls_failed'))

    expect(await grantWith(askAsClient)(PLENTY_OF_TIME)).toStrictEqual(
      failure(fault('token_endpoint_unavailable', { detail: 'tls_failed' })),
    )
  })

  it('passes on the fault of a secret that could not be had', async () => {
    const unavailable = failure(fault('secret_unavailable', { detail: 'status_404' }))
    const { askAsClient } = recordingExchange(() => unavailable)

    expect(await grantWith(askAsClient)(PLENTY_OF_TIME)).toStrictEqual(unavailable)
  })
})
