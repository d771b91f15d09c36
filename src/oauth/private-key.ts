/**
 * Owns our own private keys, with which assertions are signed: what they may look like in Vault.
 * Pure.
 */
import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { member, parseJsonObject, type JsonObject } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { SignatureAlgorithm } from './signature-algorithms.ts'

export interface PrivateKey {
  readonly key: KeyObject
  readonly alg: SignatureAlgorithm
  /** Of the JWK; undefined where the key came as PEM. */
  readonly kid: string | undefined
  /** SHA-1 thumbprint of the certificate beside the key (RFC 7515 §4.1.7), where there is one. */
  readonly x5t: string | undefined
}

/** What is wrong with the text, for the log. */
export type PrivateKeyProblem =
  'no_private_key' | 'private_key_encrypted' | 'private_key_weak' | 'certificate_of_another_key'

const PRIVATE_KEY_BLOCK = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[^-]*-----END \1PRIVATE KEY-----/
const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/

/** RFC 7518 §3.3: “A key of size 2048 bits or larger MUST be used”. */
const LEAST_RSA_BITS = 2048

/**
 * Reads a private key as PEM (PKCS #8, PKCS #1 or SEC 1), with the certificate beside it where the
 * authorization server wants to be told its thumbprint; or as a JWK (RFC 7517).
 */
export function readPrivateKey(text: Redacted): Result<PrivateKey, PrivateKeyProblem> {
  const jwk = parseJsonObject(Buffer.from(text.reveal()))
  return jwk === undefined ? readPem(text.reveal()) : readJwk(jwk)
}

function readJwk(jwk: JsonObject): Result<PrivateKey, PrivateKeyProblem> {
  const key = tryTo(() => createPrivateKey({ key: { ...jwk }, format: 'jwk' }))
  return key === undefined
    ? failure('no_private_key')
    : judged(key, { kid: text(jwk, 'kid'), x5t: text(jwk, 'x5t') })
}

function text(jwk: JsonObject, name: string): string | undefined {
  const value = member(jwk, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readPem(pem: string): Result<PrivateKey, PrivateKeyProblem> {
  const block = PRIVATE_KEY_BLOCK.exec(pem)
  if (block === null) {
    return failure(
      /^(Proc-Type: .*)?ENCRYPTED|BEGIN ENCRYPTED/m.test(pem)
        ? 'private_key_encrypted'
        : 'no_private_key',
    )
  }
  if (block[1]?.startsWith('ENCRYPTED') === true) return failure('private_key_encrypted')
  const key = tryTo(() => createPrivateKey(block[0]))
  if (key === undefined) return failure('no_private_key')

  const certificateBlock = CERTIFICATE_BLOCK.exec(pem)?.[0]
  if (certificateBlock === undefined) return judged(key, { kid: undefined, x5t: undefined })
  const certificate = tryTo(() => new X509Certificate(certificateBlock))
  if (certificate?.checkPrivateKey(key) !== true) return failure('certificate_of_another_key')
  const x5t = createHash('sha1').update(certificate.raw).digest('base64url')
  return judged(key, { kid: undefined, x5t })
}

function judged(
  key: KeyObject,
  names: Pick<PrivateKey, 'kid' | 'x5t'>,
): Result<PrivateKey, PrivateKeyProblem> {
  const alg = algorithmOf(key)
  return alg === undefined ? failure('private_key_weak') : success({ key, alg, ...names })
}

/** Names of the curves as OpenSSL has them, and the algorithm of RFC 7518 §3.4 that goes with each. */
const CURVES: ReadonlyMap<string | undefined, SignatureAlgorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
])

function algorithmOf({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): SignatureAlgorithm | undefined {
  const { modulusLength = 0, namedCurve } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa') return modulusLength < LEAST_RSA_BITS ? undefined : 'RS256'
  if (asymmetricKeyType === 'ec') return CURVES.get(namedCurve)
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined
}

/** The crypto library throws on a key that is none, with words that may quote it. */
function tryTo<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
