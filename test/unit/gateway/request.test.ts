import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { denial } from '../../../src/decision.ts'
import type { Finding } from '../../../src/findings.ts'
import {
  readAuthorizerRequest,
  readBearerToken,
  readRequestId,
} from '../../../src/gateway/request.ts'
import { failure, success } from '../../../src/platform/result.ts'

function read(payload: string | Uint8Array, tokenArgument = 'token') {
  return readAuthorizerRequest(Buffer.from(payload), tokenArgument)
}

describe('the payload of API Gateway', () => {
  it.each([
    [
      'multi-argument',
      '{"type":"USER_DEFINED","data":{"token":"Bearer a","path":"/x"}}',
      'Bearer a',
    ],
    ['single-argument', '{"type":"TOKEN","token":"Bearer a"}', 'Bearer a'],
    [
      'an argument with several values',
      '{"type":"USER_DEFINED","data":{"token":["a","b"]}}',
      ['a', 'b'],
    ],
    [
      'multi-argument whose caller sent no token',
      '{"type":"USER_DEFINED","data":{"path":"/x"}}',
      undefined,
    ],
    ['multi-argument without any value', '{"type":"USER_DEFINED","data":{}}', undefined],
    ['multi-argument without data', '{"type":"USER_DEFINED"}', undefined],
    ['single-argument without a token', '{"type":"TOKEN"}', undefined],
    ['members that are not documented', '{"type":"TOKEN","token":"Bearer a","x":1}', 'Bearer a'],
    [
      'a token that stands beside `data` in the multi-argument flavour',
      '{"type":"USER_DEFINED","token":"Bearer a","data":{}}',
      undefined,
    ],
    [
      'a token that stands in `data` in the single-argument flavour',
      '{"type":"TOKEN","data":{"token":"Bearer a"}}',
      undefined,
    ],
  ])('is read: %s', (_case, payload, token) => {
    expect(read(payload)).toMatchObject(success({ token }))
  })

  it('has the other arguments of the multi-argument form, and none in the single-argument form', () => {
    const others = { host: 'api.example', tenant: ['a', 'b'], token: 'not the token' }
    const data = { x_token: 'Bearer a', ...others }

    expect(read(JSON.stringify({ type: 'USER_DEFINED', data }), 'x_token')).toStrictEqual(
      success({ token: 'Bearer a', arguments: others }),
    )
    expect(read('{"type":"TOKEN","token":"Bearer a","host":"x"}')).toMatchObject(
      success({ arguments: undefined }),
    )
  })

  it('#6: has the token under the configured argument name and under no other', () => {
    const payload = '{"type":"USER_DEFINED","data":{"token":"Bearer a","x_token":"Bearer b"}}'

    expect(read(payload, 'x_token')).toMatchObject(success({ token: 'Bearer b' }))
  })

  it.each(['constructor', 'toString', '__proto__'])(
    'has no token under a name that every object inherits: %s',
    (name) => {
      expect(read('{"type":"USER_DEFINED","data":{}}', name)).toMatchObject(
        success({ token: undefined }),
      )
    },
  )

  it.each([
    ['nothing', ''],
    ['no JSON', 'Bearer a'],
    ['cut-off JSON', '{"type":"TOKEN","token":"Bearer a"'],
    ['null', 'null'],
    ['an array', '[{"type":"TOKEN","token":"Bearer a"}]'],
    ['a string', '"TOKEN"'],
    ['an object without a type', '{"token":"Bearer a"}'],
    ['an unknown type', '{"type":"token","token":"Bearer a"}'],
    ['a type that is no text', '{"type":["TOKEN"],"token":"Bearer a"}'],
    ['data that is null', '{"type":"USER_DEFINED","data":null}'],
    ['data that is an array', '{"type":"USER_DEFINED","data":["Bearer a"]}'],
    ['data that is a text', '{"type":"USER_DEFINED","data":"Bearer a"}'],
  ])('is rejected as malformed: %s', (_case, payload) => {
    expect(read(payload)).toStrictEqual(failure(denial('request_malformed')))
  })

  it('is rejected as malformed if it is not UTF-8 (RFC 8259 §8.1)', () => {
    const payload = Buffer.from('{"type":"TOKEN","token":"Bearer é"}', 'latin1')

    expect(read(payload)).toStrictEqual(failure(denial('request_malformed')))
  })

  it('never makes an exception, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((json) => Buffer.from(json)),
        ),
        (bytes) => {
          const request = readAuthorizerRequest(bytes, 'token')

          expect(request.ok ? readBearerToken(request.value).ok : request.ok).toBe(false)
        },
      ),
    )
  })
})

describe('the identifier of the request', () => {
  it.each([
    ['the argument', { opc_request_id: 'a/b' }, 'a/b'],
    ['the first of several values', { opc_request_id: ['a', 'b'] }, 'a'],
    ['undefined for no string', { opc_request_id: 5 }, undefined],
    ['undefined for an empty array', { opc_request_id: [] }, undefined],
    ['undefined without the argument', { token: 'a' }, undefined],
  ])('is %s', (_case, data, expected) => {
    const request = read(JSON.stringify({ type: 'USER_DEFINED', data }))

    expect(request.ok && readRequestId(request.value)).toBe(expected)
  })

  it('is undefined without arguments', () => {
    expect(readRequestId({ token: 'Bearer a', arguments: undefined })).toBeUndefined()
  })
})

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
    expect(readBearerToken({ token })).toStrictEqual(failure(denial(reason)))
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
    expect(readBearerToken({ token: `Bearer ${token}` })).toStrictEqual(
      failure(denial('token_malformed')),
    )
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

  it.each<readonly [string, unknown, readonly Partial<Finding>[]]>([
    [
      'all that pass',
      'Bearer abc',
      [
        { name: 'one_token', expected: 1, actual: 1 },
        { name: 'token_present', expected: 'Bearer and a token', actual: 'credentials' },
        { name: 'scheme', expected: 'Bearer', actual: 'Bearer' },
        { name: 'token_present', expected: 'a token after Bearer', actual: 'a token' },
        { name: 'token_length', expected: 'at most 16384 characters', actual: 3 },
        {
          name: 'token_syntax',
          expected: 'letters, digits, - . _ ~ + / and = at the end (RFC 6750 §2.1)',
          actual: 'these',
        },
      ],
    ],
    ['two tokens', ['a', 'b'], [{ name: 'one_token', actual: 2, reason: 'token_repeated' }]],
    ['no header', '', [{}, { name: 'token_present', actual: null, reason: 'token_missing' }]],
    [
      'another scheme',
      'Basic abc',
      [{}, {}, { name: 'scheme', actual: 'another scheme, or none', reason: 'scheme_unsupported' }],
    ],
    [
      'nothing behind the scheme',
      'Bearer ',
      [{}, {}, {}, { name: 'token_present', actual: null, reason: 'token_missing' }],
    ],
    [
      'a character that is not allowed',
      'Bearer a%c',
      [
        {},
        {},
        {},
        {},
        {},
        { name: 'token_syntax', actual: 'other characters', reason: 'token_malformed' },
      ],
    ],
  ])('has a finding for each check up to the first that fails: %s', (_case, token, expected) => {
    const findings: Finding[] = []
    readBearerToken({ token }, (finding) => findings.push(finding))

    expect(findings).toMatchObject(expected)
    expect(findings).toHaveLength(expected.length)
    expect(findings.map(({ ok }) => ok)).toStrictEqual(expected.map(({ reason }) => !reason))
  })
})
