import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  readAuthorizerRequest,
  readBearerToken,
  readRequestId,
} from '../../../src/gateway/request.ts'
import { success } from '../../../src/platform/result.ts'
import { denied } from '../support/outcomes.ts'

function read(payload: string | Uint8Array, tokenArgument = 'token') {
  return readAuthorizerRequest(Buffer.from(payload), tokenArgument)
}

function multiArgument(data: object): string {
  return JSON.stringify({ type: 'USER_DEFINED', data })
}

describe('readAuthorizerRequest', () => {
  it.each([
    ['multi-argument', multiArgument({ token: 'Bearer a', path: '/x' }), 'Bearer a'],
    ['single-argument', '{"type":"TOKEN","token":"Bearer a"}', 'Bearer a'],
    ['an argument with several values', multiArgument({ token: ['a', 'b'] }), ['a', 'b']],
    ['multi-argument without a token', multiArgument({ path: '/x' }), undefined],
    ['multi-argument without values', multiArgument({}), undefined],
    ['multi-argument without data', '{"type":"USER_DEFINED"}', undefined],
    ['single-argument without a token', '{"type":"TOKEN"}', undefined],
    ['undocumented members', '{"type":"TOKEN","token":"Bearer a","x":1}', 'Bearer a'],
    [
      'multi-argument with a token outside of `data`',
      '{"type":"USER_DEFINED","token":"Bearer a","data":{}}',
      undefined,
    ],
    [
      'single-argument with a token in `data`',
      '{"type":"TOKEN","data":{"token":"Bearer a"}}',
      undefined,
    ],
  ])('reads %s', (_case, payload, token) => {
    expect(read(payload)).toMatchObject(success({ token }))
  })

  it('returns the other arguments of the multi-argument form only', () => {
    const others = { host: 'api.example', tenant: ['a', 'b'], token: 'not the token' }

    expect(read(multiArgument({ x_token: 'Bearer a', ...others }), 'x_token')).toStrictEqual(
      success({ token: 'Bearer a', arguments: others }),
    )
    expect(read('{"type":"TOKEN","token":"Bearer a","host":"x"}')).toMatchObject(
      success({ arguments: undefined }),
    )
  })

  it('#6: reads the token from the configured argument only', () => {
    const payload = multiArgument({ token: 'Bearer a', x_token: 'Bearer b' })

    expect(read(payload, 'x_token')).toMatchObject(success({ token: 'Bearer b' }))
  })

  it.each(['constructor', 'toString', '__proto__'])('ignores the inherited member %s', (name) => {
    expect(read(multiArgument({}), name)).toMatchObject(success({ token: undefined }))
  })

  it.each<readonly [string, string | Uint8Array]>([
    ['an empty payload', ''],
    ['text that is not JSON', 'Bearer a'],
    ['truncated JSON', '{"type":"TOKEN","token":"Bearer a"'],
    ['null', 'null'],
    ['an array', '[{"type":"TOKEN","token":"Bearer a"}]'],
    ['a string', '"TOKEN"'],
    ['an object without a type', '{"token":"Bearer a"}'],
    ['an unknown type', '{"type":"token","token":"Bearer a"}'],
    ['a type that is not a string', '{"type":["TOKEN"],"token":"Bearer a"}'],
    ['data that is null', '{"type":"USER_DEFINED","data":null}'],
    ['data that is an array', '{"type":"USER_DEFINED","data":["Bearer a"]}'],
    ['data that is a string', '{"type":"USER_DEFINED","data":"Bearer a"}'],
    ['RFC 8259 §8.1: Latin-1', Buffer.from('{"type":"TOKEN","token":"Bearer é"}', 'latin1')],
  ])('rejects %s', (_case, payload) => {
    expect(read(payload)).toStrictEqual(denied('request_malformed'))
  })

  it('does not throw for any bytes', () => {
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

describe('readRequestId', () => {
  it.each([
    ['the argument', { opc_request_id: 'a/b' }, 'a/b'],
    ['the first of several values', { opc_request_id: ['a', 'b'] }, 'a'],
    ['undefined for a number', { opc_request_id: 5 }, undefined],
    ['undefined for an empty array', { opc_request_id: [] }, undefined],
    ['undefined without the argument', { token: 'a' }, undefined],
  ])('returns %s', (_case, data, expected) => {
    const request = read(multiArgument(data))

    expect(request.ok && readRequestId(request.value)).toBe(expected)
  })

  it('returns undefined without arguments', () => {
    expect(readRequestId({ token: 'Bearer a', arguments: undefined })).toBeUndefined()
  })
})
