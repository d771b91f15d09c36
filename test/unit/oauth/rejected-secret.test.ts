import { describe, expect, it } from '@jest/globals'
import { failure, success } from '../../../src/platform/result.ts'
import { answer } from '../support/http-answers.ts'
import {
  INVALID_CLIENT,
  REQUEST,
  SECRET_OCID,
  sendExchange,
  SUCCESS,
  UNAVAILABLE,
  type Answer,
} from './send-as-client-fixture.ts'

const NEW_AND_OLD = { read: 'new', readAgain: ['new', 'old'] } as const

/** A rejection that may have a different cause than the secret. */
const AMBIGUOUS = success(answer(400, { error: 'unauthorized_client' }))

function errorAnswer(status: number, error?: string) {
  return success(answer(status, error === undefined ? {} : { error }))
}

describe('an exchange whose secret is rejected', () => {
  it.each<readonly [string, string, readonly [string, string?], readonly Answer[], string[]]>([
    ['a secret that has changed', 'old', ['new'], [INVALID_CLIENT, SUCCESS], ['old', 'new']],
    [
      'the same secret once more, and then the previous one',
      'new',
      ['new', 'old'],
      [INVALID_CLIENT, INVALID_CLIENT, INVALID_CLIENT, SUCCESS],
      ['new', 'new', 'old'],
    ],
    [
      'only the new secret if the rejected one is the previous one',
      'old',
      ['new', 'old'],
      [INVALID_CLIENT, INVALID_CLIENT, SUCCESS],
      ['old', 'new'],
    ],
    [
      'not the previous secret if the rejection was temporary',
      'new',
      ['new', 'old'],
      [INVALID_CLIENT, SUCCESS],
      ['new', 'new'],
    ],
    [
      'an unchanged secret once more',
      'same',
      ['same'],
      [INVALID_CLIENT, INVALID_CLIENT, SUCCESS],
      ['same', 'same'],
    ],
    [
      'a secret that has changed after an ambiguous rejection',
      'old',
      ['new'],
      [AMBIGUOUS, SUCCESS],
      ['old', 'new'],
    ],
    [
      'no secret that is unchanged after an ambiguous rejection',
      'same',
      ['same'],
      [AMBIGUOUS, SUCCESS],
      ['same'],
    ],
  ])('sends %s', async (_case, read, readAgain, answers, sent) => {
    const { outcome, vaultCalls, secretsSent } = await sendExchange({ read, readAgain, answers })

    expect(outcome).toBe(answers[sent.length - 1])
    expect(secretsSent).toStrictEqual(sent)
    expect(vaultCalls).toStrictEqual([`read ${SECRET_OCID}`, `read again instead of ${read}`])
  })

  it.each([
    ['a success', SUCCESS, true],
    ['an error that is not about the client', errorAnswer(400, 'invalid_scope'), true],
    ['status 400 without an error code', errorAnswer(400), false],
    ['status 429', errorAnswer(429, 'slow_down'), false],
    ['status 403 with such an error', errorAnswer(403, 'invalid_scope'), true],
    ['a redirect', errorAnswer(302), false],
    ['status 404', errorAnswer(404), false],
    ['status 404 with an error code', errorAnswer(404, 'not_found'), false],
    ['a server error', errorAnswer(500, 'server_error'), false],
    ['a timeout', failure('timed_out' as const), false],
    ['a rejection', INVALID_CLIENT, false],
  ])('accepts the previous secret, or not, after %s', async (_case, third, isAccepted) => {
    const answers = [INVALID_CLIENT, INVALID_CLIENT, third]
    const { outcome, vaultCalls, warnings } = await sendExchange({ ...NEW_AND_OLD, answers })

    expect(outcome).toBe(third)
    expect(vaultCalls.slice(2)).toStrictEqual(isAccepted ? [`accept old of ${SECRET_OCID}`] : [])
    expect(warnings).toStrictEqual(
      isAccepted ? [['previous_secret_used', { secret: SECRET_OCID }]] : [],
    )
  })

  it.each([
    ['accepted', SUCCESS, true],
    ['rejected in the same way', AMBIGUOUS, false],
    ['rejected as a wrong secret', INVALID_CLIENT, false],
    ['cut short', failure('timed_out' as const), false],
  ])(
    'sends the previous secret after an ambiguous rejection: %s',
    async (_case, second, isAccepted) => {
      const answers = [AMBIGUOUS, second]
      const { outcome, vaultCalls, secretsSent } = await sendExchange({ ...NEW_AND_OLD, answers })

      expect(outcome).toBe(isAccepted ? second : AMBIGUOUS)
      expect(secretsSent).toStrictEqual(['new', 'old'])
      expect(vaultCalls.slice(2)).toStrictEqual(isAccepted ? [`accept old of ${SECRET_OCID}`] : [])
    },
  )

  it('has a client key for each combination of endpoint and client', async () => {
    const exchange = { ...NEW_AND_OLD, answers: [INVALID_CLIENT, INVALID_CLIENT, SUCCESS] }
    const clientKeys = [
      await sendExchange(exchange),
      await sendExchange(exchange),
      await sendExchange(exchange, { endpoint: 'https://other.example/token' }),
      await sendExchange(exchange, { client: { ...REQUEST.client, clientId: 'client-2' } }),
    ].map((sent) => [...sent.clientKeys])

    expect(clientKeys.map(({ length }) => length)).toStrictEqual([1, 1, 1, 1])
    expect(new Set(clientKeys.flat()).size).toBe(3)
  })

  it('returns the rejection if Vault is not read again', async () => {
    const answers = [INVALID_CLIENT, SUCCESS]
    const { outcome, requests } = await sendExchange({ read: 'old', answers })

    expect(outcome).toBe(INVALID_CLIENT)
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['an error that is not about the client', errorAnswer(400, 'invalid_scope')],
    ['a server error', errorAnswer(500)],
    ['a timeout', failure('timed_out' as const)],
  ])('does not read the secret again after %s', async (_case, first) => {
    const exchange = { read: 'one', readAgain: ['two'], answers: [first, SUCCESS] } as const
    const { outcome, vaultCalls } = await sendExchange(exchange)

    expect(outcome).toBe(first)
    expect(vaultCalls).toHaveLength(1)
  })

  it.each([
    ['the fault of Vault after a certain rejection', INVALID_CLIENT, UNAVAILABLE],
    ['an ambiguous rejection', AMBIGUOUS, AMBIGUOUS],
  ])('returns %s if the secret cannot be read again', async (_case, first, expected) => {
    const exchange = { read: 'old', readAgain: UNAVAILABLE, answers: [first, SUCCESS] }

    expect((await sendExchange(exchange)).outcome).toBe(expected)
  })
})
