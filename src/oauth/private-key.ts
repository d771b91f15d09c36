/** Our private keys, which sign assertions (RFC 7523), as they are stored in Vault. */
import { createHash, createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'
import { nonEmpty, parseJsonObject, stringMember, type JsonObject } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { MIN_RSA_BITS, type SignatureAlgorithm } from './signature-algorithms.ts'

export interface PrivateKey {
  readonly key: KeyObject
  readonly alg: SignatureAlgorithm
  /** Of the JWK; undefined for PEM. */
  readonly kid: string | undefined
  /** SHA-1 thumbprint of the certificate beside the key, if there is one (RFC 7515 §4.1.7). */
  readonly x5t: string | undefined
}

/** The detail in the log. */
export type PrivateKeyProblem =
  | 'no_private_key'
  | 'private_key_encrypted'
  | 'private_key_weak'
  | 'private_key_unsupported'
  | 'line_breaks_missing'
  | 'certificate_of_another_key'

/**
 * Reads a private key: a JWK (RFC 7517), or PEM (PKCS #8, PKCS #1 or SEC 1). A certificate may stand
 * beside the PEM, for authorization servers that require its thumbprint.
 */
export function readPrivateKey(text: Redacted): Result<PrivateKey, PrivateKeyProblem> {
  const jwk = parseJsonObject(Buffer.from(text.reveal()))
  return jwk === undefined ? readPem(text.reveal()) : readJwk(jwk)
}

function readJwk(jwk: JsonObject): Result<PrivateKey, PrivateKeyProblem> {
  const key = tryTo(() => createPrivateKey({ key: { ...jwk }, format: 'jwk' }))
  if (key === undefined) return failure('no_private_key')
  const [kid, x5t] = ['kid', 'x5t'].map((name) => nonEmpty(stringMember(jwk, name)))
  return validated(key, { kid, x5t })
}

function readPem(text: string): Result<PrivateKey, PrivateKeyProblem> {
  const blocks = readBlocks(text)
  const block = blocks.find(({ label }) => /PRIVATE ?KEY$/.test(label))
  if (block === undefined) return failure('no_private_key')
  if (block.label.startsWith('ENCRYPTED') || /Proc-Type:.*ENCRYPTED/.test(block.content)) {
    return failure('private_key_encrypted')
  }
  const key = tryTo(() => createPrivateKey(toPem(block)))
  if (key === undefined) {
    return failure(/\r|\n/.test(block.content) ? 'no_private_key' : 'line_breaks_missing')
  }
  const certificateBlock = blocks.find(({ label }) => label === 'CERTIFICATE')
  if (certificateBlock === undefined) return validated(key, { kid: undefined, x5t: undefined })
  const certificate = tryTo(() => new X509Certificate(toPem(certificateBlock)))
  if (certificate?.checkPrivateKey(key) !== true) return failure('certificate_of_another_key')
  const x5t = createHash('sha1').update(certificate.raw).digest('base64url')
  return validated(key, { kid: undefined, x5t })
}

/** RFC 7468 §2. */
interface PemBlock {
  readonly label: string
  readonly content: string
}

function readBlocks(text: string): readonly PemBlock[] {
  const blocks = text.matchAll(/-----BEGIN ?([A-Z0-9 ]+)-----([^-]*(?:-[^-]+)*)-----END ?\1-----/g)
  return [...blocks].map(([, label = '', content = '']) => ({ label, content }))
}

/** Line breaks that became `\n`, perhaps escaped again, on their way through JSON or a console. */
const ESCAPED_LINE_BREAKS = /\\+[rn]/g

/**
 * The block with its line breaks as RFC 7468 requires them. They may be escaped, replaced by spaces, or
 * missing. This is unambiguous, because Base64 contains none of these characters.
 */
function toPem({ label, content }: PemBlock): string {
  const base64 = content.replace(ESCAPED_LINE_BREAKS, '').replace(/\s/g, '')
  const lines = base64.replace(/.{1,64}/g, '$&\n')
  return `-----BEGIN ${label}-----\n${lines}-----END ${label}-----\n`
}

function validated(
  key: KeyObject,
  names: Pick<PrivateKey, 'kid' | 'x5t'>,
): Result<PrivateKey, PrivateKeyProblem> {
  if ((key.asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS) {
    return failure('private_key_weak')
  }
  const alg = algorithmOf(key)
  return alg === undefined ? failure('private_key_unsupported') : success({ key, alg, ...names })
}

/** OpenSSL's names of the curves, with their algorithms (RFC 7518 §3.4). */
const CURVES: ReadonlyMap<string | undefined, SignatureAlgorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
])

function algorithmOf({
  asymmetricKeyType,
  asymmetricKeyDetails,
}: KeyObject): SignatureAlgorithm | undefined {
  if (asymmetricKeyType === 'rsa') return 'RS256'
  if (asymmetricKeyType === 'ec') return CURVES.get(asymmetricKeyDetails?.namedCurve)
  return asymmetricKeyType === 'ed25519' ? 'EdDSA' : undefined
}

/** Drops the error of the crypto library, whose message may quote the key. */
function tryTo<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
