import { describe, expect, it } from '@jest/globals'
import { fault } from '../../../src/decision.ts'
import type { ClientExchangeFailure } from '../../../src/oauth/client-exchange.ts'
import { createRequestToken, readTokenAnswer } from '../../../src/oauth/token-endpoint.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { recordingExchange } from '../support/exchanges.ts'
import { answer } from '../support/http-answers.ts'
import { whilePolluted } from '../support/pollution.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'
import { REGISTRATION } from '../support/tokens-for-backends.ts'

const GOOD = { access_token: 'abc', token_type: 'Bearer', expires_in: 3600 }

function read(body: unknown, status = 200) {
  return readTokenAnswer(answer(status, body), START, START)
}

describe('a token request', () => {
  const REQUEST = {
    tokenEndpoint: 'https://idp.example/token',
    client: REGISTRATION,
    form: { grant_type: 'client_credentials' },
  }

  /** The request takes 20 seconds. */
  const requested = async (reply: Result<HttpAnswer, ClientExchangeFailure>) => {
    const clock = new StandingClock()
    const exchange = recordingExchange(() => {
      clock.advance(20)
      return reply
    })
    const requestToken = createRequestToken(exchange.sendAsClient, clock)
    return { issued: await requestToken(REQUEST, PLENTY_OF_TIME), requests: exchange.requests }
  }

  it('has a connection of its own: nothing in the answer says whose token it is', async () => {
    const { requests } = await requested(success(answer(200, GOOD)))

    expect(requests).toStrictEqual([
      {
        endpoint: REQUEST.tokenEndpoint,
        client: REGISTRATION,
        form: REQUEST.form,
        connection: 'own',
      },
    ])
  })

  it('counts the lifetime of the token from before the request', async () => {
    const { issued } = await requested(success(answer(200, GOOD)))

    expect(issued.ok && issued.value.expiresAt - START).toBe(3600)
  })

  it('fails with the failure of the exchange, or with the fault about the secret', async () => {
    const unreadable = fault('secret_unavailable')

    expect((await requested(failure('timed_out'))).issued).toStrictEqual(
      failure({ kind: 'unavailable', detail: 'timed_out' }),
    )
    expect((await requested(failure(unreadable))).issued).toStrictEqual(failure(unreadable))
  })
})

