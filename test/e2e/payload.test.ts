import { describe, expect, it } from '@jest/globals'
import { readChallenge } from './support/challenge.ts'
import { PERMIT } from './support/harness.ts'
import type { Outcome } from './support/outcome.ts'
import { startTestHarness } from './support/test-harness.ts'
import { opaqueToken, payloadOf } from './support/tokens.ts'

const harness = await startTestHarness()

const TOKEN = harness.registerSecret(opaqueToken())
const BEARER = `Bearer ${TOKEN}`
const LONGEST = 16 * 1024

const PAYLOADS: readonly (readonly [name: string, payload: (token: unknown) => string])[] = [
  ['multi-argument', (token) => payloadOf({ token })],
  ['single-argument', (token) => JSON.stringify({ type: 'TOKEN', token })],
]

function errorOf({ answer }: Outcome): string | undefined {
  return readChallenge(answer?.['wwwAuthenticate']).parameters['error']
}

describe.each(PAYLOADS)('the %s payload', (_name, payload) => {
  it.each([
    ['a string', BEARER, TOKEN],
    ['an array of one string', [BEARER], TOKEN],
    ['a string with the scheme in lower case', `bearer ${TOKEN}`, TOKEN],
    ['a string with the scheme in mixed case', `bEaReR ${TOKEN}`, TOKEN],
    ['a string with several blanks after the scheme', `Bearer   ${TOKEN}`, TOKEN],
    ['a string of all characters of a b64token', 'Bearer AZaz09-._~+/==', 'AZaz09-._~+/=='],
    ['the longest allowed token', `Bearer ${'a'.repeat(LONGEST)}`, 'a'.repeat(LONGEST)],
  ])('#3: is accepted if the token is %s', async (_case, value, token) => {
    expect((await harness.call(payload(value))).verdict).toBe(PERMIT)
    expect(harness.introspection.requests.map(({ form }) => form['token'])).toEqual([token])
  })

  it.each([
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 42],
    ['a boolean', true],
    ['an object', { token: BEARER }],
    ['an empty array', []],
    ['an array of null', [null]],
    ['a nested array', [[BEARER]]],
    ['a scheme only', 'Bearer'],
    ['a scheme and blanks', 'Bearer  '],
    ['of another scheme', `Basic ${TOKEN}`],
    ['without a scheme', TOKEN],
    ['of a scheme with the prefix `Bearer`', `Bearers ${TOKEN}`],
  ])(
    '#1, #2, #10: causes a challenge without an error if the token is %s',
    async (_case, value) => {
      const outcome = await harness.call(payload(value))
      expect(outcome.verdict).toMatch(/^deny (token_missing|scheme_unsupported)$/)
      expect(outcome.answer?.['context']).toEqual({ responseCode: '401' })
      const { parameters } = readChallenge(outcome.answer?.['wwwAuthenticate'])
      expect(Object.keys(parameters)).toEqual(['realm'])
      expect(harness.requestCount()).toBe(0)
    },
  )

  it.each([
    ['two values', [BEARER, `Bearer ${opaqueToken()}`], 'token_repeated'],
    ['the same value twice', [BEARER, BEARER], 'token_repeated'],
    ['a value and an empty one', [BEARER, ''], 'token_repeated'],
    ['two values in one string', `${BEARER}, ${BEARER}`, 'token_malformed'],
    ['one character too many', `Bearer ${'a'.repeat(LONGEST + 1)}`, 'token_too_long'],
    ['a megabyte', `Bearer ${'a'.repeat(1024 * 1024)}`, 'token_too_long'],
    ['an inner blank', `${BEARER} ${TOKEN}`, 'token_malformed'],
    ['a trailing blank', `${BEARER} `, 'token_malformed'],
    ['a trailing line break', `${BEARER}\n`, 'token_malformed'],
    ['an inner CR and LF', `${BEARER}\r\nX-Injected: 1`, 'token_malformed'],
    ['a NUL', `${BEARER}\u0000`, 'token_malformed'],
    ['a non-ASCII letter', `${BEARER}é`, 'token_malformed'],
    ['an unpaired surrogate', `${BEARER}\ud800`, 'token_malformed'],
    ['quotes', `Bearer "${TOKEN}"`, 'token_malformed'],
    ['inner padding', `Bearer a=${TOKEN}`, 'token_malformed'],
    ['only padding', 'Bearer ==', 'token_malformed'],
  ])('#4, #5, #9: causes invalid_request if the token has %s', async (_case, value, reason) => {
    const outcome = await harness.call(payload(value))
    expect(outcome.verdict).toBe(`deny ${reason}`)
    expect(errorOf(outcome)).toBe('invalid_request')
    expect(JSON.stringify(outcome.answer)).not.toContain(TOKEN)
    expect(harness.requestCount()).toBe(0)
  })
})

