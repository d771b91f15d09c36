import { describe, expect, it } from '@jest/globals'
import type { ClientRequestFailure } from '../../../src/oauth/send-as-client.ts'
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

function tokenWith(changes: object = {}) {
  const result = read({ ...GOOD, ...changes })
  if (!result.ok) throw new Error(result.error.detail)
  const { accessToken, expiresAt, issuedTokenType } = result.value
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

  const requestIn20Seconds = async (reply: Result<HttpAnswer, ClientRequestFailure>) => {
    const clock = new StandingClock()
    const exchange = recordingExchange(() => {
      clock.advance(20)
      return reply
    })
    const requestToken = createRequestToken(exchange.sendAsClient, clock)
    return { issued: await requestToken(REQUEST, PLENTY_OF_TIME), requests: exchange.requests }
  }

  it('uses a separate connection, because the answer does not identify its request', async () => {
    const { requests } = await requestIn20Seconds(success(answer(200, GOOD)))

    expect(requests).toStrictEqual([
      {
        endpoint: REQUEST.tokenEndpoint,
        client: REGISTRATION,
        form: REQUEST.form,
        connection: 'own',
      },
    ])
  })

  it('counts the lifetime from the start of the request', async () => {
    const { issued } = await requestIn20Seconds(success(answer(200, GOOD)))

    expect(issued.ok && issued.value.expiresAt - START).toBe(3600)
  })

  it('returns the failure of the exchange or the fault of the secret', async () => {
    const timedOut = await requestIn20Seconds(failure('timed_out'))
    const unavailableSecret = faulty('secret_unavailable')

    expect(timedOut.issued).toStrictEqual(unavailable('timed_out'))
    expect((await requestIn20Seconds(unavailableSecret)).issued).toStrictEqual(unavailableSecret)
  })
})

