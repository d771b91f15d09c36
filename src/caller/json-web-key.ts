/**
 * Owns what makes a published key (RFC 7517) one that we trust to verify signatures.
 * Pure.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import {
  isSignatureAlgorithm,
  SIGNATURE_ALGORITHMS,
  type SignatureAlgorithm,
} from '../oauth/signature-algorithms.ts'
import { isJsonObject, member, stringOrStrings, type JsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'

export interface TrustedKey {
  readonly kid: string | undefined
  /** The one algorithm that the key is for, where it says so. */
  readonly alg: string | undefined
  /** SHA-1 thumbprint of its certificate: tells keys apart that share a `kid`. */
  readonly x5t: string | undefined
  readonly kty: string
  readonly crv: string | undefined
  readonly key: KeyObject
}

/** Members that a private or symmetric key has and a public one has not (RFC 7518 §6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** The members that make the key, by `kty`. Everything else is left behind. */
const PUBLIC_MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
])

const CURVES = ['P-256', 'P-384', 'P-521', 'Ed25519']

/** RFC 7518 §3.3: “A key of size 2048 bits or larger MUST be used”. */
const LEAST_RSA_BITS = 2048

/** The key, or what is wrong with it in words that name no value. */
export function readTrustedKey(jwk: JsonObject): Result<TrustedKey, string> {
  const kty = member(jwk, 'kty')
  const names = PUBLIC_MEMBERS.get(kty)
  if (typeof kty !== 'string' || names === undefined) {
    return failure('is no RSA, EC or OKP key')
  }
  if (PRIVATE_MEMBERS.some((name) => member(jwk, name) !== undefined)) {
    return failure('is a private key: it is known to others now, replace it')
  }
  const objection = objectionToPurpose(jwk)
  if (objection !== undefined) return failure(objection)

  const key = importKey(kty, names, jwk)
  if (key === undefined) return failure('is no valid key of its type')
  if (kty === 'RSA') {
    const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
    if (modulusLength < LEAST_RSA_BITS) return failure(`is shorter than ${LEAST_RSA_BITS} bits`)
    if (publicExponent < 3n || publicExponent % 2n === 0n) {
      return failure('has a public exponent that verifies nothing')
    }
  }
  const crv = text(jwk, 'crv')
  if (kty !== 'RSA' && !CURVES.includes(crv ?? '')) return failure('is on an unknown curve')

  const alg = text(jwk, 'alg')
  if (alg !== undefined && !(isSignatureAlgorithm(alg) && algorithmFits(alg, { kty, crv }))) {
    return failure('has an `alg` that does not go with its type')
  }
  return success({ kid: text(jwk, 'kid'), alg, x5t: text(jwk, 'x5t'), kty, crv, key })
}

function text(jwk: JsonObject, name: string): string | undefined {
  const value = member(jwk, name)
  return typeof value === 'string' ? value : undefined
}

/**
 * `use` and `key_ops` (RFC 7517 §4.2, §4.3). Identity domains publish their verification keys with
 * the operations `encrypt` and `sign`: what is for signing counts as for verifying here.
 */
function objectionToPurpose(jwk: JsonObject): string | undefined {
  const use = member(jwk, 'use')
  if (use !== undefined && use !== 'sig') return 'is not for signatures (`use`)'
  const operations = member(jwk, 'key_ops')
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

/** The keys of a JWK Set (RFC 7517 §5) or of a single JWK; undefined where it is neither. */
export function jsonWebKeys(document: JsonObject): readonly unknown[] | undefined {
  const keys = member(document, 'keys')
  if (Array.isArray(keys)) return keys as readonly unknown[]
  return member(document, 'kty') === undefined ? undefined : [document]
}

/** The trusted keys of a set, and a word on each of the others, which does no harm to the rest. */
export function readTrustedKeys(keys: readonly unknown[]): {
  readonly trusted: readonly TrustedKey[]
  readonly problems: readonly string[]
} {
  const readings = keys.map((key, index) => {
    const name = isJsonObject(key) ? (text(key, 'kid') ?? `no. ${index + 1}`) : `no. ${index + 1}`
    const reading = isJsonObject(key) ? readTrustedKey(key) : failure('is no JSON object')
    return { name, reading }
  })
  return {
    trusted: readings.flatMap(({ reading }) => (reading.ok ? [reading.value] : [])),
    problems: readings.flatMap(({ name, reading }) =>
      reading.ok ? [] : [`key ${name} ${reading.error}`],
    ),
  }
}
