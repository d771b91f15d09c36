import { createPrivateKey, generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import {
  isSameKey,
  jsonWebKeys,
  readKeySet,
  readTrustedKey,
} from '../../../src/caller/json-web-key.ts'
import { failure } from '../../../src/platform/result.ts'
import { trustedKey } from '../support/signed-tokens.ts'
import { jsonObject } from '../support/tokens.ts'
import { smallOrderPoints } from './small-order-points.ts'

function jwk({ publicKey }: KeyPairKeyObjectResult) {
  return publicKey.export({ format: 'jwk' })
}
function rsa(modulusLength = 2048) {
  return jwk(generateKeyPairSync('rsa', { modulusLength }))
}
function ec(namedCurve: string) {
  return jwk(generateKeyPairSync('ec', { namedCurve }))
}
const GOOD = rsa()
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey

const INVALID = 'is not a valid key of its type'
const PRIVATE = 'is a private key: it is known to others now, replace it'
const WRONG_ALG = 'has an `alg` that does not go with its type'
function notForSignatures(member: string) {
  return `is not for signatures (\`${member}\`)`
}

const WRITTEN_BY_DOTNET = {
  ...{ alg: null, crv: null, d: null, dp: null, dq: null, k: null, key_ops: [], oth: [], p: null },
  ...{ q: null, qi: null, use: 'sig', x: null, x5c: [], x5t: null, x5u: null, y: null },
}

function read(...keys: readonly unknown[]) {
  const { trusted, leftOut } = readKeySet(jsonWebKeys(jsonObject({ keys })) ?? [])
  return {
    names: trusted.map(({ kid }) => kid),
    problems: leftOut.map(({ description }) => description),
  }
}

describe('a published key', () => {
  it.each([
    ['RSA', { ...GOOD, alg: 'RS256', use: 'sig' }],
    ['P-256', { ...ec('P-256'), alg: 'ES256' }],
    ['P-384', { ...ec('P-384'), alg: 'ES384' }],
    ['P-521', ec('P-521')],
    ['Ed25519', { ...jwk(generateKeyPairSync('ed25519')), alg: 'EdDSA' }],
    ['with the operations of identity domains', { ...GOOD, key_ops: ['encrypt', 'sign'] }],
    ['with the operation that its use is', { ...GOOD, key_ops: ['verify'] }],
    ['with the operation of the private key', { ...GOOD, key_ops: ['sign'] }],
    ['with one operation that is no list', { ...GOOD, key_ops: 'verify' }],
    ['with the least exponent', { ...GOOD, e: 'Aw' }],
    ['with a curve that RSA has not', { ...GOOD, alg: 'RS256', crv: 'P-256' }],
    ['with a certificate', { ...GOOD, x5c: ['nonsense'], x5t: 'abc' }],
    ['with its type for an algorithm', { ...GOOD, alg: 'RSA' }],
    ['as .NET writes it, null and [] for what it lacks', { ...GOOD, ...WRITTEN_BY_DOTNET }],
    ['with null for its purpose', { ...GOOD, use: null, key_ops: null }],
  ])('is trusted: %s', (_case, key) => {
    expect(read({ ...key, kid: 'good' })).toStrictEqual({ names: ['good'], problems: [] })
  })

  it.each([
    ['symmetric', { kty: 'oct', k: 'AQAB' }, 'is a symmetric key'],
    ['symmetric without its value', { kty: 'oct', k: null }, 'is a symmetric key'],
    ['private with an empty member', { ...GOOD, d: '' }, PRIVATE],
    ['with an empty use', { ...GOOD, use: '' }, notForSignatures('use')],
    ['private', { ...GOOD, d: 'AQAB' }, PRIVATE],
    ['for encryption', { ...GOOD, use: 'enc' }, notForSignatures('use')],
    ['with other operations', { ...GOOD, key_ops: ['encrypt'] }, notForSignatures('key_ops')],
    ['with odd operations', { ...GOOD, key_ops: 5 }, notForSignatures('key_ops')],
    ['short', rsa(1024), 'is shorter than 2048 bits'],
    ['with an exponent of 1', { ...GOOD, e: 'AQ' }, 'has an unusable public exponent'],
    ['with an even exponent', { ...GOOD, e: 'BA' }, 'has an unusable public exponent'],
    ['of a symmetric algorithm', { ...GOOD, alg: 'HS256' }, 'has an unknown `alg`'],
    ['of an algorithm that is misspelt', { ...GOOD, alg: 'RSA256' }, 'has an unknown `alg`'],
    ['for encryption by its algorithm', { ...GOOD, alg: 'RSA-OAEP' }, notForSignatures('alg')],
    ['for encryption by RSA1_5', { ...GOOD, alg: 'RSA1_5' }, notForSignatures('alg')],
    [
      'for encryption by ECDH-ES+A128KW',
      { ...GOOD, alg: 'ECDH-ES+A128KW' },
      notForSignatures('alg'),
    ],
    [
      'of an algorithm that only contains one',
      { ...GOOD, alg: 'X-RSA1_5' },
      'has an unknown `alg`',
    ],
    ['of a type that is unknown here', { kty: 'AKP', pub: 'x' }, 'is not an RSA, EC or OKP key'],
    ['without any member', { kty: 'RSA' }, INVALID],
    ['half a key beside a certificate', { ...GOOD, n: undefined, x5c: ['nonsense'] }, INVALID],
    // No signature algorithm here has these curves.
    ['on the curve of ed448', jwk(generateKeyPairSync('ed448')), 'is on an unknown curve'],
    ['on the curve of x25519', jwk(generateKeyPairSync('x25519')), 'is on an unknown curve'],
    [
      'a certificate alone',
      { kty: 'RSA', x5c: ['nonsense'] },
      'has a certificate (`x5c`) and no key beside it',
    ],
    ...smallOrderPoints().map((x, index): [string, object, string] => [
      `small-order point ${index}`,
      { kty: 'OKP', crv: 'Ed25519', x },
      'has a small order: anyone can sign',
    ]),
    ['off the curve', { ...ec('P-256'), x: ec('P-256').x }, INVALID],
    ['on an unknown curve', ec('secp256k1'), 'is on an unknown curve'],
    ...['p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((name): [string, object, string] => [
      `private, by \`${name}\``,
      { ...GOOD, [name]: 'AQAB' },
      PRIVATE,
    ]),
    ['RSA with an algorithm of a curve', { ...GOOD, alg: 'ES256' }, WRONG_ALG],
    ['on a curve with an algorithm of RSA', { ...ec('P-256'), alg: 'RS256' }, WRONG_ALG],
    ['with an algorithm of another curve', { ...ec('P-256'), alg: 'ES384' }, WRONG_ALG],
    ['with an empty modulus', { ...GOOD, n: '' }, INVALID],
    ['with an empty exponent', { ...GOOD, e: '' }, INVALID],
    ['without a modulus', { ...GOOD, n: undefined }, INVALID],
    ['with a number for a modulus', { ...GOOD, n: 5 }, INVALID],
  ])('#33: is not trusted and named, and does no harm to the rest: %s', (_case, key, problem) => {
    expect(read({ ...key, kid: 'bad' }, { ...GOOD, kid: 'good' })).toStrictEqual({
      names: ['good'],
      problems: [`key bad ${problem}`],
    })
  })

  it('#33: is named by its position if it has no kid', () => {
    expect(read({ ...GOOD, kid: 'a' }, { kty: 'oct', k: 'x' }, 5).problems).toStrictEqual([
      'key no. 2 is a symmetric key',
      'key no. 3 is not a JSON object',
    ])
  })
})

