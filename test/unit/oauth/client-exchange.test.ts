import { describe, expect, it } from '@jest/globals'
import { fault, type Fault } from '../../../src/decision.ts'
import {
  createSendAsClient,
  toFault,
  type ClientRequest,
} from '../../../src/oauth/client-exchange.ts'
import type { HttpAnswer, HttpFailure, HttpRequest } from '../../../src/platform/http.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import type { SecretCache, SecretVersions } from '../../../src/vault/secret-cache.ts'
import { answer } from '../support/http-answers.ts'
import { PLENTY_OF_TIME, StandingClock } from '../support/time.ts'

const REQUEST: ClientRequest = {
  endpoint: 'https://idp.example/token',
  client: {
    clientId: 'client-1',
    secretOcid: 'ocid1.vaultsecret.oc1..a',
    authentication: 'client_secret_post',
    assertion: { keyId: undefined, audience: [] },
  },
  form: { grant_type: 'client_credentials' },
  connection: 'own',
}

const UNAVAILABLE = failure(fault('secret_unavailable', { detail: 'status_404' }))
function SECRET(text: string) {
  return success(new Redacted(text))
}
function VERSIONS(current: string, previous?: string) {
  return success({
    current: new Redacted(current),
    previous: previous === undefined ? undefined : new Redacted(previous),
  })
}

interface Ports {
  readonly read: Result<Redacted, Fault>
  /** What is found when the secret was refused. */
  readonly again?: Result<SecretVersions, Fault>
  readonly answers: readonly Result<HttpAnswer, HttpFailure>[]
  readonly form?: ClientRequest['form']
}

async function exchangeIn(
  { read, again, answers, form = REQUEST.form }: Ports,
  more: Partial<ClientRequest> = {},
) {
  const requests: HttpRequest[] = []
  const asked: string[] = []
  const users = new Set<string | undefined>()
  const warnings: unknown[] = []
  const secrets: SecretCache = {
    read: (ocid, _deadline, by) => {
      asked.push(`read ${ocid}`)
      users.add(by)
      return Promise.resolve(read)
    },
    readAgain: (_ocid, { refused, clientKey }) => {
      asked.push(`other than ${refused.reveal()}`)
      users.add(clientKey)
      return Promise.resolve(again)
    },
    acceptPrevious: (ocid, previous, by) => {
      asked.push(`keep ${previous.reveal()} of ${ocid}`)
      users.add(by)
    },
  }
  const ask = createSendAsClient({
    http: (request) => {
      requests.push(request)
      return Promise.resolve(answers[requests.length - 1] ?? failure('connection_failed'))
    },
    secrets,
    clock: new StandingClock(),
    warn: (...warning) => warnings.push(warning),
  })

  const outcome = await ask({ ...REQUEST, form, ...more }, PLENTY_OF_TIME)
  return { outcome, asked, warnings, users, requests, bodies: requests.map(({ body }) => body) }
}

const REFUSED = success(answer(401, { error: 'invalid_client' }))
const GOOD = success(answer(200, {}))

function SECRETS_SENT(bodies: readonly (string | undefined)[]) {
  return bodies.map((body) => body?.split('client_secret=')[1])
}

