import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
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

function rsa(modulusLength = 2048) {
  return generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })
}
function ec(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' })
}
function ed25519() {
  return generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
}
/** Keys of the type OKP on curves that no signature algorithm here has. */
function edwards(type: 'ed448' | 'x25519') {
  const { publicKey } = type === 'ed448' ? generateKeyPairSync(type) : generateKeyPairSync(type)
  return publicKey.export({ format: 'jwk' })
}
const GOOD = rsa()
const P256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey

const WRITTEN_BY_DOTNET = {
  ...{ alg: null, crv: null, d: null, dp: null, dq: null, k: null, key_ops: [], oth: [], p: null },
  ...{ q: null, qi: null, use: 'sig', x: null, x5c: [], x5t: null, x5u: null, y: null },
}

/** y of the points whose order divides 8: computed, so that the list in the code is no mere copy. */
const SMALL_ORDER = smallOrderPoints()

function smallOrderPoints(): string[] {
  const p = 2n ** 255n - 19n
  const power = (base: bigint, exponent: bigint): bigint => {
    if (exponent === 0n) return 1n
    const half = power((base * base) % p, exponent / 2n)
    return exponent % 2n === 1n ? (half * base) % p : half
  }
  const inverse = (value: bigint): bigint => power(value, p - 2n)
  const root = (square: bigint): bigint | undefined => {
    const candidate = power(square, (p + 3n) / 8n)
    return [candidate, (candidate * power(2n, (p - 1n) / 4n)) % p].find(
      (each) => (each * each - square) % p === 0n,
    )
  }
  const d = (p - ((121_665n * inverse(121_666n)) % p)) % p
  // A point of order 8 has a double of order 4, whose y is 0: then x² = -y², and d·y⁴ + 2·y² - 1 = 0.
  const discriminant = root((1n + d) % p) ?? 0n
  const ofOrder8 = [discriminant, p - discriminant]
    .map((each) => root((((each - 1n + p) % p) * inverse(d)) % p))
    .flatMap((y) => (y === undefined ? [] : [y, p - y]))
  return [0n, 1n, p - 1n, p, p + 1n, ...ofOrder8].flatMap((y) =>
    [y, y + 2n ** 255n].map((point) =>
      Buffer.from(point.toString(16).padStart(64, '0'), 'hex').reverse().toString('base64url'),
    ),
  )
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
    ['Ed25519', { ...ed25519(), alg: 'EdDSA' }],
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
    [
      'private with an empty member',
      { ...GOOD, d: '' },
      'is a private key: it is known to others now, replace it',
    ],
    ['with an empty use', { ...GOOD, use: '' }, 'is not for signatures (`use`)'],
    ['private', { ...GOOD, d: 'AQAB' }, 'is a private key: it is known to others now, replace it'],
    ['for encryption', { ...GOOD, use: 'enc' }, 'is not for signatures (`use`)'],
    [
      'with other operations',
      { ...GOOD, key_ops: ['encrypt'] },
      'is not for signatures (`key_ops`)',
    ],
    ['with odd operations', { ...GOOD, key_ops: 5 }, 'is not for signatures (`key_ops`)'],
    ['short', rsa(1024), 'is shorter than 2048 bits'],
    ['with an exponent of 1', { ...GOOD, e: 'AQ' }, 'has a public exponent that verifies nothing'],
    ['with an even exponent', { ...GOOD, e: 'BA' }, 'has a public exponent that verifies nothing'],
    [
      'of another algorithm',
      { ...GOOD, alg: 'ES256' },
      'has an `alg` that does not go with its type',
    ],
    ['of a symmetric algorithm', { ...GOOD, alg: 'HS256' }, 'has an unknown `alg`'],
    ['of an algorithm that is misspelt', { ...GOOD, alg: 'RSA256' }, 'has an unknown `alg`'],
    [
      'for encryption by its algorithm',
      { ...GOOD, alg: 'RSA-OAEP' },
      'is not for signatures (`alg`)',
    ],
    ...['RSA1_5', 'ECDH-ES+A128KW'].map((alg): [string, object, string] => [
      `for encryption by ${alg}`,
      { ...GOOD, alg },
      'is not for signatures (`alg`)',
    ]),
    [
      'of an algorithm that only contains one',
      { ...GOOD, alg: 'X-RSA1_5' },
      'has an unknown `alg`',
    ],
    ['of a type that is unknown here', { kty: 'AKP', pub: 'x' }, 'is no RSA, EC or OKP key'],
    ['without any member', { kty: 'RSA' }, 'is no valid key of its type'],
    [
      'half a key beside a certificate',
      { ...GOOD, n: undefined, x5c: ['nonsense'] },
      'is no valid key of its type',
    ],
    ...(['ed448', 'x25519'] as const).map((type): [string, object, string] => [
      `on the curve of ${type}`,
      edwards(type),
      'is on an unknown curve',
    ]),
    [
      'a certificate alone',
      { kty: 'RSA', x5c: ['nonsense'] },
      'has a certificate (`x5c`) and no key beside it',
    ],
    ...SMALL_ORDER.map((x, index): [string, object, string] => [
      `small-order point ${index}`,
      { kty: 'OKP', crv: 'Ed25519', x },
      'has a small order: anyone can sign',
    ]),
    [
      'of the wrong curve',
      { ...ec('P-256'), alg: 'ES384' },
      'has an `alg` that does not go with its type',
    ],
    ['off the curve', { ...ec('P-256'), x: ec('P-256').x }, 'is no valid key of its type'],
    ['on an unknown curve', ec('secp256k1'), 'is on an unknown curve'],
    ...['p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].map((name): [string, object, string] => [
      `private, by \`${name}\``,
      { ...GOOD, [name]: 'AQAB' },
      'is a private key: it is known to others now, replace it',
    ]),
    [
      'RSA with an algorithm of a curve',
      { ...GOOD, alg: 'ES256' },
      'has an `alg` that does not go with its type',
    ],
    [
      'on a curve with an algorithm of RSA',
      { ...ec('P-256'), alg: 'RS256' },
      'has an `alg` that does not go with its type',
    ],
    [
      'with an algorithm of another curve',
      { ...ec('P-256'), alg: 'ES384' },
      'has an `alg` that does not go with its type',
    ],
    ['with an empty modulus', { ...GOOD, n: '' }, 'is no valid key of its type'],
    ['with an empty exponent', { ...GOOD, e: '' }, 'is no valid key of its type'],
    ['without a modulus', { ...GOOD, n: undefined }, 'is no valid key of its type'],
    ['with a number for a modulus', { ...GOOD, n: 5 }, 'is no valid key of its type'],
  ])('#33: is not trusted and named, and does no harm to the rest: %s', (_case, key, problem) => {
    expect(read({ ...key, kid: 'bad' }, { ...GOOD, kid: 'good' })).toStrictEqual({
      names: ['good'],
      problems: [`key bad ${problem}`],
    })
  })

  it('#33: is named by its position if it has no kid', () => {
    expect(read({ ...GOOD, kid: 'a' }, { kty: 'oct', k: 'x' }, 5).problems).toStrictEqual([
      'key no. 2 is a symmetric key',
      'key no. 3 is no JSON object',
    ])
  })
})