describe('a key that is left out', () => {
  const leftOut = (...keys: readonly unknown[]) => readKeySet(keys).leftOut

  it('has its name, its problem and whether it is for another purpose', () => {
    const report = (name: string, problem: string, hasOtherPurpose: boolean, kid?: string) => ({
      kid,
      problem,
      description: `key ${name} ${problem}`,
      hasOtherPurpose,
    })
    const keys = [{ ...GOOD, kid: 'a', use: 'enc' }, { ...GOOD, kid: '', d: 'x' }, 5]

    expect(leftOut(...keys)).toStrictEqual([
      report('a', notForSignatures('use'), true, 'a'),
      report('no. 2', PRIVATE, false),
      report('no. 3', 'is not a JSON object', false),
    ])
  })

  it('has at most 64 characters of its name in its description', () => {
    const [key] = leftOut({ kty: 'oct', kid: 'x'.repeat(65) })

    expect(key).toMatchObject({
      kid: 'x'.repeat(65),
      description: `key ${'x'.repeat(64)} is a symmetric key`,
    })
  })
})

describe('what is known of a trusted key', () => {
  const OF_THE_KEY = { kty: 'EC', crv: 'P-256', isTheKey: true }
  const known = (members: object) => {
    const { key, ...rest } = trustedKey(P256, members)
    return { ...rest, isTheKey: isSameKey(key, P256) }
  }

  it('is what its members say', () => {
    const members = { kid: 'a', alg: 'ES256', x5t: 'certificate-1' }

    expect(known(members)).toStrictEqual({ ...members, ...OF_THE_KEY })
  })

  it.each([
    ['absent', {}],
    ['no text', { kid: 5, alg: 5, x5t: ['certificate-1'] }],
    ['null', { kid: null, alg: null, x5t: null }],
    ['empty', { kid: '', alg: null, x5t: null }],
  ])('is not a kid if it is %s', (_case, members) => {
    const unknown = { kid: undefined, alg: undefined, x5t: undefined }

    expect(known(members)).toStrictEqual({ ...unknown, ...OF_THE_KEY })
  })

  it.each([5, null, true, ['EC'], {}])('is nothing if its type is %j', (kty) => {
    expect(readTrustedKey(jsonObject({ ...GOOD, kty }))).toStrictEqual(
      failure('is not an RSA, EC or OKP key'),
    )
  })
})

describe('a document with keys', () => {
  it.each([
    ['a set', { keys: [1, 2] }, 2],
    ['an empty set', { keys: [] }, 0],
    ['one key', { kty: 'RSA' }, 1],
  ])('is read: %s', (_case, document, count) => {
    expect(jsonWebKeys(jsonObject(document))).toHaveLength(count)
  })

  it.each([{}, { keys: {} }, { keys: 'x' }])('is rejected: %j', (document) => {
    expect(jsonWebKeys(jsonObject(document))).toBeUndefined()
  })
})

describe('the comparison of two keys', () => {
  it('of the same type compares their values', () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey

    expect([isSameKey(P256, P256), isSameKey(P256, other)]).toStrictEqual([true, false])
  })

  it('of two types leaves nothing behind that spoils the next private key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' })

    expect(isSameKey(publicKey, P256)).toBe(false)
    expect(createPrivateKey(pem).equals(privateKey)).toBe(true)
  })
})