describe('a token endpoint’s answer', () => {
  it('RFC 6749 §5.1: has a credential and its expiry, counted from the request', () => {
    const reading = read(GOOD)

    expect(reading.ok && reading.value.accessToken.reveal()).toBe('abc')
    expect(reading.ok && reading.value.expiresAt - START).toBe(3600)
  })

  it('RFC 8693 §2.2.1: has the type of the issued token where the answer states it', () => {
    const typeOf = (more: object) => {
      const reading = read({ ...GOOD, ...more })
      return reading.ok ? reading.value.issuedTokenType : reading.error
    }

    expect(typeOf({ issued_token_type: 'urn:x' })).toBe('urn:x')
    expect([typeOf({}), typeOf({ issued_token_type: 1 })]).toStrictEqual([undefined, undefined])
  })

  it('has one token even if it lists several besides', () => {
    const reading = read({ ...GOOD, tokenResponses: [GOOD] })

    expect(reading.ok && reading.value.accessToken.reveal()).toBe('abc')
  })

  it.each(['bearer', 'BEARER', 'Bearer'])(
    'RFC 6749 §5.1: may write the token type as it likes: %s',
    (token_type) => {
      const reading = read({ ...GOOD, token_type })

      expect(reading.ok && reading.value.accessToken.reveal()).toBe('abc')
    },
  )

  it.each([
    ['no lifetime', undefined, 300],
    ['a lifetime of null', null, 300],
    ['a lifetime of days', 10 * 86_400, 86_400],
    ['a lifetime beyond all bounds', 1e308, 86_400],
    ['a lifetime with a fraction', 0.5, 0.5],
    ['a lifetime as digits in a string', '3599', 3599],
  ])('may name %s', (_case, expires_in, expected) => {
    const reading = read({ ...GOOD, expires_in })

    expect(reading.ok && reading.value.expiresAt - START).toBe(expected)
  })

  it.each([
    ['its own where that is shorter', { exp: START + 30 }, undefined, 30],
    ['300 s where its own is longer', { exp: START + 3_600 }, undefined, 300],
    ['300 s where its own is over, by whatever clock', { exp: START }, undefined, 300],
    ['300 s where it tells none', {}, undefined, 300],
    ['300 s where its own is not a number', { exp: String(START + 30) }, undefined, 300],
    ['what the answer tells', { exp: START + 30 }, 60, 60],
  ])('has for the lifetime of a JWT %s', (_case, claims, expires_in, expected) => {
    const reading = read({ ...GOOD, access_token: unsignedJwt(claims), expires_in })

    expect(reading.ok && reading.value.expiresAt - START).toBe(expected)
  })

  it('has no token that is longer than the gateway’s limit', () => {
    const lengths = [16_384, 16_385].map((length) => 'a'.repeat(length))
    const readings = lengths.map((access_token) => read({ ...GOOD, access_token }))

    expect(readings.map(({ ok }) => ok)).toStrictEqual([true, false])
    expect(readings[1]).toStrictEqual(
      failure({ kind: 'unusable', detail: 'access_token_too_long' }),
    )
  })

  it.each([
    ['expires_in of 0', { expires_in: 0 }, 'expires_in_malformed'],
    ['expires_in below 0', { expires_in: -5 }, 'expires_in_malformed'],
    ['expires_in with a sign', { expires_in: '+3600' }, 'expires_in_malformed'],
    ['expires_in with a unit', { expires_in: '3600s' }, 'expires_in_malformed'],
    ['expires_in with a fraction in a string', { expires_in: '3600.5' }, 'expires_in_malformed'],
    ['expires_in as an empty string', { expires_in: '' }, 'expires_in_malformed'],
    ['expires_in as an array', { expires_in: [3600] }, 'expires_in_malformed'],
    ['expires_in of true', { expires_in: true }, 'expires_in_malformed'],
    ['no access token', { access_token: undefined }, 'access_token_missing'],
    ['an empty access token', { access_token: '' }, 'access_token_missing'],
    ['an access token that is no text', { access_token: ['abc'] }, 'access_token_missing'],
    ['several tokens', { access_token: undefined, tokenResponses: [GOOD] }, 'several_tokens'],
    ['RFC 6750 §2.1: a blank in the token', { access_token: 'a b' }, 'access_token_malformed'],
    ['a line break in the token', { access_token: 'a\r\nb' }, 'access_token_malformed'],
    ['a line feed behind the token', { access_token: 'abc\n' }, 'access_token_malformed'],
    ['a letter beyond ASCII in it', { access_token: 'abcé' }, 'access_token_malformed'],
    ['no token type', { token_type: undefined }, 'not_bearer'],
    ['RFC 9449 §5: a DPoP token', { token_type: 'DPoP' }, 'not_bearer'],
    ['RFC 8693 §2.2.1: no access token at all', { token_type: 'N_A' }, 'not_bearer'],
    ['a token type that is no text', { token_type: ['Bearer'] }, 'not_bearer'],
  ])('cannot be used with %s', (_case, members, detail) => {
    expect(read({ ...GOOD, ...members })).toStrictEqual(failure({ kind: 'unusable', detail }))
  })

  it.each([
    ['a page', '<html></html>'],
    ['an array', [GOOD]],
    ['null', null],
    ['nothing', ''],
  ])('cannot be used when it is %s', (_case, body: unknown) => {
    expect(read(body)).toStrictEqual(failure({ kind: 'unusable', detail: 'not_json' }))
  })

  it.each([
    [400, { error: 'invalid_scope' }, 'invalid_scope', undefined],
    [400, { error: 'unauthorized_client' }, 'unauthorized_client', 'possible'],
    [401, { error: 'invalid_client' }, 'invalid_client', 'certain'],
    [401, '', 'status_401', 'certain'],
    [403, { error: 'access_denied' }, 'access_denied', 'possible'],
  ] as const)(
    'RFC 6749 §5.2: is an error with status %d and %j',
    (status, body, detail, clientRefusal) => {
      expect(read(body, status)).toStrictEqual(
        failure({ kind: 'refused', detail, ...(clientRefusal && { clientRefusal }) }),
      )
    },
  )

  it('is not read with another media type than JSON, with a detail', () => {
    const typed = (type: string, body: unknown) =>
      readTokenAnswer(answer(200, body, type), START, START)

    expect(typed('text/plain', GOOD)).toStrictEqual(
      failure({ kind: 'unusable', detail: 'media_type' }),
    )
    expect(typed('text/html', '<html>')).toStrictEqual(
      failure({ kind: 'unusable', detail: 'not_json' }),
    )
  })

  it.each([
    [201, GOOD],
    [302, GOOD],
    [429, { error: 'slow_down' }],
    [500, GOOD],
    [503, { error: 'temporarily_unavailable' }],
  ])('is not a token endpoint’s with status %d and %j', (status, body: unknown) => {
    expect(read(body, status)).toStrictEqual(
      failure({ kind: 'unavailable', detail: `status_${status}` }),
    )
  })

  it('may be a refusal of our client with status 400 and without a code', () => {
    expect(read('Bad Request', 400)).toStrictEqual(
      failure({ kind: 'unavailable', detail: 'status_400', clientRefusal: 'possible' }),
    )
  })

  it.each([
    ['fixed texts alone', { error: 'client secret s3cret is wrong' }],
    ['no code that is too long', { error: 'a'.repeat(41) }],
    ['no code with upper case, as secrets have', { error: 'aB' }],
  ])('logs %s', (_case, body) => {
    expect(read(body, 401)).toStrictEqual(
      failure({ kind: 'refused', detail: 'status_401', clientRefusal: 'certain' }),
    )
  })

  it('takes nothing from a polluted Object.prototype', async () => {
    const reading = await whilePolluted(GOOD, () => read({}))

    expect(reading).toStrictEqual(failure({ kind: 'unusable', detail: 'access_token_missing' }))
  })
})

describe('the wait that the endpoint asks for', () => {
  const retryAfter = (status: number, value: string): unknown => {
    const plain = answer(status, {})
    const header = (name: string) => (name === 'retry-after' ? value : plain.header(name))
    const read = readTokenAnswer({ ...plain, header }, START, START)
    return read.ok ? undefined : read.error.retryAfter
  }

  it.each([
    [429, '7', 7],
    [503, '120', 120],
    [429, new Date((START + 30) * 1000).toUTCString(), 30],
    [429, '86400', 300],
  ])('RFC 9110 §10.2.3: is used with status %d and %s', (status, value, expected) => {
    expect(retryAfter(status, value)).toBe(expected)
  })

  it.each([
    [500, '7'],
    [400, '7'],
    [429, '0'],
    [429, '-7'],
    [429, '7.5'],
    [429, '1e3'],
    [429, 'soon'],
    [429, new Date((START - 30) * 1000).toUTCString()],
  ])('is ignored with status %d and %s', (status, value) => {
    expect(retryAfter(status, value)).toBeUndefined()
  })
})
