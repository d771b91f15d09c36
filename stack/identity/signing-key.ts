/** The RSA keys that sign access tokens. They are in memory only. */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import type { JSONWebKeySet } from 'jose'

export interface SigningKey {
  readonly kid: string
  readonly privateJwk: Readonly<Record<string, unknown>>
  readonly publicJwk: { kty: 'RSA'; n: string; e: string; kid: string; alg: 'RS256' }
  /**
   * Stand-ins for the thumbprints of a certificate (RFC 7515 §4.1.7 and §4.1.8): taken from the
   * public key, because there is no certificate here. What matters is that they change with the key.
   */
  readonly x5t: string
  readonly x5tS256: string
}

/** Takes some hundred milliseconds. Without a `kid`, the key gets one of its own. */
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

/** The keys as one verifies with them: `kty`, `n`, `e`, `kid` and `alg`, nothing odd. */
export function publicKeySet(keys: readonly SigningKey[]): JSONWebKeySet {
  return { keys: keys.map((key) => key.publicJwk) }
}
