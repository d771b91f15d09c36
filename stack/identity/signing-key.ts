/** The RSA keys that sign access tokens. They are in memory only. */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'

export interface SigningKey {
  readonly kid: string
  readonly privateJwk: Readonly<Record<string, unknown>>
  readonly publicJwk: { kty: 'RSA'; n: string; e: string; kid: string; alg: 'RS256' }
  /**
   * Instead of a certificate's thumbprints (RFC 7515 §4.1.7 and §4.1.8), those of the public key, because
   * there is no certificate. They change with the key.
   */
  readonly x5t: string
  readonly x5tS256: string
}

/** Takes some hundred milliseconds. */
export function newSigningKey(kid: string = randomUUID()): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const { n, e } = publicKey.export({ format: 'jwk' })
  if (n === undefined || e === undefined) throw new Error('an RSA key without n and e')
  return {
    kid,
    privateJwk: { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' },
    publicJwk: { kty: 'RSA', n, e, kid, alg: 'RS256' },
    x5t: createHash('sha1').update(spki).digest('base64url'),
    x5tS256: createHash('sha256').update(spki).digest('base64url'),
  }
}

/** The public keys with `kty`, `n`, `e`, `kid` and `alg` only. */
export function publicKeySet(keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: keys.map((key) => key.publicJwk) }
}
