import { describe, expect, it } from '@jest/globals'
import { fault } from '../../../src/decision.ts'
import { toFault } from '../../../src/oauth/client-exchange.ts'
import { success } from '../../../src/platform/result.ts'
import { faulty } from '../support/outcomes.ts'
import {
  exchangeIn,
  GOOD,
  REFUSED,
  REQUEST,
  SECRET_OCID,
  UNAVAILABLE,
} from './client-exchange-fixture.ts'

describe('an exchange as a registered client', () => {
  it('sends the form with the secret from Vault', async () => {
    const { outcome, asked, bodies, requests } = await exchangeIn({ read: 'one', answers: [GOOD] })

    expect(outcome).toBe(GOOD)
    expect(requests.map(({ url, connection }) => [url, connection])).toStrictEqual([
      ['https://idp.example/token', 'own'],
    ])
    expect(asked).toStrictEqual([`read ${SECRET_OCID}`])
    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-1&client_secret=one',
    ])
  })

  it('makes no request without a secret', async () => {
    const { outcome, requests } = await exchangeIn({ read: UNAVAILABLE, answers: [GOOD] })

    expect(outcome).toBe(UNAVAILABLE)
    expect(requests).toStrictEqual([])
  })

  it('reads client id and secret from one JSON secret', async () => {
    const json = JSON.stringify({ client_id: 'client-2', client_secret: 's' })
    const { bodies } = await exchangeIn({ read: json, answers: [GOOD] })

    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-2&client_secret=s',
    ])
  })

  it('warns of white space around a secret with its OCID, and sends it unchanged', async () => {
    const { secretsSent, warnings } = await exchangeIn({ read: 'one\n', answers: [GOOD] })

    expect(secretsSent).toStrictEqual(['one%0A'])
    expect(warnings).toStrictEqual([['secret_has_white_space', { secret: SECRET_OCID }]])
  })

  it('has a form that may be used once made anew for each attempt, as the client that sends it', async () => {
    let made = 0
    const ports = { read: 'old', again: ['new'], answers: [REFUSED, GOOD] } as const
    const { bodies } = await exchangeIn(ports, {
      form: ({ clientId, secret }) => {
        made += 1
        return Promise.resolve(success({ assertion: `${clientId} ${secret.reveal()} ${made}` }))
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
      { client: { ...REQUEST.client, authentication: 'private_key_jwt' } },
      faulty('secret_unusable', { secret: SECRET_OCID, detail: 'no_private_key' }),
    ],
    [
      'the form cannot be made',
      { form: () => Promise.resolve(UNAVAILABLE) },
      faulty('secret_unavailable', { secret: SECRET_OCID, detail: 'status_404' }),
    ],
  ] as const)('makes no request if %s', async (_case, changes, expected) => {
    const { outcome, requests } = await exchangeIn({ read: 'no key', answers: [GOOD] }, changes)

    expect(outcome).toStrictEqual(expected)
    expect(requests).toStrictEqual([])
  })
})

describe('the fault behind a failed exchange', () => {
  it('is the endpoint’s for a failure of HTTP', () => {
    expect(
      toFault('timed_out', (detail) => fault('introspection_unavailable', { detail })),
    ).toStrictEqual(fault('introspection_unavailable', { detail: 'timed_out' }))
  })

  it('is the secret’s own otherwise', () => {
    const own = fault('secret_unavailable')

    expect(toFault(own, () => fault('introspection_unavailable'))).toBe(own)
  })
})
