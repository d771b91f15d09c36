import { describe, expect, it } from '@jest/globals'
import {
  isJsonObject,
  member,
  parseJsonObject,
  stringOrStrings,
} from '../../../src/platform/json.ts'
import { whilePolluted } from '../support/pollution.ts'
import { jsonObject } from '../support/tokens.ts'

describe('a JSON object', () => {
  it.each([
    ['an object', '{"a":1}'],
    ['an empty object', '{}'],
    ['an object with white space around it', ' \r\n{"a":1}\n'],
  ])('is parsed from %s', (_case, text) => {
    expect(parseJsonObject(Buffer.from(text))).toStrictEqual(JSON.parse(text))
  })

  it.each(['', 'null', '[]', '[{}]', '"{}"', '5', 'true', '{', '{}{}', "{'a':1}", 'NaN'])(
    'is not parsed from %j',
    (text) => {
      expect(parseJsonObject(Buffer.from(text))).toBeUndefined()
    },
  )

  it.each([
    ['Latin-1', Buffer.from('{"a":"é"}', 'latin1')],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['truncated UTF-8', Buffer.from('{"a":"é"}').subarray(0, 7)],
    ['nesting beyond the size of the stack', Buffer.from(`{"a":${'['.repeat(200_000)}`)],
    ['an overlong form', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
  ])('RFC 8259 §8.1: is not parsed from %s', (_case, bytes) => {
    expect(parseJsonObject(bytes)).toBeUndefined()
  })

  it.each([[null], [undefined], [[]], ['{}'], [5]])('is not %j', (value) => {
    expect(isJsonObject(value)).toBe(false)
  })
})

describe('member', () => {
  it('returns an own member', () => {
    expect(member(jsonObject({ a: 0, b: null }), 'a')).toBe(0)
    expect(member(jsonObject({ a: 0, b: null }), 'b')).toBeNull()
  })

  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'does not return an inherited member: %s',
    (name) => {
      expect(member(jsonObject({}), name)).toBeUndefined()
    },
  )

  it('ignores a polluted Object.prototype', async () => {
    expect(await whilePolluted({ active: true }, () => member(jsonObject({}), 'active'))).toBe(
      undefined,
    )
  })

  it('treats __proto__ like other names', () => {
    const object = parseJsonObject(Buffer.from('{"__proto__":{"active":true}}'))

    expect(object && member(object, 'active')).toBeUndefined()
    expect(object && member(object, '__proto__')).toStrictEqual({ active: true })
  })
})

describe('stringOrStrings', () => {
  it.each([
    ['a', ['a']],
    ['', ['']],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [[], []],
  ])('reads %j', (value, expected) => {
    expect(stringOrStrings(value)).toStrictEqual(expected)
  })

  it.each([[undefined], [null], [5], [{}], [['a', 5]], [[null]], [[['a']]]])(
    'rejects %j',
    (value) => {
      expect(stringOrStrings(value)).toBeUndefined()
    },
  )
})
