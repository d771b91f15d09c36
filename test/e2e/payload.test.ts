import { describe, expect, it } from '@jest/globals'
import { opaqueToken, payloadOf } from './support/callers-tokens.ts'
import { readChallenge } from './support/challenge.ts'
import type { Outcome } from './support/outcome.ts'
import { startTestWorld } from './support/test-world.ts'

const world = await startTestWorld()

const TOKEN = world.keepSecret(opaqueToken())
const LONGEST = 16 * 1024

type Flavour = readonly [name: string, payload: (token: unknown) => string]
const FLAVOURS: readonly Flavour[] = [
  ['multi-argument', (token) => payloadOf({ token })],
  ['single-argument', (token) => JSON.stringify({ type: 'TOKEN', token })],
]

function errorOf({ answer }: Outcome): string | undefined {
  return readChallenge(answer?.['wwwAuthenticate']).parameters['error']
}

describe.each(FLAVOURS)('the %s payload', (_name, payload) => {
  it.each([
    ['a text', `Bearer ${TOKEN}`],
    ['an array of one', [`Bearer ${TOKEN}`]],
    ['a scheme in small letters', `bearer ${TOKEN}`],
    ['a scheme in mixed letters', `bEaReR ${TOKEN}`],
    ['several blanks behind the scheme', `Bearer   ${TOKEN}`],
  ])('#3: has the token of %s', async (_case, value) => {
    const { verdict } = await world.call(payload(value))
    expect(verdict).toBe('permit permitted')
    expect(world.introspection.requests.map(({ form }) => form['token'])).toEqual([TOKEN])
  })

  it.each([
    ['every character of a b64token', 'AZaz09-._~+/=='],
    ['the longest token', 'a'.repeat(LONGEST)],
  ])('has the token in %s', async (_case, token) => {
    const { verdict } = await world.call(payload(`Bearer ${token}`))
    expect(verdict).toBe('permit permitted')
    expect(world.introspection.requests.map(({ form }) => form['token'])).toEqual([token])
  })

  it.each([
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
    ['a number', 42],
    ['a boolean', true],
    ['an object', { token: `Bearer ${TOKEN}` }],
    ['an empty array', []],
    ['an array of null', [null]],
    ['an array in an array', [[`Bearer ${TOKEN}`]]],
    ['a scheme alone', 'Bearer'],
    ['a scheme and blanks', 'Bearer  '],
    ['of another scheme', `Basic ${TOKEN}`],
    ['without a scheme', TOKEN],
    ['of a scheme that begins alike', `Bearers ${TOKEN}`],
  ])(
    '#1, #2, #10: is denied with a challenge without an error if the token is %s',
    async (_case, value) => {
      const outcome = await world.call(payload(value))
      expect(outcome.verdict).toMatch(/^deny (token_missing|scheme_unsupported)$/)
      expect(outcome.answer?.['context']).toEqual({ responseCode: '401' })
      const { parameters } = readChallenge(outcome.answer?.['wwwAuthenticate'])
      expect(Object.keys(parameters)).toEqual(['realm'])
      expect(world.requestCount()).toBe(0)
    },
  )

  it.each([
    ['two values', [`Bearer ${TOKEN}`, `Bearer ${opaqueToken()}`], 'token_repeated'],
    ['the same value twice', [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`], 'token_repeated'],
    ['a value and an empty one', [`Bearer ${TOKEN}`, ''], 'token_repeated'],
    ['two values in one text', `Bearer ${TOKEN}, Bearer ${TOKEN}`, 'token_malformed'],
    ['one character too many', `Bearer ${'a'.repeat(LONGEST + 1)}`, 'token_too_long'],
    ['a megabyte', `Bearer ${'a'.repeat(1024 * 1024)}`, 'token_too_long'],
    ['an inner blank', `Bearer ${TOKEN} ${TOKEN}`, 'token_malformed'],
    ['a blank at its end', `Bearer ${TOKEN} `, 'token_malformed'],
    ['a line break at its end', `Bearer ${TOKEN}\n`, 'token_malformed'],
    ['CR and LF in it', `Bearer ${TOKEN}\r\nX-Injected: 1`, 'token_malformed'],
    ['a NUL', `Bearer ${TOKEN}\u0000`, 'token_malformed'],
    ['a letter beyond ASCII', `Bearer ${TOKEN}é`, 'token_malformed'],
    ['half of a surrogate pair', `Bearer ${TOKEN}\ud800`, 'token_malformed'],
    ['quotes', `Bearer "${TOKEN}"`, 'token_malformed'],
    ['padding in its middle', `Bearer a=${TOKEN}`, 'token_malformed'],
    ['padding alone', 'Bearer ==', 'token_malformed'],
  ])(
    '#4, #5, #9: is denied as invalid_request if the token has %s',
    async (_case, value, reason) => {
      const outcome = await world.call(payload(value))
      expect(outcome.verdict).toBe(`deny ${reason}`)
      expect(errorOf(outcome)).toBe('invalid_request')
      expect(JSON.stringify(outcome.answer)).not.toContain(TOKEN)
      expect(world.requestCount()).toBe(0)
    },
  )
})

describe('a body that is not a payload', () => {
  it.each([
    ['nothing', ''],
    ['a text that is no JSON', 'token=Bearer'],
    ['half of a payload', payloadOf({ token: `Bearer ${TOKEN}` }).slice(0, -1)],
    ['two payloads', payloadOf({ token: 'Bearer a' }) + payloadOf({ token: 'Bearer b' })],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"Bearer x"'],
    ['an array', '[]'],
    ['a payload in an array', `[${payloadOf({ token: `Bearer ${TOKEN}` })}]`],
    ['an object without a type', JSON.stringify({ token: `Bearer ${TOKEN}` })],
    ['another type', JSON.stringify({ type: 'token', token: `Bearer ${TOKEN}` })],
    ['a type that is no text', JSON.stringify({ type: ['TOKEN'], token: `Bearer ${TOKEN}` })],
    ['a type by inheritance', `{"__proto__":{"type":"TOKEN","token":"Bearer ${TOKEN}"}}`],
    ['data that is an array', payloadOf([`Bearer ${TOKEN}`])],
    ['data that is a text', payloadOf(`Bearer ${TOKEN}`)],
    ['invalid UTF-8', Buffer.concat([Buffer.from('{"type":"TOKEN","token":"'), Buffer.of(0xff)])],
    [
      'invalid UTF-8 in a whole payload',
      Buffer.from(payloadOf({ token: 'Bearer \xff' }), 'latin1'),
    ],
    ['UTF-16', Buffer.from(payloadOf({ token: `Bearer ${TOKEN}` }), 'utf16le')],
    ['a megabyte of zeros', Buffer.alloc(1024 * 1024)],
    ['a megabyte of brackets', '['.repeat(1024 * 1024)],
    ['a megabyte of objects', '{"a":'.repeat(200_000)],
  ])('is denied as invalid_request: %s', async (_case, body) => {
    const outcome = await world.call(body)
    expect(outcome.verdict).toBe('deny request_malformed')
    expect(errorOf(outcome)).toBe('invalid_request')
    expect(world.requestCount()).toBe(0)
  })

  it('does not affect the process', async () => {
    await world.call('{')
    const { verdict } = await world.decide()
    expect(verdict).toBe('permit permitted')
    expect(world.function.instances).toHaveLength(1)
  })
})

describe('the data of the multi-argument payload', () => {
  it.each([
    ['absent', undefined],
    ['empty', {}],
    ['of other arguments', { tenant: 'a', other: ['b', 'c'] }],
    ['inherited', JSON.parse(`{"__proto__":{"token":"Bearer ${TOKEN}"}}`) as unknown],
  ])('may be %s, which is a request without a token', async (_case, data) => {
    expect((await world.call(payloadOf(data))).verdict).toBe('deny token_missing')
  })

  it('may have a megabyte of other arguments, and characters split across chunks', async () => {
    const data = { other: `a${'é'.repeat(512 * 1024)}`, token: `Bearer ${TOKEN}` }
    expect((await world.call(payloadOf(data))).verdict).toBe('permit permitted')
  })

  it('has the token under the configured name', async () => {
    await world.start({ token_argument: 'Authorization' })
    const named = await world.call(payloadOf({ Authorization: `Bearer ${TOKEN}` }))
    expect(named.verdict).toBe('permit permitted')
    const other = await world.call(payloadOf({ token: `Bearer ${TOKEN}` }))
    expect(other.verdict).toBe('deny token_missing')
  })
})
