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

/** A payload of the multi-argument form. */
function multi(data: object): string {
  return JSON.stringify({ type: 'USER_DEFINED', data })
}

describe('the payload of API Gateway', () => {
  it.each([
    ['multi-argument', multi({ token: 'Bearer a', path: '/x' }), 'Bearer a'],
    ['single-argument', '{"type":"TOKEN","token":"Bearer a"}', 'Bearer a'],
    ['an argument with several values', multi({ token: ['a', 'b'] }), ['a', 'b']],
    ['multi-argument whose caller sent no token', multi({ path: '/x' }), undefined],
    ['multi-argument without any value', multi({}), undefined],
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

    expect(read(multi({ x_token: 'Bearer a', ...others }), 'x_token')).toStrictEqual(
      success({ token: 'Bearer a', arguments: others }),
    )
    expect(read('{"type":"TOKEN","token":"Bearer a","host":"x"}')).toMatchObject(
      success({ arguments: undefined }),
    )
  })

  it('#6: has the token under the configured argument name and under no other', () => {
    const payload = multi({ token: 'Bearer a', x_token: 'Bearer b' })

    expect(read(payload, 'x_token')).toMatchObject(success({ token: 'Bearer b' }))
  })

  it.each(['constructor', 'toString', '__proto__'])(
    'has no token under a name that every object inherits: %s',
    (name) => {
      expect(read(multi({}), name)).toMatchObject(success({ token: undefined }))
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
    expect(read(payload)).toStrictEqual(denied('request_malformed'))
  })

  it('is rejected as malformed if it is not UTF-8 (RFC 8259 §8.1)', () => {
    const payload = Buffer.from('{"type":"TOKEN","token":"Bearer é"}', 'latin1')

    expect(read(payload)).toStrictEqual(denied('request_malformed'))
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
    const request = read(multi(data))

    expect(request.ok && readRequestId(request.value)).toBe(expected)
  })

  it('is undefined without arguments', () => {
    expect(readRequestId({ token: 'Bearer a', arguments: undefined })).toBeUndefined()
  })
})
