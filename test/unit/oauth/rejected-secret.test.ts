import { describe, expect, it } from '@jest/globals'
import { failure, success } from '../../../src/platform/result.ts'
import { answer } from '../support/http-answers.ts'
import {
  exchangeIn,
  GOOD,
  REFUSED,
  REQUEST,
  SECRET_OCID,
  UNAVAILABLE,
  type Answer,
} from './client-exchange-fixture.ts'

const NEW_AND_OLD = { read: 'new', again: ['new', 'old'] } as const

/** What is done after the search for another secret. */
function keeping(isKept: boolean): string[] {
  return isKept ? [`keep old of ${SECRET_OCID}`] : []
}

type Attempts = readonly [
  title: string,
  read: string,
  again: readonly [current: string, previous?: string],
  answers: readonly Answer[],
  sent: readonly string[],
]

describe('an exchange whose secret is rejected', () => {
  it.each<Attempts>([
    ['tries another version of a rejected secret', 'old', ['new'], [REFUSED, GOOD], ['old', 'new']],
    [
      'tries the same once more, then the previous one, and no other',
      'new',
      ['new', 'old'],
      [REFUSED, REFUSED, REFUSED, GOOD],
      ['new', 'new', 'old'],
    ],
    [
      'does not try the previous one if the secret has changed: it is the one just rejected',
      'old',
      ['new', 'old'],
      [REFUSED, REFUSED, GOOD],
      ['old', 'new'],
    ],
    [
      'does not try the previous one if the rejection was temporary',
      'new',
      ['new', 'old'],
      [REFUSED, GOOD],
      ['new', 'new'],
    ],
    [
      'tries a secret that is still the same once more, and not again',
      'same',
      ['same'],
      [REFUSED, REFUSED, GOOD],
      ['same', 'same'],
    ],
  ])('%s', async (_title, read, again, answers, sent) => {
    const { outcome, asked, secretsSent } = await exchangeIn({ read, again, answers })

    expect(outcome).toBe(answers[sent.length - 1])
    expect(secretsSent).toStrictEqual(sent)
    expect(asked).toStrictEqual([`read ${SECRET_OCID}`, `other than ${read}`])
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
    const answers = [REFUSED, REFUSED, third]
    const { outcome, asked, warnings } = await exchangeIn({ ...NEW_AND_OLD, answers })

    expect(outcome).toBe(third)
    expect(asked.slice(2)).toStrictEqual(keeping(isKept))
    expect(warnings).toStrictEqual(
      isKept ? [['previous_secret_used', { secret: SECRET_OCID }]] : [],
    )
  })

  it('is distinguished from others with the same secret, by endpoint and client', async () => {
    const ports = { ...NEW_AND_OLD, answers: [REFUSED, REFUSED, GOOD] }
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
    const { outcome, requests } = await exchangeIn({ read: 'old', answers: [REFUSED, GOOD] })

    expect(outcome).toBe(REFUSED)
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['a refusal of something else', success(answer(400, { error: 'invalid_scope' }))],
    ['a server’s trouble', success(answer(500, {}))],
    ['a failed exchange', failure('timed_out' as const)],
  ])('looks for no other secret on %s', async (_case, first) => {
    const answers = [first, GOOD]
    const { outcome, asked } = await exchangeIn({ read: 'one', again: ['two'], answers })

    expect(outcome).toBe(first)
    expect(asked).toHaveLength(1)
  })

  it('fails with Vault’s fault if the secret cannot be read again', async () => {
    const answers = [REFUSED, GOOD]

    expect((await exchangeIn({ read: 'old', again: UNAVAILABLE, answers })).outcome).toBe(
      UNAVAILABLE,
    )
  })
})

describe('an ambiguous rejection', () => {
  /** It may have another cause than the secret. */
  const PERHAPS = success(answer(400, { error: 'unauthorized_client' }))

  it.each<Attempts>([
    [
      'tries a secret that has changed, and no other',
      'old',
      ['new'],
      [PERHAPS, GOOD],
      ['old', 'new'],
    ],
    ['does not send the same secret again', 'same', ['same'], [PERHAPS, GOOD], ['same']],
  ])('%s', async (_title, read, again, answers, sent) => {
    const { outcome, asked, secretsSent } = await exchangeIn({ read, again, answers })

    expect(outcome).toBe(answers[sent.length - 1])
    expect(secretsSent).toStrictEqual(sent)
    expect(asked).toStrictEqual([`read ${SECRET_OCID}`, `other than ${read}`])
  })

  it.each([
    ['accepted', GOOD, true],
    ['refused in the same way', PERHAPS, false],
  ])(
    'tries the previous secret if Vault has the rejected one: %s',
    async (_case, second, isKept) => {
      const answers = [PERHAPS, second]
      const { outcome, asked, secretsSent } = await exchangeIn({ ...NEW_AND_OLD, answers })

      expect(outcome).toBe(second)
      expect(secretsSent).toStrictEqual(['new', 'old'])
      expect(asked.slice(2)).toStrictEqual(keeping(isKept))
    },
  )

  it('is the result if Vault cannot be read', async () => {
    const ports = { read: 'old', again: UNAVAILABLE, answers: [PERHAPS] }

    expect((await exchangeIn(ports)).outcome).toBe(PERHAPS)
  })
})
