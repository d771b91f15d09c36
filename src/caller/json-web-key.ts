/** Which published keys (RFC 7517) are trusted to verify signatures. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import {
  isSignatureAlgorithm,
  MIN_RSA_BITS,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
} from '../oauth/signature-algorithms.ts'
import {
  isJsonObject,
  member,
  nonEmpty,
  nonNullMember,
  stringMember,
  stringOrStrings,
  type JsonObject,
} from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'

export interface TrustedKey {
  readonly kid: string | undefined
  /** The one algorithm that the key is for, if it names one. */
  readonly alg: string | undefined
  /** SHA-1 thumbprint of its certificate: distinguishes keys that share a `kid`. */
  readonly x5t: string | undefined
  readonly kty: string
  readonly crv: string | undefined
  readonly key: KeyObject
}

/** Members of private and symmetric keys (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** The members of a public key, by `kty`. No other member is used. */
const PUBLIC_MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
])

const CURVES = ['P-256', 'P-384', 'P-521', 'Ed25519']

/**
 * Whether both are the same key. Keys of different types must not be compared by `KeyObject.equals`: it
 * leaves an OpenSSL error in the queue (Node 20 to 24), and the next PEM private key fails to load.
 */
export function isSameKey(one: KeyObject, other: KeyObject): boolean {
  return one.asymmetricKeyType === other.asymmetricKeyType && one.equals(other)
}

/** The key, or a description of what is wrong with it, without any of its values. */
export function readTrustedKey(jwk: JsonObject): Result<TrustedKey, string> {
  const kty = member(jwk, 'kty')
  if (kty === 'oct') return failure('is a symmetric key')
  const names = PUBLIC_MEMBERS.get(kty)
  if (typeof kty !== 'string' || names === undefined) {
    return failure('is not an RSA, EC or OKP key')
  }
  if (PRIVATE_MEMBERS.some((name) => statedMember(jwk, name) !== undefined)) {
    return failure('is a private key: it is known to others now, replace it')
  }
  const wrongPurpose = problemOfPurpose(jwk)
  if (wrongPurpose !== undefined) return failure(wrongPurpose)

  const key = importKey(kty, names, jwk)
  if (key === undefined) {
    const hasCertificateAlone = names.every((name) => member(jwk, name) === undefined)
    return failure(
      hasCertificateAlone && member(jwk, 'x5c') !== undefined
        ? 'has a certificate (`x5c`) and no key beside it'
        : 'is not a valid key of its type',
    )
  }
  const crv = stringMember(jwk, 'crv')
  const weakness = weaknessOf(key, { kty, crv }, stringMember(jwk, 'x') ?? '')
  if (weakness !== undefined) return failure(weakness)

  const alg = algorithmOf(jwk)
  if (alg !== undefined && !isSignatureAlgorithm(alg)) return failure('has an unknown `alg`')
  if (alg !== undefined && !algorithmFits(alg, { kty, crv })) {
    return failure('has an `alg` that does not go with its type')
  }
  return success({ kid: nameOf(jwk), alg, x5t: stringMember(jwk, 'x5t'), kty, crv, key })
}

/**
 * Undefined also for null and an empty list: serializers of .NET and PHP write these for members that
 * a key does not have.
 */
function statedMember(jwk: JsonObject, name: string): unknown {
  const value = nonNullMember(jwk, name)
  return Array.isArray(value) && value.length === 0 ? undefined : value
}

function weaknessOf(
  key: KeyObject,
  { kty, crv }: Pick<TrustedKey, 'kty' | 'crv'>,
  x: string,
): string | undefined {
  if (kty !== 'RSA') {
    if (!CURVES.includes(crv ?? '')) return 'is on an unknown curve'
    return crv === 'Ed25519' && hasSmallOrder(x) ? 'has a small order: anyone can sign' : undefined
  }
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  if (modulusLength < MIN_RSA_BITS) return `is shorter than ${MIN_RSA_BITS} bits`
  return publicExponent < 3n || publicExponent % 2n === 0n
    ? 'has an unusable public exponent'
    : undefined
}

/**
 * The points of Ed25519 whose order divides 8, with the sign bit cleared and with their non-canonical
 * encodings: anyone can make signatures that such a key verifies.
 */
const SMALL_ORDER_POINTS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]

