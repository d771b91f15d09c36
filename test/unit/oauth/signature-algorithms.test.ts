import { describe, expect, it } from '@jest/globals'
import { isSameAlgorithm, isSignatureAlgorithm } from '../../../src/oauth/signature-algorithms.ts'

describe('isSameAlgorithm', () => {
  it.each([
    ['RS256', 'RS256', true],
    ['EdDSA', 'Ed25519', true],
    ['Ed25519', 'EdDSA', true],
    ['RS256', 'PS256', false],
    ['EdDSA', 'ES256', false],
    ['ES256', 'Ed25519', false],
  ])('RFC 9864 §2.2: compares %s and %s: %s', (one, other, expected) => {
    expect(isSameAlgorithm(one, other)).toBe(expected)
  })
})

describe('isSignatureAlgorithm', () => {
  it.each(['RS256', 'PS512', 'ES256', 'EdDSA', 'Ed25519'])('accepts %s', (name) => {
    expect(isSignatureAlgorithm(name)).toBe(true)
  })

  it.each(['none', 'HS256', 'rs256', 'RSA-OAEP', '', 'toString', undefined, null, 5, ['RS256']])(
    'rejects %j',
    (name) => {
      expect(isSignatureAlgorithm(name)).toBe(false)
    },
  )
})