describe('a key that is left out', () => {
  const leftOut = (...keys: readonly unknown[]) => readKeySet(keys).leftOut

  it('has its name, its problem and whether it is for another purpose', () => {
    const problem = 'is not for signatures (`use`)'

    expect(
      leftOut({ ...GOOD, kid: 'a', use: 'enc' }, { ...GOOD, kid: '', d: 'x' }, 5),
    ).toStrictEqual([
      { kid: 'a', problem, description: `key a ${problem}`, hasOtherPurpose: true },
      {
        kid: undefined,
        problem: 'is a private key: it is known to others now, replace it',
        description: 'key no. 2 is a private key: it is known to others now, replace it',
        hasOtherPurpose: false,
      },
      {
        kid: undefined,
        problem: 'is no JSON object',
        description: 'key no. 3 is no JSON object',
        hasOtherPurpose: false,
      },
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
  const known = (members: object) => {
    const { key, ...rest } = trustedKey(P256, members)
    return { ...rest, isTheKey: isSameKey(key, P256) }
  }

  it('is what its members say', () => {
    expect(known({ kid: 'a', alg: 'ES256', x5t: 'certificate-1' })).toStrictEqual({
      kid: 'a',
      alg: 'ES256',
      x5t: 'certificate-1',
      kty: 'EC',
      crv: 'P-256',
      isTheKey: true,
    })
  })

  it.each([
    ['absent', {}],
    ['no text', { kid: 5, alg: 5, x5t: ['certificate-1'] }],
    ['null', { kid: null, alg: null, x5t: null }],
    ['empty', { kid: '', alg: null, x5t: null }],
  ])('is not a kid if it is %s', (_case, members) => {
    expect(known(members)).toStrictEqual({
      kid: undefined,
      alg: undefined,
      x5t: undefined,
      kty: 'EC',
      crv: 'P-256',
      isTheKey: true,
    })
  })

  it.each([5, null, true, ['EC'], {}])('is nothing if its type is %j', (kty) => {
    expect(readTrustedKey(jsonObject({ ...GOOD, kty }))).toStrictEqual(
      failure('is no RSA, EC or OKP key'),
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
