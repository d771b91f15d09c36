import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import type { TrustedKey } from '../../../src/caller/json-web-key.ts'
import {
  createIsSigned,
  createVerifySignature,
  type SignedToken,
} from '../../../src/caller/jwt-signature.ts'
import type { SigningKeys } from '../../../src/caller/signing-keys.ts'
import { numericDate } from '../../../src/platform/clock.ts'
import { success } from '../../../src/platform/result.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { signedJwt, trustedKey } from '../support/signed-tokens.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'

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
  return {
    text: signedJwt(ours.privateKey, { alg: 'RS256' }, payload),
    header: { alg: 'RS256', kid: undefined, x5t: undefined },
    expiresAt: numericDate(START + 600),
  }
}

describe('a signature', () => {
  const token = tokenOf({ sub: 'a' })

  it.each([
    ['valid is checked once, and then cached', ours, true, 1],
    ['invalid is checked each time', another, false, 2],
  ])('that is %s', async (_case, { publicKey }, expected, count) => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted, uses } = counting(publicKey)

    expect(await isSigned([trusted], token)).toBe(expected)
    expect(await isSigned([trusted], token)).toBe(expected)
    expect(uses.count).toBe(count)
  })

  it('is not cached for another token with the same signature', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted } = counting(ours.publicKey)
    await isSigned([trusted], token)
    const [header, , signature] = token.text.split('.')
    const payload = Buffer.from('{"sub":"b"}').toString('base64url')

    const altered = { ...token, text: [header, payload, signature].join('.') }
    expect(await isSigned([trusted], altered)).toBe(false)
  })

  it('is invalid once its key is withdrawn', async () => {
    const isSigned = createIsSigned(new StandingClock())
    await isSigned([counting(ours.publicKey).trusted], token)

    expect(await isSigned([counting(another.publicKey).trusted], token)).toBe(false)
    expect(await isSigned([], token)).toBe(false)
  })

  it('is verified again by a key that was fetched again', async () => {
    const isSigned = createIsSigned(new StandingClock())
    await isSigned([counting(ours.publicKey).trusted], token)
    const { trusted, uses } = counting(ours.publicKey)

    expect(await isSigned([trusted], token)).toBe(true)
    expect(uses.count).toBe(1)
  })

  it('is verified again after the token has expired', async () => {
    const clock = new StandingClock()
    const isSigned = createIsSigned(clock)
    const { trusted, uses } = counting(ours.publicKey)
    await isSigned([trusted], token)
    clock.advance(600)

    expect(await isSigned([trusted], token)).toBe(true)
    expect(uses.count).toBe(2)
  })

  it('RFC 8725 §3.1: is invalid if the token was signed with another algorithm', async () => {
    const isSigned = createIsSigned(new StandingClock())
    const { trusted } = counting(ours.publicKey)
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

describe('the verification of a signature', () => {
  const wrong = trustedKey(another.publicKey, { kid: 'a' })
  const right = trustedKey(ours.publicKey, { kid: 'b', alg: 'RS256' })
  const curve = trustedKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)

  /** With these cached keys and, if there are any, renewed ones. */
  const verify = async (
    kid: string | undefined,
    cached: readonly TrustedKey[],
    renewed?: readonly TrustedKey[],
  ) => {
    const hadMatchingKid: boolean[] = []
    const keys: SigningKeys = {
      areCached: () => true,
      current: () => Promise.resolve(success({ keys: cached, justFetched: false })),
      renewed: (_cached, hasMatchingKid) => {
        hadMatchingKid.push(hasMatchingKid)
        return Promise.resolve(renewed && success(renewed))
      },
      problemOf: () => undefined,
    }
    const { findings, observe } = recordingObserver()
    const token = tokenOf({})
    const named = { ...token, header: { ...token.header, kid } }
    const verifySignature = createVerifySignature(keys, new StandingClock())
    const result = await verifySignature(named, PLENTY_OF_TIME, observe)
    const logged = result.ok ? undefined : result.error
    return { hadMatchingKid, logged, findings: findings.map(inShort) }
  }

  it('reports the keys that fit and whether one of them signed the token', async () => {
    const signed = 'signed by one of these keys'

    expect((await verify('b', [curve, wrong, right])).findings).toStrictEqual([
      ['key', true, ['no kid (P-256)', 'a (RSA)', 'b (RS256)'], 'b (RS256)'],
      ['signature', true, ['b (RS256)'], signed],
    ])
    expect((await verify(undefined, [wrong, right])).findings).toStrictEqual([
      ['key', true, ['a (RSA)', 'b (RS256)'], 'no kid (RS256)'],
      ['signature', true, ['a (RSA)', 'b (RS256)'], signed],
    ])
    expect((await verify('a', [wrong])).logged).toMatchObject({
      reason: 'signature_invalid',
      logContext: { expected: ['a (RSA)'], actual: 'signed by another key' },
    })
  })

  it('reports the renewed keys if none of them fits, unless an older one does', async () => {
    const [none, older] = [await verify('c', [wrong], [right]), await verify('a', [wrong], [right])]

    expect(none.logged).toMatchObject({
      reason: 'key_unknown',
      logContext: { expected: ['b (RS256)'], actual: 'c (RS256)' },
    })
    expect(older.logged).toMatchObject({
      reason: 'signature_invalid',
      logContext: { expected: ['a (RSA)'] },
    })
  })

  it('reports too many renewed keys, although few older ones fitted', async () => {
    const many = Array.from({ length: 101 }, () => wrong)

    expect((await verify('a', [wrong], many)).logged).toMatchObject({
      outcome: 'fault',
      reason: 'keys_unusable',
    })
  })

  it('renews the keys sooner if one of them has the `kid` of the token', async () => {
    expect((await verify('a', [wrong])).hadMatchingKid).toStrictEqual([true])
    expect((await verify('c', [wrong])).hadMatchingKid).toStrictEqual([false])
  })
})