function hasSmallOrder(x: string): boolean {
  const point = Buffer.from(x, 'base64url')
  point.writeUInt8(point.readUInt8(31) & 0x7f, 31)
  return SMALL_ORDER_POINTS.includes(point.toString('hex'))
}

/** An empty `kid` counts as absent: the signature decides whether the key fits. */
function nameOf(jwk: JsonObject): string | undefined {
  return nonEmpty(stringMember(jwk, 'kid'))
}

/** Some providers write the key type into `alg` (`RSA`), which says no more than `kty` does. */
function algorithmOf(jwk: JsonObject): string | undefined {
  const alg = stringMember(jwk, 'alg')
  return alg === member(jwk, 'kty') ? undefined : alg
}

/** Algorithms of RFC 7518 §4 that encrypt keys. */
const ENCRYPTION_ALGORITHM = /^(RSA1_5|RSA-OAEP|ECDH-ES)/

/**
 * `use` and `key_ops` (RFC 7517 §4.2, §4.3). Identity domains publish their verification keys with
 * the operations `encrypt` and `sign`: a key for signing counts as one for verifying.
 */
function problemOfPurpose(jwk: JsonObject): string | undefined {
  const use = nonNullMember(jwk, 'use')
  if (use !== undefined && use !== 'sig') return 'is not for signatures (`use`)'
  if (ENCRYPTION_ALGORITHM.test(stringMember(jwk, 'alg') ?? ''))
    return 'is not for signatures (`alg`)'
  const operations = statedMember(jwk, 'key_ops')
  if (operations === undefined) return undefined
  const isForSignatures = stringOrStrings(operations)?.some((operation) =>
    ['verify', 'sign'].includes(operation),
  )
  return isForSignatures === true ? undefined : 'is not for signatures (`key_ops`)'
}

function importKey(kty: string, names: readonly string[], jwk: JsonObject): KeyObject | undefined {
  const members = names.map((name) => [name, member(jwk, name)] as const)
  if (!members.every(([, value]) => typeof value === 'string' && value !== '')) return undefined
  try {
    const key = { kty, ...Object.fromEntries(members) } as JsonWebKey
    return createPublicKey({ key, format: 'jwk' })
  } catch {
    return undefined
  }
}

export function algorithmFits(
  algorithm: SignatureAlgorithm,
  key: Pick<TrustedKey, 'kty' | 'crv'>,
): boolean {
  const wanted: { readonly kty: string; readonly crv?: string } = SIGNATURE_ALGORITHMS[algorithm]
  return wanted.kty === key.kty && (wanted.crv === undefined || wanted.crv === key.crv)
}

/** The keys of a JWK Set (RFC 7517 §5) or of a single JWK; undefined if it is neither. */
export function jsonWebKeys(document: JsonObject): readonly unknown[] | undefined {
  const keys = member(document, 'keys')
  if (Array.isArray(keys)) return keys as readonly unknown[]
  return member(document, 'kty') === undefined ? undefined : [document]
}

/** A key that is not trusted. The other keys stay usable. */
export interface LeftOutKey {
  readonly kid: string | undefined
  /** What is wrong with it, without any of its values. */
  readonly problem: string
  /** Which key, and what is wrong with it. */
  readonly description: string
  /** Whether its `use`, `alg` or `key_ops` exclude signatures. */
  readonly hasOtherPurpose: boolean
}

export interface KeySet {
  readonly trusted: readonly TrustedKey[]
  readonly leftOut: readonly LeftOutKey[]
}

export function readKeySet(keys: readonly unknown[]): KeySet {
  const trusted: TrustedKey[] = []
  const leftOut: LeftOutKey[] = []
  keys.forEach((jwk, index) => {
    const reading = isJsonObject(jwk) ? readTrustedKey(jwk) : failure('is not a JSON object')
    if (reading.ok) trusted.push(reading.value)
    else leftOut.push(describe(jwk, index, reading.error))
  })
  return { trusted, leftOut }
}

const LONGEST_KID_CHARACTERS = 64

function describe(jwk: unknown, index: number, problem: string): LeftOutKey {
  const kid = isJsonObject(jwk) ? nameOf(jwk) : undefined
  const name = kid?.slice(0, LONGEST_KID_CHARACTERS) ?? `no. ${index + 1}`
  const hasOtherPurpose = isJsonObject(jwk) && problemOfPurpose(jwk) !== undefined
  return { kid, problem, description: `key ${name} ${problem}`, hasOtherPurpose }
}
