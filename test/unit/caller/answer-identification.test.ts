import { describe, expect, it } from '@jest/globals'
import { identificationOf } from '../../../src/caller/introspection-answer.ts'
import { readUnverifiedJwt } from '../../../src/oauth/unverified-jwt.ts'
import type { HttpAnswer } from '../../../src/platform/http.ts'
import { answer } from '../support/http-answers.ts'
import { issuerConfig } from '../support/issuers.ts'
import { unsignedJwt } from '../support/tokens.ts'

describe('the identification of an answer', () => {
  const payload = { jti: 'token-1', sub: 'alice' }
  const identify = (token: string) => identificationOf(readUnverifiedJwt(token), issuerConfig())

  it.each([
    ['an opaque token', 'opaque'],
    ['a JWT without `jti`', unsignedJwt({ sub: 'alice' })],
    ['an empty `jti`', unsignedJwt({ jti: '' })],
    ['a `jti` that is no string', unsignedJwt({ jti: 5 })],
    ['a `jti` of 257 characters', unsignedJwt({ jti: 'x'.repeat(257) })],
  ])('is impossible for %s', (_case, token) => {
    expect(identify(token)).toBeUndefined()
  })

  it('is the `jti`, of at most 256 characters', () => {
    const longest = 'x'.repeat(256)

    expect(identify(unsignedJwt({ jti: longest }))?.id).toBe(longest)
  })

  it.each<[boolean, string, HttpAnswer]>([
    [true, 'has the `jti`', answer(200, { active: true, jti: 'token-1' })],
    [false, 'has another one', answer(200, { active: true, jti: 'token-2' })],
    [false, 'has none', answer(200, { active: true })],
    [false, 'contradicts the token', answer(200, { jti: 'token-1', sub: 'bob' })],
    [false, 'has another status', answer(500, { jti: 'token-1' })],
    [false, 'is no JSON', answer(200, 'token-1')],
  ])('is %s if the answer %s', (expected, _case, given) => {
    expect(identify(unsignedJwt(payload))?.isIn(given)).toBe(expected)
  })
})
