import { describe, expect, it } from '@jest/globals'
import type { ClientExchangeFailure } from '../../../src/oauth/client-exchange.ts'
import { createRequestToken, readTokenAnswer } from '../../../src/oauth/token-endpoint.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { recordingExchange } from '../support/exchanges.ts'
import { answer } from '../support/http-answers.ts'
import { faulty } from '../support/outcomes.ts'
import { whilePolluted } from '../support/pollution.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'
import { unsignedJwt } from '../support/tokens.ts'
import { REGISTRATION } from '../support/tokens-for-backends.ts'

const GOOD = { access_token: 'abc', token_type: 'Bearer', expires_in: 3600 }

function read(body: unknown, status = 200, mediaType?: string) {
  return readTokenAnswer(answer(status, body, mediaType), START, START)
}

/** A good answer with these members changed. */
function tokenWith(changes: object = {}) {
  const reading = read({ ...GOOD, ...changes })
  if (!reading.ok) throw new Error(reading.error.detail)
  const { accessToken, expiresAt, issuedTokenType } = reading.value
  return { token: accessToken.reveal(), lifetime: expiresAt - START, issuedTokenType }
}

function unusable(detail: string) {
  return failure({ kind: 'unusable', detail })
}
function unavailable(detail: string, more: object = {}) {
  return failure({ kind: 'unavailable', detail, ...more })
}
function refused(detail: string, clientRefusal?: 'possible' | 'certain') {
  return failure({ kind: 'refused', detail, ...(clientRefusal && { clientRefusal }) })
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
    const late = await requested(failure('timed_out'))
    const unreadable = faulty('secret_unavailable')

    expect(late.issued).toStrictEqual(unavailable('timed_out'))
    expect((await requested(unreadable)).issued).toStrictEqual(unreadable)
  })
})

describe('a token endpoint’s answer', () => {
  it('RFC 6749 §5.1: has a credential and its expiry, counted from the request', () => {
    expect(tokenWith()).toMatchObject({ token: 'abc', lifetime: 3600 })
  })

  it('RFC 8693 §2.2.1: has the type of the issued token where the answer states it', () => {
    expect(tokenWith({ issued_token_type: 'urn:x' }).issuedTokenType).toBe('urn:x')
    expect(tokenWith({}).issuedTokenType).toBeUndefined()
    expect(tokenWith({ issued_token_type: 1 }).issuedTokenType).toBeUndefined()
  })

  it('has one token even if it lists several besides', () => {
    expect(tokenWith({ tokenResponses: [GOOD] }).token).toBe('abc')
  })

  it.each(['bearer', 'BEARER', 'Bearer'])(
    'RFC 6749 §5.1: may write the token type as it likes: %s',
    (token_type) => {
      expect(tokenWith({ token_type }).token).toBe('abc')
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
    expect(tokenWith({ expires_in }).lifetime).toBe(expected)
  })

  it.each([
    ['its own where that is shorter', { exp: START + 30 }, undefined, 30],
    ['300 s where its own is longer', { exp: START + 3_600 }, undefined, 300],
    ['300 s where its own is over, by whatever clock', { exp: START }, undefined, 300],
    ['300 s where it tells none', {}, undefined, 300],
    ['300 s where its own is not a number', { exp: String(START + 30) }, undefined, 300],
    ['what the answer tells', { exp: START + 30 }, 60, 60],
  ])('has for the lifetime of a JWT %s', (_case, claims, expires_in, expected) => {
    expect(tokenWith({ access_token: unsignedJwt(claims), expires_in }).lifetime).toBe(expected)
  })

  it('has no token that is longer than the gateway’s limit', () => {
    const longest = 'a'.repeat(16_384)

    expect(tokenWith({ access_token: longest }).token).toBe(longest)
    const tooLong = read({ ...GOOD, access_token: `${longest}a` })
    expect(tooLong).toStrictEqual(unusable('access_token_too_long'))
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
    expect(read({ ...GOOD, ...members })).toStrictEqual(unusable(detail))
  })

  it.each([
    ['a page', '<html></html>'],
    ['an array', [GOOD]],
    ['null', null],
    ['nothing', ''],
  ])('cannot be used when it is %s', (_case, body: unknown) => {
    expect(read(body)).toStrictEqual(unusable('not_json'))
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
      expect(read(body, status)).toStrictEqual(refused(detail, clientRefusal))
    },
  )

  it('is not read with another media type than JSON, with a detail', () => {
    expect(read(GOOD, 200, 'text/plain')).toStrictEqual(unusable('media_type'))
    expect(read('<html>', 200, 'text/html')).toStrictEqual(unusable('not_json'))
  })

  it.each([
    [201, GOOD],
    [302, GOOD],
    [429, { error: 'slow_down' }],
    [500, GOOD],
    [503, { error: 'temporarily_unavailable' }],
  ])('is not a token endpoint’s with status %d and %j', (status, body: unknown) => {
    expect(read(body, status)).toStrictEqual(unavailable(`status_${status}`))
  })

  it('may be a refusal of our client with status 400 and without a code', () => {
    const clientRefusal = 'possible'

    expect(read('Bad Request', 400)).toStrictEqual(unavailable('status_400', { clientRefusal }))
  })

  it.each([
    ['fixed texts alone', { error: 'client secret s3cret is wrong' }],
    ['no code that is too long', { error: 'a'.repeat(41) }],
    ['no code with upper case, as secrets have', { error: 'aB' }],
  ])('logs %s', (_case, body) => {
    expect(read(body, 401)).toStrictEqual(refused('status_401', 'certain'))
  })

  it('takes nothing from a polluted Object.prototype', async () => {
    const reading = await whilePolluted(GOOD, () => read({}))

    expect(reading).toStrictEqual(unusable('access_token_missing'))
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
