import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { HEADER_CHECKS, readSignatureHeader } from '../../../src/caller/jwt-header.ts'
import { createStaticKeys } from '../../../src/caller/signing-keys.ts'
import type { JwtConfig, TokenRules } from '../../../src/config/model.ts'
import { denial, firstDenial } from '../../../src/decision.ts'
import { failure, success } from '../../../src/platform/result.ts'
import { claimsOf, plain } from '../support/claims.ts'
import { inShort, recordingObserver } from '../support/findings.ts'
import { jwtConfig } from '../support/issuers.ts'
import { denied } from '../support/outcomes.ts'
import { signedJwt, trustedKey } from '../support/signed-tokens.ts'
import { START } from '../support/time.ts'
import { jsonObject } from '../support/tokens.ts'
import { CLAIMS, jwtVerifierWith } from './jwt-verifier-fixture.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const KEYS = createStaticKeys([trustedKey(publicKey, { kid: 'a' })])
const HEADER = { alg: 'ES256', kid: 'a' }

function verifierWith(jwt: Partial<JwtConfig> = {}, rules: Partial<TokenRules> = {}) {
  const verify = jwtVerifierWith(KEYS, { algorithms: ['ES256'], ...jwt }, rules)
  return async (text: string) => plain(await verify(text))
}

/** The result for a validly signed token with this header. */
async function resultFor(header: object, type: JwtConfig['type'] = 'any') {
  const result = await verifierWith({ type })(signedJwt(privateKey, header, CLAIMS))
  return result.ok ? 'accepted' : result
}

const NOT_ALLOWED = refused('algorithm_not_allowed')
const UNACCEPTABLE = refused('header_unacceptable')

function refused(reason: Parameters<typeof denial>[0]) {
  return denied(reason, { issuer: 'callers' })
}

describe('the type of a JWT', () => {
  it.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/jwt', undefined])(
    'RFC 8725 §3.11: is one that an access token may have: %s',
    async (typ) => {
      expect(await resultFor({ ...HEADER, typ })).toBe('accepted')
    },
  )

  it.each(['at+jwt', 'At+Jwt', 'application/at+jwt', 'Application/AT+JWT'])(
    'RFC 9068 §4: is that of an access token if required: %s',
    async (typ) => {
      expect(await resultFor({ ...HEADER, typ }, 'at+jwt')).toBe('accepted')
    },
  )

  it.each([
    ['any', 'logout+jwt'],
    ['any', 'dpop+jwt'],
    ['any', 'secevent+jwt'],
    ['any', 'token-introspection+jwt'],
    ['any', 'at+jwt '],
    ['any', ''],
    ['at+jwt', 'JWT'],
    ['at+jwt', 'application/jwt'],
    ['at+jwt', 'any'],
    ['at+jwt', ''],
    ['at+jwt', undefined],
  ] as const)('is wrong if %s is required and the token has %s', async (wanted, typ) => {
    expect(await resultFor({ ...HEADER, typ }, wanted)).toStrictEqual(refused('token_type_wrong'))
  })
})

describe('the header of a JWT', () => {
  it.each([
    ['crit', ['exp']],
    ['b64', true],
    ['zip', 'DEF'],
    ['enc', 'A256GCM'],
    ['cty', 'JWT'],
    ['zip', ['NONE']],
    ['zip', null],
    ['crit', []],
    ['crit', null],
    ['b64', false],
    ['cty', ''],
  ])('RFC 8725 §3.10, RFC 7515 §4.1: is unacceptable with %s of %j', async (name, value) => {
    expect(await resultFor({ ...HEADER, [name]: value })).toStrictEqual(UNACCEPTABLE)
  })

  it.each(
    ['kid', 'typ'].flatMap((name) =>
      [5, null, true, ['a'], {}].map((value) => [name, value] as const),
    ),
  )('is unacceptable if %s is %j and no string', async (name, value) => {
    expect(await resultFor({ ...HEADER, [name]: value })).toStrictEqual(UNACCEPTABLE)
  })

  it.each([
    ['jwk', {}],
    ['jwk', null],
    ['jku', 'https://idp.example/keys'],
    ['x5u', 'https://idp.example/certificate'],
    ['x5c', ['nonsense']],
    ['x5t', null],
    ['x5t#S256', 5],
    ['zip', 'NONE'],
    ['zip', 'none'],
    ['nonce', 5],
    ['', 5],
  ])('RFC 7515 §4.1: may have %s of %j, which is ignored', async (name, value) => {
    expect(await resultFor({ ...HEADER, [name]: value })).toBe('accepted')
  })

  it.each([
    [undefined],
    [null],
    [''],
    ['none'],
    ['HS256'],
    ['es256'],
    ['RS256'],
    ['toString'],
    [5],
    [['ES256']],
  ])('RFC 8725 §3.1: is denied with the algorithm %j', async (alg) => {
    expect(await resultFor({ ...HEADER, alg })).toStrictEqual(NOT_ALLOWED)
  })

  it('is denied with the algorithm of the key if it is not configured', async () => {
    const verify = verifierWith({ algorithms: ['ES384', 'RS256'] })

    expect(await verify(signedJwt(privateKey, HEADER, CLAIMS))).toStrictEqual(NOT_ALLOWED)
  })
})