describe('an invalid body', () => {
  it.each([
    ['empty', ''],
    ['not JSON', 'token=Bearer'],
    ['truncated', payloadOf({ token: BEARER }).slice(0, -1)],
    ['two payloads', payloadOf({ token: 'Bearer a' }) + payloadOf({ token: 'Bearer b' })],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"Bearer x"'],
    ['an array', '[]'],
    ['a payload in an array', `[${payloadOf({ token: BEARER })}]`],
    ['an object without a type', JSON.stringify({ token: BEARER })],
    ['an object of another type', JSON.stringify({ type: 'token', token: BEARER })],
    ['an object whose type is not a string', JSON.stringify({ type: ['TOKEN'], token: BEARER })],
    ['an object with an inherited type', `{"__proto__":{"type":"TOKEN","token":"${BEARER}"}}`],
    ['a payload whose data are an array', payloadOf([BEARER])],
    ['a payload whose data are a string', payloadOf(BEARER)],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"type":"TOKEN","token":"'), Buffer.of(0xff)])],
    ['a payload in Latin-1', Buffer.from(payloadOf({ token: 'Bearer \xff' }), 'latin1')],
    ['UTF-16', Buffer.from(payloadOf({ token: BEARER }), 'utf16le')],
    ['a megabyte of zeros', Buffer.alloc(1024 * 1024)],
    ['a megabyte of brackets', '['.repeat(1024 * 1024)],
    ['a megabyte of objects', '{"a":'.repeat(200_000)],
  ])('is denied as invalid_request if it is %s', async (_case, body) => {
    const outcome = await harness.call(body)
    expect(outcome.verdict).toBe('deny request_malformed')
    expect(errorOf(outcome)).toBe('invalid_request')
    expect(harness.requestCount()).toBe(0)
  })

  it('does not affect the process', async () => {
    await harness.call('{')
    expect(await harness.verdict()).toBe(PERMIT)
    expect(harness.function.instances).toHaveLength(1)
  })
})

describe('the data of the multi-argument payload', () => {
  it.each([
    ['absent', undefined],
    ['empty', {}],
    ['without a token', { tenant: 'a', other: ['b', 'c'] }],
    ['with an inherited token', JSON.parse(`{"__proto__":{"token":"${BEARER}"}}`) as unknown],
  ])('may be %s, which causes a denial', async (_case, data) => {
    expect((await harness.call(payloadOf(data))).verdict).toBe('deny token_missing')
  })

  it('may have a megabyte of other arguments, with characters that span chunks', async () => {
    const data = { other: `a${'é'.repeat(512 * 1024)}`, token: BEARER }
    expect((await harness.callWith(data)).verdict).toBe(PERMIT)
  })

  it('have the token in the configured argument', async () => {
    await harness.start({ token_argument: 'Authorization' })
    expect((await harness.callWith({ Authorization: BEARER })).verdict).toBe(PERMIT)
    expect((await harness.callWith({ token: BEARER })).verdict).toBe('deny token_missing')
  })
})
