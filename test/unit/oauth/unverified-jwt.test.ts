import { describe, expect, it } from '@jest/globals'
import {
  isMalformedJwt,
  looksEncrypted,
  readUnverifiedJwt,
} from '../../../src/oauth/unverified-jwt.ts'

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
const [H, P, S] = [encoded({ alg: 'none' }), encoded({ iss: 'a' }), 'c2ln']

describe('a token', () => {
  it('is a JWT with the three parts of RFC 7515 §7.1', () => {
    expect(readUnverifiedJwt(`${H}.${P}.${S}`)).toStrictEqual({
      header: { alg: 'none' },
      payload: { iss: 'a' },
    })
  })

  // Decoders that forgive more than RFC 7515 would read these as a JWT.
  it.each([
    ['padding', `${H}=.${P}=.${S}=`],
    ['a character of another alphabet before a part', `+${H}.${P}.${S}`],
    ['several of them', `~++${H}.${P}.${S}`],
    ['one before the payload', `${H}.~${P}.${S}`],
    ['dots before it', `..${H}.${P}.${S}`],
    ['a part before it', `a.${H}.${P}.${S}`],
    ['a part behind it', `${H}.${P}.${S}.a`],
    ['an empty part within', `${H}..${P}.${S}`],
    ['an empty signature', `${H}.${P}.`],
    ['no signature', `${H}.${P}`],
  ])('is no JWT but looks like one with %s', (_case, token) => {
    expect([readUnverifiedJwt(token), isMalformedJwt(token)]).toStrictEqual([undefined, true])
  })

  it.each([
    ['one part', 'abc'],
    ['nothing', ''],
    ['parts that are no JSON', 'a.b.c'],
    ['a header alone', H],
    ['header and payload apart', `${H}.a.${P}`],
    ['a header and an array', `${H}.${encoded([])}.${S}`],
    ['the parts of an encrypted JWT', `${H}.a.b.c.d`],
  ])('does not look like a JWT with %s', (_case, token) => {
    expect([readUnverifiedJwt(token), isMalformedJwt(token)]).toStrictEqual([undefined, false])
  })

  it.each([
    ['five parts', 'a.b.c.d.e', true],
    ['an empty key', 'a..c.d.e', true],
    ['an empty header', '.b.c.d.e', false],
    ['an empty tag', 'a.b.c.d.', false],
    ['an empty initialization vector', 'a.b..d.e', false],
    ['nothing but dots', '....', false],
    ['four parts', 'a.b.c.d', false],
    ['six parts', 'a.b.c.d.e.f', false],
  ])('RFC 7516 §7.1: looks encrypted, or not, with %s', (_case, token, expected) => {
    expect(looksEncrypted(token)).toBe(expected)
  })
})
