import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { TrustedKey } from '../../../src/caller/json-web-key.ts'
import { createIsSigned, type SignedToken } from '../../../src/caller/jwt-signature.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { START, StandingClock } from '../support/time.ts'

function newPair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
}
const [ours, another] = [newPair(), newPair()]

/** A key that counts how often it is used. */
function counting(key: KeyObject) {
  const uses = { count: 0 }
  const trusted: TrustedKey = {
    kid: 'SIGNING_KEY',
    alg: undefined,
    x5t: undefined,
    kty: 'RSA',
    crv: undefined,
    get key() {
      uses.count += 1
      return key
    },
  }
  return { trusted, uses }
}

function tokenOf(payload: object): SignedToken {
  const input = [{ alg: 'RS256' }, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  const signature = sign('sha256', Buffer.from(input), ours.privateKey).toString('base64url')
  return {
    text: `${input}.${signature}`,
    header: { alg: 'RS256', kid: undefined, x5t: undefined },
    expiresAt: numericDate(START + 600),
  }
}

describe('a signature', () => {
  it('that is valid is checked once, and then cached', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted, uses } = counting(ours.publicKey)
    const token = tokenOf({ sub: 'a' })

    expect([await isSigned([trusted], token), await isSigned([trusted], token)]).toStrictEqual([
      true,
      true,
    ])
    expect(uses.count).toBe(1)
  })

  it('that is invalid is checked each time', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted, uses } = counting(another.publicKey)
    const token = tokenOf({ sub: 'a' })

    expect([await isSigned([trusted], token), await isSigned([trusted], token)]).toStrictEqual([
      false,
      false,
    ])
    expect(uses.count).toBe(2)
  })

  it('is not remembered for another token, whose signature is the same', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted } = counting(ours.publicKey)
    const token = tokenOf({ sub: 'a' })
    await isSigned([trusted], token)
    const [header, , signature] = token.text.split('.')
    const payload = Buffer.from('{"sub":"b"}').toString('base64url')

    const altered = { ...token, text: [header, payload, signature].join('.') }
    expect(await isSigned([trusted], altered)).toBe(false)
  })

  it('counts no longer once its key is withdrawn', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const token = tokenOf({ sub: 'a' })
    await isSigned([counting(ours.publicKey).trusted], token)

    expect(await isSigned([counting(another.publicKey).trusted], token)).toBe(false)
    expect(await isSigned([], token)).toBe(false)
  })

  it('is checked anew by a key that was fetched anew', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const token = tokenOf({ sub: 'a' })
    await isSigned([counting(ours.publicKey).trusted], token)
    const { trusted, uses } = counting(ours.publicKey)

    expect(await isSigned([trusted], token)).toBe(true)
    expect(uses.count).toBe(1)
  })

  it('is forgotten when the token expires', async () => {
    const clock = new StandingClock()
    const isSigned = createIsSigned(clock)
    const { trusted, uses } = counting(ours.publicKey)
    const token = tokenOf({ sub: 'a' })
    await isSigned([trusted], token)
    clock.advance(600)

    expect(await isSigned([trusted], token)).toBe(true)
    expect(uses.count).toBe(2)
  })

  it('RFC 8725 §3.1: is invalid if the token was signed with another algorithm', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted } = counting(ours.publicKey)
    const token = tokenOf({ sub: 'a' })
    const ofAnotherAlgorithm = { ...token, header: { ...token.header, alg: 'PS256' as const } }

    expect(await isSigned([trusted], ofAnotherAlgorithm)).toBe(false)
    expect(await isSigned([trusted], token)).toBe(true)
    expect(await isSigned([trusted], ofAnotherAlgorithm)).toBe(false)
  })

  it('may be by any of several keys', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const [wrong, right] = [counting(another.publicKey), counting(ours.publicKey)]

    expect(await isSigned([wrong.trusted, right.trusted], tokenOf({}))).toBe(true)
  })
})