describe('readTokenAnswer', () => {
  it('RFC 6749 §5.1: returns the token and its expiry', () => {
    expect(tokenWith()).toMatchObject({ token: 'abc', lifetime: 3600 })
  })

  it('RFC 8693 §2.2.1: returns the type of the issued token if it is a string', () => {
    expect(tokenWith({ issued_token_type: 'urn:x' }).issuedTokenType).toBe('urn:x')
    expect(tokenWith({}).issuedTokenType).toBeUndefined()
    expect(tokenWith({ issued_token_type: 1 }).issuedTokenType).toBeUndefined()
  })

  it('returns the token of an answer that also has tokenResponses', () => {
    expect(tokenWith({ tokenResponses: [GOOD] }).token).toBe('abc')
  })

  it.each(['bearer', 'BEARER', 'Bearer'])('RFC 6749 §5.1: accepts the type %s', (token_type) => {
    expect(tokenWith({ token_type }).token).toBe('abc')
  })

  it.each([
    ['no lifetime', undefined, 300],
    ['a lifetime of null', null, 300],
    ['a lifetime of ten days', 10 * 86_400, 86_400],
    ['a very large lifetime', 1e308, 86_400],
    ['a lifetime with a fraction', 0.5, 0.5],
    ['a lifetime in a string', '3599', 3599],
  ])('accepts %s', (_case, expires_in, expected) => {
    expect(tokenWith({ expires_in }).lifetime).toBe(expected)
  })

  it.each([
    ['`exp` in less than 300 s', { exp: START + 30 }, undefined, 30],
    ['`exp` in more than 300 s', { exp: START + 3_600 }, undefined, 300],
    ['`exp` in the past', { exp: START }, undefined, 300],
    ['no `exp`', {}, undefined, 300],
    ['an `exp` that is not a number', { exp: String(START + 30) }, undefined, 300],
    ['`exp` and expires_in', { exp: START + 30 }, 60, 60],
  ])('determines the lifetime of a JWT with %s', (_case, claims, expires_in, expected) => {
    expect(tokenWith({ access_token: unsignedJwt(claims), expires_in }).lifetime).toBe(expected)
  })

  it('rejects a token that is longer than the gateway’s limit', () => {
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
    ['an access token that is not a string', { access_token: ['abc'] }, 'access_token_missing'],
    ['only tokenResponses', { access_token: undefined, tokenResponses: [GOOD] }, 'several_tokens'],
    ['RFC 6750 §2.1: a space in the token', { access_token: 'a b' }, 'access_token_malformed'],
    ['a line break in the token', { access_token: 'a\r\nb' }, 'access_token_malformed'],
    ['a line feed after the token', { access_token: 'abc\n' }, 'access_token_malformed'],
    ['a non-ASCII letter in the token', { access_token: 'abcé' }, 'access_token_malformed'],
    ['no token type', { token_type: undefined }, 'not_bearer'],
    ['RFC 9449 §5: a DPoP token', { token_type: 'DPoP' }, 'not_bearer'],
    ['RFC 8693 §2.2.1: the token type N_A', { token_type: 'N_A' }, 'not_bearer'],
    ['a token type that is not a string', { token_type: ['Bearer'] }, 'not_bearer'],
  ])('rejects an answer with %s', (_case, members, detail) => {
    expect(read({ ...GOOD, ...members })).toStrictEqual(unusable(detail))
  })

  it.each<readonly [string, unknown, string | undefined, string]>([
    ['HTML', '<html></html>', undefined, 'not_json'],
    ['HTML with its media type', '<html>', 'text/html', 'not_json'],
    ['an array', [GOOD], undefined, 'not_json'],
    ['null', null, undefined, 'not_json'],
    ['an empty body', '', undefined, 'not_json'],
    ['JSON with a different media type', GOOD, 'text/plain', 'media_type'],
  ])('rejects %s', (_case, body, mediaType, detail) => {
    expect(read(body, 200, mediaType)).toStrictEqual(unusable(detail))
  })

  it.each([
    [400, { error: 'invalid_scope' }, 'invalid_scope', undefined],
    [400, { error: 'unauthorized_client' }, 'unauthorized_client', 'possible'],
    [401, { error: 'invalid_client' }, 'invalid_client', 'certain'],
    [401, '', 'status_401', 'certain'],
    [403, { error: 'access_denied' }, 'access_denied', 'possible'],
    // Secrets must not get into the log.
    [401, { error: 'client secret s3cret is wrong' }, 'status_401', 'certain'],
    [401, { error: 'a'.repeat(41) }, 'status_401', 'certain'],
    [401, { error: 'aB' }, 'status_401', 'certain'],
  ] as const)('RFC 6749 §5.2: reads status %d with %j', (status, body, detail, refusal) => {
    expect(read(body, status)).toStrictEqual(refused(detail, refusal))
  })

  it.each([
    [201, GOOD],
    [302, GOOD],
    [429, { error: 'slow_down' }],
    [500, GOOD],
    [503, { error: 'temporarily_unavailable' }],
  ])('rejects an answer with status %d and %j', (status, body: unknown) => {
    expect(read(body, status)).toStrictEqual(unavailable(`status_${status}`))
  })

  it('returns a possible client refusal for status 400 without an error code', () => {
    const clientRefusal = 'possible'

    expect(read('Bad Request', 400)).toStrictEqual(unavailable('status_400', { clientRefusal }))
  })

  it('ignores a polluted Object.prototype', async () => {
    const result = await whilePolluted(GOOD, () => read({}))

    expect(result).toStrictEqual(unusable('access_token_missing'))
  })
})

describe('Retry-After', () => {
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
    [500, '7', undefined],
    [400, '7', undefined],
    [429, '0', undefined],
    [429, '-7', undefined],
    [429, '7.5', undefined],
    [429, '1e3', undefined],
    [429, 'soon', undefined],
    [429, new Date((START - 30) * 1000).toUTCString(), undefined],
  ])('RFC 9110 §10.2.3: is read, with status %d and %s, as %s', (status, value, expected) => {
    expect(retryAfter(status, value)).toBe(expected)
  })
})
