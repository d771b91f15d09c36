import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Finding } from '../../../src/findings.ts'
import { readBearerToken } from '../../../src/gateway/request.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { denied } from '../support/outcomes.ts'

describe('the bearer token', () => {
  const LONGEST = 16 * 1024

  it.each([
    ['of the plain form', 'Bearer abc', 'abc'],
    ['RFC 9110 §11.1: with its scheme in lower case', 'bearer abc', 'abc'],
    ['RFC 9110 §11.1: with its scheme in upper case', 'BEARER abc', 'abc'],
    ['RFC 9110 §11.4: after several blanks', 'Bearer   abc', 'abc'],
    ['RFC 6750 §2.1: with every kind of character', 'Bearer aZ09-._~+/==', 'aZ09-._~+/=='],
    ['as the one value of an array', ['Bearer abc'], 'abc'],
    ['of 16 KiB', `Bearer ${'a'.repeat(LONGEST)}`, 'a'.repeat(LONGEST)],
  ])('is taken %s', (_case, token, expected) => {
    const taken = readBearerToken({ token })

    expect(taken.ok && taken.value.reveal()).toBe(expected)
  })

  it.each([
    ['that is absent', undefined, 'token_missing'],
    ['that is null', null, 'token_missing'],
    ['that is empty', '', 'token_missing'],
    ['that is a number', 42, 'token_missing'],
    ['that is an object', { token: 'Bearer abc' }, 'token_missing'],
    ['in an empty array', [], 'token_missing'],
    ['in an array in an array', [['Bearer abc']], 'token_missing'],
    ['with nothing behind its scheme', 'Bearer', 'token_missing'],
    ['with blanks alone behind its scheme', 'Bearer   ', 'token_missing'],
    ['given twice', ['Bearer abc', 'Bearer abc'], 'token_repeated'],
    ['given twice, once empty', ['', 'Bearer abc'], 'token_repeated'],
    ['with no scheme', 'abc', 'scheme_unsupported'],
    ['of a scheme that ends like ours', 'Xbearer abc', 'scheme_unsupported'],
    ['of scheme Basic', 'Basic dXNlcjpwYXNz', 'scheme_unsupported'],
    ['RFC 9449 §7.1: of scheme DPoP', 'DPoP abc', 'scheme_unsupported'],
    ['whose scheme merely begins like ours', 'Bearerabc', 'scheme_unsupported'],
    ['behind a tab', 'Bearer\tabc', 'scheme_unsupported'],
    ['longer than 16 KiB', `Bearer ${'a'.repeat(LONGEST + 1)}`, 'token_too_long'],
  ] as const)('is denied %s', (_case, token, reason) => {
    expect(readBearerToken({ token })).toStrictEqual(denied(reason))
  })

  it.each([
    ['a blank in it', 'a b'],
    ['a blank behind it', 'abc '],
    ['a tab', 'a\tb'],
    ['a line feed behind it', 'abc\n'],
    ['a header injected', 'abc\r\nX-Admin: 1'],
    ['a NUL', 'abc\0'],
    ['two values joined by a comma', 'abc,Bearer def'],
    ['quotes', '"abc"'],
    ['padding in the middle', 'a=b'],
    ['padding alone', '=='],
    ['a letter beyond ASCII', 'abcé'],
    ['a full-width letter', 'ａbc'],
    ['a percent sign', 'a%62c'],
  ])('RFC 6750 §2.1: is denied with %s', (_case, token) => {
    expect(readBearerToken({ token: `Bearer ${token}` })).toStrictEqual(denied('token_malformed'))
  })

  it('RFC 6750 §2.1: is taken when it is a b64token and only then', () => {
    const alphabet = Array.from('aZ0-._~+/= ,"\n\té')
    const texts = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength: 8 })

    fc.assert(
      fc.property(texts, (text) => {
        const grammatical = /^[aZ0\-._~+/]+=*$/.test(text)

        expect(readBearerToken({ token: `Bearer ${text}` }).ok).toBe(
          // Blanks in front belong to the separator, not to the token.
          grammatical || /^ +[aZ0\-._~+/]+=*$/.test(text),
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
    ['all that pass', 'Bearer abc', 6],
    ['two tokens', ['a', 'b'], 0, { name: 'one_token', actual: 2, reason: 'token_repeated' }],
    ['no header', '', 1, { name: 'token_present', actual: null, reason: 'token_missing' }],
    [
      'another scheme',
      'Basic abc',
      2,
      { name: 'scheme', actual: 'another scheme, or none', reason: 'scheme_unsupported' },
    ],
    [
      'nothing behind the scheme',
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
  ])('has a finding for each check up to the first that fails: %s', (...row) => {
    const [, token, passed, ...failed] = row
    const { findings, observe } = recordingObserver()
    readBearerToken({ token }, observe)

    expect(findings.slice(0, passed).map(inShort)).toStrictEqual(PASSED.slice(0, passed))
    expect(findings.slice(passed)).toMatchObject(failed.map((each) => ({ ok: false, ...each })))
  })
})
