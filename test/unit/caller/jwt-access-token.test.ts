import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import {
  createRemoteKeys,
  createStaticKeys,
  type SigningKeys,
} from '../../../src/caller/signing-keys.ts'
import { success } from '../../../src/platform/result.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { signedJwt, trustedKey } from '../support/signed-tokens.ts'
import { START, StandingClock } from '../support/time.ts'
import { CLAIMS, jwtVerifierWith } from './jwt-verifier-fixture.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = trustedKey(publicKey, { kid: 'a' })

function token(claims: object, header: object = {}): string {
  return signedJwt(privateKey, { alg: 'RS256', kid: 'a', ...header }, claims)
}

function verifierBy(keys: SigningKeys) {
  const verify = jwtVerifierWith(keys)
  return async (text: string) => {
    let announcements = 0
    const result = await verify(text, () => (announcements += 1))
    return [result.ok ? 'accepted' : result.error.reason, announcements]
  }
}

function remote() {
  const address = { fetches: 0 }
  const fetchKeys = () => {
    address.fetches += 1
    return Promise.resolve(success({ trusted: [key], leftOut: [] }))
  }
  const keys = createRemoteKeys(fetchKeys, new StandingClock(), () => undefined)
  return { address, verify: verifierBy(keys) }
}

describe('the verification of a JWT', () => {
  it('announces that keys are fetched, and only then', async () => {
    const { address, verify } = remote()

    expect(await verify(token(CLAIMS))).toStrictEqual(['accepted', 1])
    expect(await verify(token({ ...CLAIMS, jti: '2' }))).toStrictEqual(['accepted', 0])
    expect(address.fetches).toBe(1)
  })

  it('announces nothing if the keys are configured', async () => {
    const verify = verifierBy(createStaticKeys([key]))
    const forged = `${token(CLAIMS).slice(0, -8)}AAAAAAAA`

    expect(await verify(token(CLAIMS))).toStrictEqual(['accepted', 0])
    expect(await verify(forged)).toStrictEqual(['signature_invalid', 0])
  })

  it.each([
    ['is opaque', 'opaque', 'token_opaque'],
    ['is expired', token({ ...CLAIMS, exp: START - 60 }), 'token_expired'],
    ['has no `exp`', token({ ...CLAIMS, exp: undefined }), 'expiry_missing'],
    ['is of another issuer', token({ ...CLAIMS, iss: 'x' }), 'issuer_mismatch'],
    ['is for another API', token({ ...CLAIMS, aud: 'x' }), 'audience_mismatch'],
    ['has another algorithm', token(CLAIMS, { alg: 'none' }), 'algorithm_not_allowed'],
    ['has a critical extension', token(CLAIMS, { crit: ['x'] }), 'header_unacceptable'],
    ['is an ID token', token({ ...CLAIMS, at_hash: 'x' }), 'token_type_wrong'],
    ['has claims of wrong types', token({ ...CLAIMS, exp: 'x' }), 'claims_malformed'],
  ])('fetches nothing for a token that %s', async (_case, text, reason) => {
    const { address, verify } = remote()

    expect(await verify(text)).toStrictEqual([reason, 0])
    expect(address.fetches).toBe(0)
  })
})

describe('an observer of a JWT', () => {
  const SIGNED = ['signature', true, ['a (RSA)'], 'signed by one of these keys']

  const findingsAbout = async (text: string) => {
    const { findings, observe } = recordingObserver()
    const verify = jwtVerifierWith(createStaticKeys([key]))
    const observed = await verify(text, undefined, observe)
    expect(await verify(text)).toStrictEqual(observed)
    const about = (...names: string[]) =>
      findings.filter(({ name }) => names.includes(name)).map(inShort)
    return { about, observed }
  }

  it('receives the checks of its claims and its signature', async () => {
    const { about } = await findingsAbout(token(CLAIMS))

    expect(about('claim_types', 'exp_present', 'signature')).toStrictEqual([
      ['claim_types', true, 'claims of the right types', 'claims of the right types'],
      ['exp_present', true, '`exp`', START + 600],
      SIGNED,
    ])
  })

  it('receives nothing about an opaque token, which is denied', async () => {
    const { about, observed } = await findingsAbout('opaque')

    expect(about('alg', 'claim_types', 'issuer', 'signature')).toStrictEqual([])
    expect(observed).toMatchObject({ error: { reason: 'token_opaque' } })
  })

  it('receives the claim of a wrong type, no rules, and the signature', async () => {
    const { about } = await findingsAbout(token({ ...CLAIMS, exp: 'never' }))
    const expected = '`exp` as seconds since 1970, as a number'

    expect(about('claim_types', 'exp_present', 'issuer', 'signature')).toStrictEqual([
      ['claim_types', false, expected, 'never'],
      ['exp_present', true, '`exp`', null],
      SIGNED,
    ])
  })

  it('receives the missing `exp`', async () => {
    const { about } = await findingsAbout(token({ ...CLAIMS, exp: undefined }))

    expect(about('exp_present', 'signature')).toStrictEqual([
      ['exp_present', false, '`exp`', null],
      SIGNED,
    ])
  })

  it('gets no signature if no key can be selected', async () => {
    const { about } = await findingsAbout(token(CLAIMS, { alg: 'none' }))

    expect(about('alg', 'key', 'signature')).toStrictEqual([['alg', false, ['RS256'], 'none']])
  })
})
