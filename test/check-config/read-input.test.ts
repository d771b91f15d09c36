import { describe, expect, it } from '@jest/globals'
import { readInput } from '../../scripts/check-config/read-input.ts'

function read(text: string) {
  return readInput(Buffer.from(text))
}

function messageOf(content: Uint8Array): string {
  try {
    readInput(content)
    return 'no error'
  } catch (error) {
    return (error as Error).message
  }
}

describe('key=value lines', () => {
  it('are split at the first =, without comments and blank lines', () => {
    const text = ['# of the function', '', '  audience = https://a/?b=c ', 'issuer='].join('\n')

    expect(read(text)).toEqual({ audience: 'https://a/?b=c', issuer: '' })
  })

  it.each([
    ['"a b"', 'a b'],
    ["'a b'", 'a b'],
    ['"a', '"a'],
    [`"a'`, `"a'`],
    ['"', '"'],
    ['""', ''],
    ['"{"a":"b"}"', '{"a":"b"}'],
    ['{"a":"b"}', '{"a":"b"}'],
    ['a # b', 'a # b'],
  ])('are read without one pair of quotes: %s', (value, expected) => {
    expect(read(`required_scopes=${value}`)).toEqual({ required_scopes: expected })
  })

  it('may end with CRLF and follow a byte order mark', () => {
    expect(read('\uFEFFaudience=a\r\nissuer=b\r\n')).toEqual({ audience: 'a', issuer: 'b' })
  })

  it('may have any keys', () => {
    expect(Object.keys(read('__proto__=a'))).toEqual(['__proto__'])
  })
})

const FUNCTION = '{"data": {"id": "ocid1.fnfunc.a", "config": {"audience": "a"}}}'

describe('JSON', () => {
  it.each([
    [
      'all values are strings',
      '{"audience": "a", "issuers": "b"}',
      { audience: 'a', issuers: 'b' },
    ],
    ['it is the output of `oci fn function get`', FUNCTION, { audience: 'a' }],
    ['it is empty', ' {} ', {}],
  ])('is a flat configuration if %s', (_case, text, expected) => {
    expect(read(text)).toEqual(expected)
  })

  it.each([
    '{"issuers": []}',
    '{"backends": {}}',
    '\n{"issuers": null, "x": 1}',
    // The syntax error is reported later, with its position.
    '{\n"issuers": [}',
  ])('is a document if it has members of a document: %s', (text) => {
    expect(read(text)).toStrictEqual({ authorizer_config: text })
  })
})

describe('other input', () => {
  it.each([
    ['an empty file', '', 'it is empty'],
    ['white space', ' \n\t', 'it is empty'],
    ['comments', '# a\n#b', 'only comments'],
    ['a line without =', 'audience=a\nhunter2', 'line 2 is not key=value'],
    ['a line with an invalid key', 'hunter2-hunter2=', 'line 1 is not key=value'],
    ['a repeated key', 'hunter2=a\nhunter2=b', 'line 2 repeats a key'],
    ['an array', '["hunter2"]', 'not an object'],
    ['a repeated member', '{"hunter2": "a", "hunter\\u0032": "b"}', 'has a member twice'],
    ['a repeated `issuers`', '{"issuers": [], "issuers": "hunter2"}', 'has a member twice'],
    ['a nested object', '{"hunter2": {}}', 'without `issuers`'],
    ['a number', '{"hunter2": 1}', 'without `issuers`'],
  ])('is rejected with the accepted formats: %s', (_case, text, expected) => {
    const message = messageOf(Buffer.from(text))

    expect(message).toContain(expected)
    expect(message).toContain('key=value')
    expect(message).not.toMatch(/hunter2|\n/)
  })

  it('is rejected if it is not UTF-8', () => {
    expect(messageOf(Buffer.from('audience=a', 'utf16le').fill(0xff, 0, 1))).toContain('not UTF-8')
  })
})
