import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { createVerifyCaller } from '../../../src/caller/issuer-choice.ts'
import { createJwtVerifier } from '../../../src/caller/jwt-access-token.ts'
import { createStaticKeys } from '../../../src/caller/signing-keys.ts'
import { createVerifyWithIssuer } from '../../../src/caller/verify-with-issuer.ts'
import { printable } from '../../../src/platform/printable.ts'
import { readBearerToken } from '../../../src/gateway/request.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { recordingObserver } from '../support/findings.ts'
import { issuerConfig, jwtConfig, tokenRules } from '../support/issuers.ts'
import { signedJwt, trustedKey } from '../support/signed-tokens.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEYS = createStaticKeys([trustedKey(publicKey, { kid: 'a' })])
const JWT = jwtConfig({ algorithms: ['ES256'] })
const HEADER = { alg: 'ES256', kid: 'a' }
const CLAIMS = { iss: 'https://idp.example', aud: 'api', sub: 'jdoe', exp: START + 600 }

const verify = createVerifyCaller(
  [
    { name: 'callers', iss: CLAIMS.iss },
    { name: 'others', iss: 'https://other.example' },
  ].map(({ name, iss }) => {
    const rules = tokenRules({ issuer: iss, requiredScopes: ['write'] })
    const issuer = issuerConfig({ name, jwt: JWT, rules })
    const verifyJwt = createJwtVerifier(issuer, JWT, KEYS, new StandingClock())
    return { issuer, verify: createVerifyWithIssuer(issuer, verifyJwt, undefined) }
  }),
)

async function findingsAbout(header: object, claims: object) {
  const token = new Redacted(signedJwt(privateKey, header, claims))
  const { findings, observe } = recordingObserver()
  const observed = await verify(token, PLENTY_OF_TIME, () => undefined, observe)
  expect(await verify(token, PLENTY_OF_TIME, () => undefined)).toStrictEqual(observed)
  const failed = findings.filter(({ ok }) => !ok)
  return { findings, failed, reason: observed.ok ? 'permitted' : observed.error.reason }
}

describe('an observer', () => {
  it('gets every check of a valid token, and why other issuers were skipped', async () => {
    const { findings, failed } = await findingsAbout(HEADER, { ...CLAIMS, scope: 'write' })

    expect(failed).toStrictEqual([
      {
        name: 'issuer_choice',
        issuer: 'others',
        expected: 'jwt, iss https://other.example',
        actual: 'iss https://idp.example',
        ok: false,
      },
    ])
    const names = ['alg', 'typ', 'claim_types', 'issuer', 'audience', 'exp', 'scope', 'signature']
    expect(findings.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    expect(findings.find(({ name }) => name === 'audience')).toStrictEqual({
      name: 'audience',
      issuer: 'callers',
      expected: ['api'],
      actual: ['api'],
      ok: true,
    })
  })

  it('gets every check that fails, in order, and the first one decides', async () => {
    const { failed, reason } = await findingsAbout(
      { ...HEADER, kid: 'b', typ: 'logout+jwt' },
      { ...CLAIMS, aud: 'other', exp: START - 600 },
    )

    expect(failed.map((finding) => [finding.name, finding.reason]).slice(1)).toStrictEqual([
      ['typ', 'token_type_wrong'],
      ['audience', 'audience_mismatch'],
      ['exp', 'token_expired'],
      ['scope', 'scope_insufficient'],
      ['key', 'key_unknown'],
      ['signature', 'signature_invalid'],
    ])
    expect(reason).toBe('token_type_wrong')
  })

  it('gets the checks of the bearer token, and nothing of the token itself', () => {
    const { findings, observe } = recordingObserver()

    readBearerToken({ token: 'Bearer a"b' }, observe)

    expect(findings.map(({ name, ok }) => [name, ok])).toStrictEqual([
      ['one_token', true],
      ['token_present', true],
      ['scheme', true],
      ['token_present', true],
      ['token_length', true],
      ['token_syntax', false],
    ])
    expect(JSON.stringify(findings)).not.toContain('a\\"b')
  })
})

describe('a value for the log', () => {
  const jwt = signedJwt(privateKey, HEADER, CLAIMS)

  it.each([
    ['short', 'short'],
    [7, '7'],
    [null, 'null'],
    [`x ${jwt}`, 'x [JWT]'],
    [jwt.split('.')[0] ?? '', '[JWT]'],
    [{ [jwt]: [jwt] }, '{"[JWT]":["[JWT]"]}'],
    ['a\u202eb\n\ud800', 'a\\u{202e}b\\u{a}\\u{d800}'],
    ['https://login.example/tenant-1234567890/v2.0', 'https://login.exampl…67890/v2.0'],
    [Array<number>(200).fill(1), `[${'1,'.repeat(99)}1…`],
    [[[[[[[[[[1]]]]]]]]], '[[[[[[[["…"]]]]]]]]'],
    [{ a: [{ b: null }] }, '{"a":[{"b":null}]}'],
  ])('%j is shortened, escaped and without tokens', (value, text) => {
    expect(printable(value)).toBe(text)
  })
})
