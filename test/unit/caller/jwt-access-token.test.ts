import { generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { readTrustedKey } from '../../../src/caller/json-web-key.ts'
import { createJwtVerifier } from '../../../src/caller/jwt-access-token.ts'
import {
  createRemoteKeys,
  createStaticKeys,
  type SigningKeys,
} from '../../../src/caller/signing-keys.ts'
import type { JwtConfig } from '../../../src/config/model.ts'
import type { Finding } from '../../../src/findings.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { success } from '../../../src/platform/result.ts'
import { issuerConfig, tokenRules } from '../support/issuers.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const key = (() => {
  const read = readTrustedKey(jsonObject({ ...publicKey.export({ format: 'jwk' }), kid: 'a' }))
  if (!read.ok) throw new Error(read.error)
  return read.value
})()

const GOOD = { iss: 'https://idp.example', aud: 'api', sub: 'jdoe', exp: START + 600 }

function token(claims: object, header: object = {}): string {
  const input = [{ alg: 'RS256', kid: 'a', ...header }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`
}

const JWT: JwtConfig = { keys: { kind: 'static', keys: [] }, algorithms: ['RS256'], type: 'any' }

function verifierBy(keys: SigningKeys) {
  let announcements = 0
  const verify = createJwtVerifier(
    issuerConfig({ rules: tokenRules({ issuer: GOOD.iss, requiredScopes: [] }) }),
    JWT,
    keys,
    new StandingClock(),
  )
  return async (text: string) => {
    announcements = 0
    const result = await verify(new Redacted(text), PLENTY_OF_TIME, () => {
      announcements += 1
    })
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

    expect(await verify(token(GOOD))).toStrictEqual(['accepted', 1])
    expect(await verify(token({ ...GOOD, jti: '2' }))).toStrictEqual(['accepted', 0])
    expect(address.fetches).toBe(1)
  })

  it('announces nothing if the keys are configured', async () => {
    const verify = verifierBy(createStaticKeys([key]))

    expect(await verify(token(GOOD))).toStrictEqual(['accepted', 0])
    expect(await verify(`${token(GOOD).slice(0, -8)}AAAAAAAA`)).toStrictEqual([
      'signature_invalid',
      0,
    ])
  })

  it.each([
    ['is opaque', 'opaque', 'token_opaque'],
    ['is expired', token({ ...GOOD, exp: START - 60 }), 'token_expired'],
    ['has no `exp`', token({ ...GOOD, exp: undefined }), 'expiry_missing'],
    ['is of another issuer', token({ ...GOOD, iss: 'x' }), 'issuer_mismatch'],
    ['is for another API', token({ ...GOOD, aud: 'x' }), 'audience_mismatch'],
    ['has another algorithm', token(GOOD, { alg: 'none' }), 'algorithm_not_allowed'],
    ['has a critical extension', token(GOOD, { crit: ['x'] }), 'header_unacceptable'],
    ['is an ID token', token({ ...GOOD, at_hash: 'x' }), 'token_type_wrong'],
    ['has claims of wrong types', token({ ...GOOD, exp: 'x' }), 'claims_malformed'],
  ])('fetches nothing for a token that %s', async (_case, text, reason) => {
    const { address, verify } = remote()

    expect(await verify(text)).toStrictEqual([reason, 0])
    expect(address.fetches).toBe(0)
  })
})

describe('an observer of a JWT', () => {
  const findingsAbout = async (text: string) => {
    const findings: Finding[] = []
    const issuer = issuerConfig({ rules: tokenRules({ issuer: GOOD.iss }) })
    const verify = createJwtVerifier(issuer, JWT, createStaticKeys([key]), new StandingClock())
    const observe = (finding: Finding) => findings.push(finding)
    const observed = await verify(new Redacted(text), PLENTY_OF_TIME, () => undefined, observe)
    expect(await verify(new Redacted(text), PLENTY_OF_TIME, () => undefined)).toStrictEqual(
      observed,
    )
    const about = (...names: string[]) =>
      findings
        .filter(({ name }) => names.includes(name))
        .map(({ name, ok, expected, actual }) => [name, ok, expected, actual])
    return { about, observed }
  }

  it('gets its form, its claims and its signature', async () => {
    const { about } = await findingsAbout(token(GOOD))

    expect(about('jwt_form', 'claim_types', 'exp_present', 'signature')).toStrictEqual([
      ['jwt_form', true, 'a signed JWT', 'a signed JWT'],
      ['claim_types', true, 'claims of the right types', 'claims of the right types'],
      ['exp_present', true, '`exp`', START + 600],
      ['signature', true, ['a (RSA)'], 'signed by one of these keys'],
    ])
  })

  it('gets that it is another token, and nothing else', async () => {
    const { about, observed } = await findingsAbout('opaque')

    expect(about('jwt_form', 'alg', 'claim_types', 'issuer', 'signature')).toStrictEqual([
      ['jwt_form', false, 'a signed JWT', 'another token'],
    ])
    expect(observed).toMatchObject({
      error: { logContext: { expected: 'a signed JWT', actual: 'another token' } },
    })
  })

  it('gets the claim of a wrong type, no rules, and the signature', async () => {
    const { about } = await findingsAbout(token({ ...GOOD, exp: 'never' }))
    const expected = '`exp` as seconds since 1970, as a number'

    expect(about('claim_types', 'exp_present', 'issuer', 'signature')).toStrictEqual([
      ['claim_types', false, expected, 'never'],
      ['exp_present', true, '`exp`', null],
      ['signature', true, ['a (RSA)'], 'signed by one of these keys'],
    ])
  })

  it('gets that it has no `exp`', async () => {
    const { about } = await findingsAbout(token({ ...GOOD, exp: undefined }))

    expect(about('exp_present', 'signature')).toStrictEqual([
      ['exp_present', false, '`exp`', null],
      ['signature', true, ['a (RSA)'], 'signed by one of these keys'],
    ])
  })

  it('gets no signature if no key can be selected', async () => {
    const { about } = await findingsAbout(token(GOOD, { alg: 'none' }))

    expect(about('alg', 'key', 'signature')).toStrictEqual([['alg', false, ['RS256'], 'none']])
  })
})