describe('a JWT that was verified', () => {
  it('has the claims that were signed', async () => {
    expect(await verifierWith()(signedJwt(privateKey, HEADER, CLAIMS))).toStrictEqual(
      success(claimsOf(CLAIMS)),
    )
  })

  it('is denied for a missing scope only if its signature is valid', async () => {
    const verify = verifierWith({}, { requiredScopes: ['write'] })
    const token = signedJwt(privateKey, HEADER, CLAIMS)
    const another = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const forged = signedJwt(another, HEADER, CLAIMS)

    expect(await verify(token)).toStrictEqual(
      failure({
        ...denial('scope_insufficient', { issuer: 'callers', clientId: 'client-1' }),
        requiredScopes: ['write'],
      }),
    )
    expect(await verify(forged)).toStrictEqual(refused('signature_invalid'))
  })
})

describe('a JWT that shows its defect', () => {
  it.each([
    ['token_opaque', 'opaque'],
    ['claims_malformed', signedJwt(privateKey, HEADER, { ...CLAIMS, aud: 5 })],
    ['expiry_missing', signedJwt(privateKey, HEADER, { ...CLAIMS, exp: undefined })],
  ] as const)('has its issuer: %s', async (reason, text) => {
    expect(await verifierWith()(text)).toStrictEqual(refused(reason))
  })

  it.each([
    ['token_expired', { exp: START - 31 }],
    ['audience_mismatch', { aud: 'other' }],
  ] as const)('has its issuer and the claimed client: %s', async (reason, claims) => {
    const token = signedJwt(privateKey, HEADER, { ...CLAIMS, ...claims })

    expect(await verifierWith()(token)).toStrictEqual(
      denied(reason, { issuer: 'callers', claimedClientId: 'client-1' }),
    )
  })
})

describe('an observer of the header', () => {
  const ACCESS_TOKEN_TYPES = ['at+jwt', 'application/at+jwt']
  const COMMON_TYPES = [...ACCESS_TOKEN_TYPES, 'jwt', 'application/jwt']

  const findingsAbout = (header: object, type: JwtConfig['type'] = 'any') => {
    const { findings, observe } = recordingObserver()
    const jwt = jwtConfig({ algorithms: ['ES256', 'RS256'], type })
    firstDenial(HEADER_CHECKS, { header: jsonObject(header), jwt }, observe)
    return findings.map(inShort)
  }

  /** What each check expects, what a good token has, and what a bad one has. */
  const FINDINGS = [
    ['alg', ['ES256', 'RS256'], 'ES256', 'none'],
    ['crit', 'no `crit`', null, ['x']],
    ['b64', 'no `b64`', null, false],
    ['enc', 'no `enc`', null, 'A256GCM'],
    ['zip', 'no `zip`', null, 'DEF'],
    ['cty', 'no `cty`', null, 'JWT'],
    ['kid', '`kid` as a string', 'a', 5],
    ['typ', '`typ` as a string', 'JWT', 5],
  ] as const

  it('gets what each check expects and what the token has', () => {
    expect(findingsAbout({ ...HEADER, typ: 'JWT' })).toStrictEqual([
      ...FINDINGS.map(([name, expected, good]) => [name, true, expected, good]),
      ['typ', true, COMMON_TYPES, 'JWT'],
    ])
  })

  it('gets each defect, and a `typ` that is no string once', () => {
    const header = Object.fromEntries(FINDINGS.map(([name, , , bad]) => [name, bad]))

    expect(findingsAbout(header, 'at+jwt')).toStrictEqual([
      ...FINDINGS.map(([name, expected, , bad]) => [name, false, expected, bad]),
      ['typ', true, ACCESS_TOKEN_TYPES, 5],
    ])
  })
})

describe('the part of the header that selects a key', () => {
  it.each([
    [{ alg: 'ES256', kid: 'a', x5t: 'b' }, 'a', 'b'],
    [{ alg: 'ES256', kid: '', x5t: 5 }, undefined, undefined],
    [{ alg: 'ES256' }, undefined, undefined],
  ])('is read from %j', (header, kid, x5t) => {
    expect(readSignatureHeader(jsonObject(header))).toStrictEqual({ alg: 'ES256', kid, x5t })
  })

  it.each([{ alg: 'none' }, { alg: 'ES256', kid: 5 }])('cannot be read from %j', (header) => {
    expect(readSignatureHeader(jsonObject(header))).toBeUndefined()
  })
})