describe('an exchange as a registered client', () => {
  it('sends the form with the secret from Vault', async () => {
    const ports = { read: SECRET('one'), answers: [GOOD] }
    const { outcome, asked, bodies, requests } = await exchangeIn(ports)

    expect(outcome).toBe(GOOD)
    expect(requests.map(({ url, connection }) => [url, connection])).toStrictEqual([
      ['https://idp.example/token', 'own'],
    ])
    expect(asked).toStrictEqual(['read ocid1.vaultsecret.oc1..a'])
    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-1&client_secret=one',
    ])
  })

  it('tries another version of a rejected secret', async () => {
    const { outcome, asked, bodies } = await exchangeIn({
      read: SECRET('old'),
      again: VERSIONS('new'),
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(GOOD)
    expect(asked).toStrictEqual(['read ocid1.vaultsecret.oc1..a', 'other than old'])
    expect(SECRETS_SENT(bodies)).toStrictEqual(['old', 'new'])
  })

  it('tries the same once more, then the previous one, and no other', async () => {
    const { outcome, asked, bodies } = await exchangeIn({
      read: SECRET('new'),
      again: VERSIONS('new', 'old'),
      answers: [REFUSED, REFUSED, REFUSED, GOOD],
    })

    expect(outcome).toBe(REFUSED)
    expect(SECRETS_SENT(bodies)).toStrictEqual(['new', 'new', 'old'])
    expect(asked).toHaveLength(2)
  })

  it('does not try the previous one if the secret has changed: it is the one just rejected', async () => {
    const { outcome, asked, bodies } = await exchangeIn({
      read: SECRET('old'),
      again: VERSIONS('new', 'old'),
      answers: [REFUSED, REFUSED, GOOD],
    })

    expect(outcome).toBe(REFUSED)
    expect(SECRETS_SENT(bodies)).toStrictEqual(['old', 'new'])
    expect(asked).toHaveLength(2)
  })

  it('does not try the previous one if the rejection was temporary', async () => {
    const { outcome, asked, bodies } = await exchangeIn({
      read: SECRET('new'),
      again: VERSIONS('new', 'old'),
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(GOOD)
    expect(SECRETS_SENT(bodies)).toStrictEqual(['new', 'new'])
    expect(asked).toHaveLength(2)
  })

  it.each([
    ['an answer', GOOD, true],
    ['a refusal of something else', success(answer(400, { error: 'invalid_scope' })), true],
    ['a refusal of that without a code', success(answer(400, {})), false],
    ['more than it takes', success(answer(429, { error: 'slow_down' })), false],
    ['a refusal with status 403', success(answer(403, { error: 'invalid_scope' })), true],
    ['a redirect', success(answer(302, {})), false],
    ['another page', success(answer(404, {})), false],
    ['another page with a code', success(answer(404, { error: 'not_found' })), false],
    ['a server’s trouble', success(answer(500, { error: 'server_error' })), false],
    ['a failed exchange', failure('timed_out' as const), false],
    ['a refusal', REFUSED, false],
  ])('keeps the previous one if that has %s', async (_case, third, isKept) => {
    const { outcome, asked, warnings } = await exchangeIn({
      read: SECRET('new'),
      again: VERSIONS('new', 'old'),
      answers: [REFUSED, REFUSED, third],
    })

    expect(outcome).toBe(third)
    expect(asked.slice(2)).toStrictEqual(isKept ? ['keep old of ocid1.vaultsecret.oc1..a'] : [])
    expect(warnings).toStrictEqual(
      isKept ? [['previous_secret_used', { secret: 'ocid1.vaultsecret.oc1..a' }]] : [],
    )
  })

  describe('an ambiguous rejection', () => {
    const PERHAPS = success(answer(400, { error: 'unauthorized_client' }))

    it('tries a secret that has changed, and no other', async () => {
      const { outcome, asked, bodies } = await exchangeIn({
        read: SECRET('old'),
        again: VERSIONS('new'),
        answers: [PERHAPS, GOOD],
      })

      expect(outcome).toBe(GOOD)
      expect(asked).toStrictEqual(['read ocid1.vaultsecret.oc1..a', 'other than old'])
      expect(SECRETS_SENT(bodies)).toStrictEqual(['old', 'new'])
    })

    it('does not send the same secret again', async () => {
      const { outcome, bodies } = await exchangeIn({
        read: SECRET('same'),
        again: VERSIONS('same'),
        answers: [PERHAPS, GOOD],
      })

      expect(outcome).toBe(PERHAPS)
      expect(SECRETS_SENT(bodies)).toStrictEqual(['same'])
    })

    it.each([
      ['accepted', GOOD, true],
      ['refused in the same way', PERHAPS, false],
    ])(
      'tries the previous secret if Vault has the rejected one: %s',
      async (_case, second, isKept) => {
        const { outcome, asked, bodies } = await exchangeIn({
          read: SECRET('new'),
          again: VERSIONS('new', 'old'),
          answers: [PERHAPS, second],
        })

        expect(outcome).toBe(second)
        expect(SECRETS_SENT(bodies)).toStrictEqual(['new', 'old'])
        expect(asked.slice(2)).toStrictEqual(isKept ? ['keep old of ocid1.vaultsecret.oc1..a'] : [])
      },
    )

    it('is the result if Vault cannot be read', async () => {
      const { outcome } = await exchangeIn({
        read: SECRET('old'),
        again: UNAVAILABLE,
        answers: [PERHAPS],
      })

      expect(outcome).toBe(PERHAPS)
    })
  })

  it('is distinguished from others with the same secret, by endpoint and client', async () => {
    const ports = {
      read: SECRET('new'),
      again: VERSIONS('new', 'old'),
      answers: [REFUSED, REFUSED, GOOD],
    }
    const users = [
      await exchangeIn(ports),
      await exchangeIn(ports),
      await exchangeIn(ports, { endpoint: 'https://other.example/token' }),
      await exchangeIn(ports, { client: { ...REQUEST.client, clientId: 'client-2' } }),
    ].map((exchange) => [...exchange.users])

    expect(users.map(({ length }) => length)).toStrictEqual([1, 1, 1, 1])
    expect(new Set(users.flat()).size).toBe(3)
  })

  it('is the result if no other secret was searched', async () => {
    const { outcome, bodies } = await exchangeIn({
      read: SECRET('old'),
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(REFUSED)
    expect(bodies).toHaveLength(1)
  })

  it('tries a secret that is still the same once more, and not again', async () => {
    const { outcome, bodies } = await exchangeIn({
      read: SECRET('same'),
      again: VERSIONS('same'),
      answers: [REFUSED, REFUSED, GOOD],
    })

    expect(outcome).toBe(REFUSED)
    expect(SECRETS_SENT(bodies)).toStrictEqual(['same', 'same'])
  })

  it.each([
    ['a refusal of something else', success(answer(400, { error: 'invalid_scope' }))],
    ['a server’s trouble', success(answer(500, {}))],
    ['a failed exchange', failure('timed_out' as const)],
  ])('looks for no other secret on %s', async (_case, first) => {
    const { outcome, asked } = await exchangeIn({
      read: SECRET('one'),
      again: VERSIONS('two'),
      answers: [first, GOOD],
    })

    expect(outcome).toBe(first)
    expect(asked).toHaveLength(1)
  })

  it('makes no request without a secret', async () => {
    const { outcome, bodies } = await exchangeIn({ read: UNAVAILABLE, answers: [GOOD] })

    expect(outcome).toBe(UNAVAILABLE)
    expect(bodies).toStrictEqual([])
  })

  it('fails with Vault’s fault if the secret cannot be read again', async () => {
    const { outcome } = await exchangeIn({
      read: SECRET('old'),
      again: UNAVAILABLE,
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(UNAVAILABLE)
  })

  it('reads client id and secret from one JSON secret', async () => {
    const json = JSON.stringify({ client_id: 'client-2', client_secret: 's' })
    const { bodies } = await exchangeIn({ read: SECRET(json), answers: [GOOD] })

    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-2&client_secret=s',
    ])
  })

  it('warns of white space around a secret with its OCID, and sends it unchanged', async () => {
    const { bodies, warnings } = await exchangeIn({ read: SECRET('one\n'), answers: [GOOD] })

    expect(SECRETS_SENT(bodies)).toStrictEqual(['one%0A'])
    expect(warnings).toStrictEqual([
      ['secret_has_white_space', { secret: 'ocid1.vaultsecret.oc1..a' }],
    ])
  })

  it('has a form that may be used once made anew for each attempt, as the client that sends it', async () => {
    let made = 0
    const { bodies } = await exchangeIn({
      read: SECRET('old'),
      again: VERSIONS('new'),
      answers: [REFUSED, GOOD],
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

  it('makes no request if the client cannot be authenticated', async () => {
    const { outcome, bodies } = await exchangeIn(
      { read: SECRET('not a key'), answers: [GOOD] },
      { client: { ...REQUEST.client, authentication: 'private_key_jwt' } },
    )

    expect(outcome).toStrictEqual(
      failure(
        fault('secret_unusable', {
          secret: 'ocid1.vaultsecret.oc1..a',
          detail: 'no_private_key',
        }),
      ),
    )
    expect(bodies).toStrictEqual([])
  })

  it('makes no request if the form cannot be made', async () => {
    const { outcome, bodies } = await exchangeIn({
      read: SECRET('one'),
      answers: [GOOD],
      form: () => Promise.resolve(UNAVAILABLE),
    })

    expect(outcome).toStrictEqual(
      failure(
        fault('secret_unavailable', { secret: 'ocid1.vaultsecret.oc1..a', detail: 'status_404' }),
      ),
    )
    expect(bodies).toStrictEqual([])
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
