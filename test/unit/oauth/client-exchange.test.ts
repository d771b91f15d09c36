/**
 * Owns the proof of an exchange as a registered client, whose secret may have been rotated.
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import { fault, type Fault } from '../../../src/decision.ts'
import {
  createAskAsClient,
  toFault,
  type ClientRequest,
} from '../../../src/oauth/client-exchange.ts'
import type { HttpAnswer, HttpFailure, HttpRequest } from '../../../src/platform/http.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import type { SecretStore } from '../../../src/vault/secret-store.ts'
import { answer } from '../support/http-answers.ts'
import { PLENTY_OF_TIME } from '../support/time.ts'

const REQUEST: ClientRequest = {
  endpoint: 'https://idp.example/token',
  client: {
    clientId: 'client-1',
    secretOcid: 'ocid1.vaultsecret.oc1..a',
    authentication: 'client_secret_post',
  },
  form: { grant_type: 'client_credentials' },
  isClientRefused: ({ status }) => status === 401,
}

const UNAVAILABLE = failure(fault('secret_unavailable', { detail: 'status_404' }))
const SECRET = (text: string) => success(new Redacted(text))

interface World {
  readonly read: Result<Redacted, Fault>
  readonly readAgain: Result<Redacted, Fault> | undefined
  readonly answers: readonly Result<HttpAnswer, HttpFailure>[]
}

const exchangeIn = async ({ read, readAgain, answers }: World) => {
  const requests: HttpRequest[] = []
  const asked: string[] = []
  const secrets: SecretStore = {
    read: (ocid) => {
      asked.push(`read ${ocid}`)
      return Promise.resolve(read)
    },
    readAgain: (ocid) => {
      asked.push(`readAgain ${ocid}`)
      return Promise.resolve(readAgain)
    },
  }
  const ask = createAskAsClient((request) => {
    requests.push(request)
    return Promise.resolve(answers[requests.length - 1] ?? failure('connection_failed'))
  }, secrets)

  const outcome = await ask(REQUEST, PLENTY_OF_TIME)
  return { outcome, asked, bodies: requests.map(({ body }) => body) }
}

const REFUSED = success(answer(401, { error: 'invalid_client' }))
const GOOD = success(answer(200, {}))

describe('an exchange as a registered client', () => {
  it('sends the form with the secret from Vault', async () => {
    const { outcome, asked, bodies } = await exchangeIn({
      read: SECRET('one'),
      readAgain: SECRET('two'),
      answers: [GOOD],
    })

    expect(outcome).toBe(GOOD)
    expect(asked).toStrictEqual(['read ocid1.vaultsecret.oc1..a'])
    expect(bodies).toStrictEqual([
      'grant_type=client_credentials&client_id=client-1&client_secret=one',
    ])
  })

  it('reads a refused secret again and tries once more', async () => {
    const { outcome, asked, bodies } = await exchangeIn({
      read: SECRET('old'),
      readAgain: SECRET('new'),
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(GOOD)
    expect(asked).toStrictEqual([
      'read ocid1.vaultsecret.oc1..a',
      'readAgain ocid1.vaultsecret.oc1..a',
    ])
    expect(bodies.map((body) => body?.split('client_secret=')[1])).toStrictEqual(['old', 'new'])
  })

  it('tries once more and not again', async () => {
    const { outcome, bodies } = await exchangeIn({
      read: SECRET('old'),
      readAgain: SECRET('new'),
      answers: [REFUSED, REFUSED, GOOD],
    })

    expect(outcome).toBe(REFUSED)
    expect(bodies).toHaveLength(2)
  })

  it('leaves it at the refusal where the secret was read again just before', async () => {
    const { outcome, bodies } = await exchangeIn({
      read: SECRET('old'),
      readAgain: undefined,
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(REFUSED)
    expect(bodies).toHaveLength(1)
  })

  it.each([
    ['a refusal of something else', success(answer(400, { error: 'invalid_scope' }))],
    ['a server’s trouble', success(answer(500, {}))],
    ['a failed exchange', failure('timed_out' as const)],
  ])('does not read the secret again on %s', async (_case, first) => {
    const { outcome, asked } = await exchangeIn({
      read: SECRET('one'),
      readAgain: SECRET('two'),
      answers: [first, GOOD],
    })

    expect(outcome).toBe(first)
    expect(asked).toHaveLength(1)
  })

  it('asks nobody without a secret', async () => {
    const { outcome, bodies } = await exchangeIn({
      read: UNAVAILABLE,
      readAgain: SECRET('two'),
      answers: [GOOD],
    })

    expect(outcome).toBe(UNAVAILABLE)
    expect(bodies).toStrictEqual([])
  })

  it('fails with Vault’s fault where the secret cannot be read again', async () => {
    const { outcome } = await exchangeIn({
      read: SECRET('old'),
      readAgain: UNAVAILABLE,
      answers: [REFUSED, GOOD],
    })

    expect(outcome).toBe(UNAVAILABLE)
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
