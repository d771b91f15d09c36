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

describe('an unverified token', () => {
  it('RFC 7515 §7.1: is a JWT with three parts', () => {
    expect(readUnverifiedJwt(`${H}.${P}.${S}`)).toStrictEqual({
      header: { alg: 'none' },
      payload: { iss: 'a' },
    })
  })

  // More lenient decoders than RFC 7515 allows would read these as a JWT.
  it.each([
    ['padding', `${H}=.${P}=.${S}=`],
    ['a character outside the alphabet before the header', `+${H}.${P}.${S}`],
    ['several such characters', `~++${H}.${P}.${S}`],
    ['such a character before the payload', `${H}.~${P}.${S}`],
    ['leading dots', `..${H}.${P}.${S}`],
    ['an additional first part', `a.${H}.${P}.${S}`],
    ['an additional last part', `${H}.${P}.${S}.a`],
    ['an empty part in the middle', `${H}..${P}.${S}`],
    ['an empty signature', `${H}.${P}.`],
    ['no signature', `${H}.${P}`],
  ])('is a malformed JWT with %s', (_case, token) => {
    expect([readUnverifiedJwt(token), isMalformedJwt(token)]).toStrictEqual([undefined, true])
  })

  it.each([
    ['one part', 'abc'],
    ['no characters', ''],
    ['parts that are not JSON', 'a.b.c'],
    ['only a header', H],
    ['a part between header and payload', `${H}.a.${P}`],
    ['a header and an array', `${H}.${encoded([])}.${S}`],
    ['the parts of an encrypted JWT', `${H}.a.b.c.d`],
  ])('is not a JWT with %s', (_case, token) => {
    expect([readUnverifiedJwt(token), isMalformedJwt(token)]).toStrictEqual([undefined, false])
  })

  it.each([
    ['five parts', 'a.b.c.d.e', true],
    ['an empty key', 'a..c.d.e', true],
    ['an empty header', '.b.c.d.e', false],
    ['an empty tag', 'a.b.c.d.', false],
    ['an empty initialization vector', 'a.b..d.e', false],
    ['only dots', '....', false],
    ['four parts', 'a.b.c.d', false],
    ['six parts', 'a.b.c.d.e.f', false],
  ])('RFC 7516 §7.1: may look encrypted with %s', (_case, token, expected) => {
    expect(looksEncrypted(token)).toBe(expected)
  })
})
