/**
 * Owns the proof of how we authenticate as a client (RFC 6749 §2.3).
 * Pure.
 */
import { describe, expect, it } from '@jest/globals'
import {
  CLIENT_AUTHENTICATIONS,
  clientSecretBasic,
  clientSecretPost,
} from '../../../src/oauth/client-authentication.ts'
import { Redacted } from '../../../src/platform/redacted.ts'

const basicOf = (clientId: string, secret: string): string => {
  const { headers } = clientSecretBasic({ clientId, clientSecret: new Redacted(secret) })
  const [, credentials] = /^Basic (.+)$/.exec(headers['Authorization'] ?? '') ?? []
  return Buffer.from(credentials ?? '', 'base64').toString('utf8')
}

describe('client_secret_basic', () => {
  it.each([
    ['plain characters', 'client-1', 'secret_2.x', 'client-1:secret_2.x'],
    [
      'all that has a meaning',
      '%+/:& ~ü',
      '%+/:& ~ü',
      [1, 2].map(() => '%25%2B%2F%3A%26+%7E%C3%BC').join(':'),
    ],
    ['a colon in the id', 'a:b', 'c', 'a%3Ab:c'],
    ['characters beyond the first plane', '😀', '😀', '%F0%9F%98%80:%F0%9F%98%80'],
    ['line breaks', 'a\r\nb', 'c\n', 'a%0D%0Ab:c%0A'],
    ['an equals sign', 'a=b', 'c=', 'a%3Db:c%3D'],
  ])('RFC 6749 §2.3.1: form-encodes id and secret first: %s', (_case, id, secret, expected) => {
    expect(basicOf(id, secret)).toBe(expected)
  })

  it('RFC 6749 §2.3.1: can be read back by the rules of its appendix B', () => {
    const [id, secret] = basicOf('%+/:& ~ü', 'ü~ &:/+%')
      .split(':')
      .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))

    expect([id, secret]).toStrictEqual(['%+/:& ~ü', 'ü~ &:/+%'])
  })

  it('RFC 7617 §2: is one line, however long the secret is', () => {
    const { headers } = clientSecretBasic({
      clientId: 'a'.repeat(200),
      clientSecret: new Redacted('ü'.repeat(200)),
    })

    expect(headers['Authorization']).toMatch(/^Basic [A-Za-z0-9+/]+=*$/)
  })

  it('adds nothing to the form', () => {
    const parts = clientSecretBasic({ clientId: 'a', clientSecret: new Redacted('b') })

    expect(parts.form).toStrictEqual({})
  })
})

describe('client_secret_post', () => {
  it('RFC 6749 §2.3.1: puts id and secret into the form as they are, and none into a header', () => {
    const clientSecret = new Redacted('%+/:& ~ü')

    expect(clientSecretPost({ clientId: 'a:b', clientSecret })).toStrictEqual({
      headers: {},
      form: { client_id: 'a:b', client_secret: '%+/:& ~ü' },
    })
  })
})

describe('the table of methods', () => {
  it('has them under their registered names', () => {
    expect(CLIENT_AUTHENTICATIONS).toStrictEqual({
      client_secret_basic: clientSecretBasic,
      client_secret_post: clientSecretPost,
    })
  })
})
