import { describe, expect, it } from '@jest/globals'
import { fault } from '../../../src/decision.ts'
import { toFault } from '../../../src/oauth/send-as-client.ts'
import { success } from '../../../src/platform/result.ts'
import { faulty } from '../support/outcomes.ts'
import {
  sendExchange,
  SUCCESS,
  INVALID_CLIENT,
  REQUEST,
  SECRET_OCID,
  UNAVAILABLE,
} from './send-as-client-fixture.ts'

describe('an exchange of a registered client', () => {
  it('sends the form with the secret from Vault', async () => {
    const { outcome, vaultCalls, bodies, requests } = await sendExchange({
      read: 'one',
      answers: [SUCCESS],
    })

    expect(outcome).toBe(SUCCESS)
    expect(requests.map(({ url, connection }) => [url, connection])).toStrictEqual([
      ['https://idp.example/token', 'own'],
    ])
    expect(vaultCalls).toStrictEqual([`read ${SECRET_OCID}`])
    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-1&client_secret=one',
    ])
  })

  it('sends no request if the secret cannot be read', async () => {
    const { outcome, requests } = await sendExchange({ read: UNAVAILABLE, answers: [SUCCESS] })

    expect(outcome).toBe(UNAVAILABLE)
    expect(requests).toStrictEqual([])
  })

  it('reads the client ID and the secret from a JSON secret', async () => {
    const json = JSON.stringify({ client_id: 'client-2', client_secret: 's' })
    const { bodies } = await sendExchange({ read: json, answers: [SUCCESS] })

    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-2&client_secret=s',
    ])
  })

  it('logs a warning about white space around a secret, and sends it unchanged', async () => {
    const { secretsSent, warnings } = await sendExchange({ read: 'one\n', answers: [SUCCESS] })

    expect(secretsSent).toStrictEqual(['one%0A'])
    expect(warnings).toStrictEqual([['secret_has_white_space', { secret: SECRET_OCID }]])
  })

  it('creates a single-use form for each attempt', async () => {
    let forms = 0
    const exchange = {
      read: 'old',
      readAgain: ['new'],
      answers: [INVALID_CLIENT, SUCCESS],
    } as const
    const { bodies } = await sendExchange(exchange, {
      form: ({ clientId, secret }) => {
        forms += 1
        return Promise.resolve(success({ assertion: `${clientId} ${secret.reveal()} ${forms}` }))
      },
    })

    expect(bodies.map((body) => new URLSearchParams(body).get('assertion'))).toStrictEqual([
      'client-1 old 1',
      'client-1 new 2',
    ])
  })

  it.each([
    [
      'the client cannot be authenticated',
      { client: { ...REQUEST.client, method: 'private_key_jwt' } },
      faulty('secret_unusable', { secret: SECRET_OCID, detail: 'no_private_key' }),
    ],
    [
      'the form cannot be created',
      { form: () => Promise.resolve(UNAVAILABLE) },
      faulty('secret_unavailable', { secret: SECRET_OCID, detail: 'status_404' }),
    ],
  ] as const)('sends no request if %s', async (_case, changes, expected) => {
    const { outcome, requests } = await sendExchange(
      { read: 'no key', answers: [SUCCESS] },
      changes,
    )

    expect(outcome).toStrictEqual(expected)
    expect(requests).toStrictEqual([])
  })
})

describe('toFault', () => {
  it('creates a fault from a failure of HTTP', () => {
    expect(
      toFault('timed_out', (detail) => fault('introspection_unavailable', { detail })),
    ).toStrictEqual(fault('introspection_unavailable', { detail: 'timed_out' }))
  })

  it('returns the fault of a secret unchanged', () => {
    const own = fault('secret_unavailable')

    expect(toFault(own, () => fault('introspection_unavailable'))).toBe(own)
  })
})
