import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../../src/checks.ts'
import { readBearerToken } from '../../../src/gateway/request.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { denied } from '../support/outcomes.ts'

describe('readBearerToken', () => {
  const LONGEST = 16 * 1024

  it.each([
    ['a token', 'Bearer abc', 'abc'],
    ['RFC 9110 §11.1: a scheme in lower case', 'bearer abc', 'abc'],
    ['RFC 9110 §11.1: a scheme in upper case', 'BEARER abc', 'abc'],
    ['RFC 9110 §11.4: several spaces after the scheme', 'Bearer   abc', 'abc'],
    ['RFC 6750 §2.1: all kinds of characters', 'Bearer aZ09-._~+/==', 'aZ09-._~+/=='],
    ['an array with one value', ['Bearer abc'], 'abc'],
    ['a token of 16 KiB', `Bearer ${'a'.repeat(LONGEST)}`, 'a'.repeat(LONGEST)],
  ])('accepts %s', (_case, token, expected) => {
    const result = readBearerToken({ token })

    expect(result.ok && result.value.reveal()).toBe(expected)
  })

  it.each([
    ['undefined', undefined, 'token_missing'],
    ['null', null, 'token_missing'],
    ['an empty string', '', 'token_missing'],
    ['a number', 42, 'token_missing'],
    ['an object', { token: 'Bearer abc' }, 'token_missing'],
    ['an empty array', [], 'token_missing'],
    ['a nested array', [['Bearer abc']], 'token_missing'],
    ['only a scheme', 'Bearer', 'token_missing'],
    ['only spaces after the scheme', 'Bearer   ', 'token_missing'],
    ['two tokens', ['Bearer abc', 'Bearer abc'], 'token_repeated'],
    ['an empty and another token', ['', 'Bearer abc'], 'token_repeated'],
    ['a token without a scheme', 'abc', 'scheme_unsupported'],
    ['a scheme that ends in `bearer`', 'Xbearer abc', 'scheme_unsupported'],
    ['the scheme Basic', 'Basic dXNlcjpwYXNz', 'scheme_unsupported'],
    ['RFC 9449 §7.1: the scheme DPoP', 'DPoP abc', 'scheme_unsupported'],
    ['a scheme that begins with `Bearer`', 'Bearerabc', 'scheme_unsupported'],
    ['a tab after the scheme', 'Bearer\tabc', 'scheme_unsupported'],
    ['more than 16 KiB', `Bearer ${'a'.repeat(LONGEST + 1)}`, 'token_too_long'],
  ] as const)('rejects %s', (_case, token, reason) => {
    expect(readBearerToken({ token })).toStrictEqual(denied(reason))
  })

  it.each([
    ['a space', 'a b'],
    ['a trailing space', 'abc '],
    ['a tab', 'a\tb'],
    ['a trailing line feed', 'abc\n'],
    ['an injected header', 'abc\r\nX-Admin: 1'],
    ['a NUL', 'abc\0'],
    ['two values joined by a comma', 'abc,Bearer def'],
    ['quotes', '"abc"'],
    ['padding in the middle', 'a=b'],
    ['only padding', '=='],
    ['a non-ASCII letter', 'abcé'],
    ['a full-width letter', 'ａbc'],
    ['a percent sign', 'a%62c'],
  ])('RFC 6750 §2.1: rejects a token with %s', (_case, token) => {
    expect(readBearerToken({ token: `Bearer ${token}` })).toStrictEqual(denied('token_malformed'))
  })

  it('RFC 6750 §2.1: accepts exactly the b64tokens', () => {
    const alphabet = Array.from('aZ0-._~+/= ,"\n\té')
    const texts = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 8 })

    fc.assert(
      fc.property(texts, (text) => {
        // Leading spaces are part of the separator.
        expect(readBearerToken({ token: `Bearer ${text}` }).ok).toBe(
          /^ *[aZ0\-._~+/]+=*$/.test(text),
        )
      }),
    )
  })

  const PASSED = [
    ['one_token', true, 1, 1],
    ['token_present', true, 'Bearer and a token', 'credentials'],
    ['scheme', true, 'Bearer', 'Bearer'],
    ['token_present', true, 'a token after Bearer', 'a token'],
    ['token_length', true, 'at most 16384 characters', 3],
    [
      'token_syntax',
      true,
      'letters, digits, - . _ ~ + / and = at the end (RFC 6750 §2.1)',
      'only these',
    ],
  ]

  it.each<readonly [string, unknown, number, ...Partial<Finding>[]]>([
    ['a valid token', 'Bearer abc', 6],
    ['two tokens', ['a', 'b'], 0, { name: 'one_token', actual: 2, reason: 'token_repeated' }],
    ['no header', '', 1, { name: 'token_present', actual: null, reason: 'token_missing' }],
    [
      'a different scheme',
      'Basic abc',
      2,
      { name: 'scheme', actual: 'another scheme, or none', reason: 'scheme_unsupported' },
    ],
    [
      'only a scheme',
      'Bearer ',
      3,
      { name: 'token_present', actual: null, reason: 'token_missing' },
    ],
    [
      'a character that is not allowed',
      'Bearer a%c',
      5,
      { name: 'token_syntax', actual: 'other characters', reason: 'token_malformed' },
    ],
  ])('reports a finding for each check up to the first failure: %s', (...row) => {
    const [, token, passed, ...failed] = row
    const { findings, observe } = recordingObserver()
    readBearerToken({ token }, observe)

    expect(findings.slice(0, passed).map(inShort)).toStrictEqual(PASSED.slice(0, passed))
    expect(findings.slice(passed)).toMatchObject(failed.map((each) => ({ ok: false, ...each })))
  })
})
