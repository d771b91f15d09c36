import { describe, expect, it } from '@jest/globals'
import { readInput } from '../../scripts/check-config/read-input.ts'

function read(text: string) {
  return readInput(Buffer.from(text))
}

function messageOf(content: Uint8Array): string {
  try {
    readInput(content)
    return 'taken'
  } catch (error) {
    return (error as Error).message
  }
}

describe('key=value lines', () => {
  it('are split at the first =; comments and blank lines are ignored', () => {
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
  ])('lose one pair of quotes: %s', (value, expected) => {
    expect(read(`required_scopes=${value}`)).toEqual({ required_scopes: expected })
  })

  it('may end with CRLF, after a byte order mark', () => {
    expect(read('\uFEFFaudience=a\r\nissuer=b\r\n')).toEqual({ audience: 'a', issuer: 'b' })
  })

  it('may have keys of any name', () => {
    expect(Object.keys(read('__proto__=a'))).toEqual(['__proto__'])
  })
})

describe('JSON', () => {
  it('is the function’s configuration if all values are strings', () => {
    expect(read('{"audience": "a", "issuers": "b"}')).toEqual({ audience: 'a', issuers: 'b' })
  })

  it('may be the output of `oci fn function get`', () => {
    expect(read('{"data": {"id": "ocid1.fnfunc.a", "config": {"audience": "a"}}}')).toEqual({
      audience: 'a',
    })
  })

  it.each(['{"issuers": []}', '{"backends": {}}', '\n{"issuers": null, "x": 1}'])(
    'is the document if it has the document’s members: %s',
    (text) => {
      expect(read(text)).toEqual({ authorizer_config: text })
    },
  )

  it('with a syntax error is read as a document, and the error is located', () => {
    const text = '{\n"issuers": [}'

    expect(readInput(Buffer.from(text))).toStrictEqual({ authorizer_config: text })
  })

  it('that is an empty object is a configuration without keys', () => {
    expect(read(' {} ')).toEqual({})
  })
})

describe('any other input', () => {
  it.each([
    ['nothing', '', 'it is empty'],
    ['white space', ' \n\t', 'it is empty'],
    ['comments', '# a\n#b', 'only comments'],
    ['a line without =', 'audience=a\nhunter2', 'line 2 is not key=value'],
    ['a line with another key', 'hunter2-hunter2=', 'line 1 is not key=value'],
    ['a key again', 'hunter2=a\nhunter2=b', 'line 2 repeats a key'],
    ['an array', '["hunter2"]', 'not an object'],
    ['a member twice', '{"hunter2": "a", "hunter\\u0032": "b"}', 'has a member twice'],
    ['issuers twice, once as text', '{"issuers": [], "issuers": "hunter2"}', 'has a member twice'],
    ['a nested object', '{"hunter2": {}}', 'without `issuers`'],
    ['a number', '{"hunter2": 1}', 'without `issuers`'],
  ])('is rejected with the accepted forms: %s', (_case, text, expected) => {
    const message = messageOf(Buffer.from(text))

    expect(message).toContain(expected)
    expect(message).toContain('key=value')
    expect(message).not.toMatch(/hunter2|\n/)
  })

  it('is rejected if it is not UTF-8', () => {
    expect(messageOf(Buffer.from('audience=a', 'utf16le').fill(0xff, 0, 1))).toContain('not UTF-8')
  })
})
