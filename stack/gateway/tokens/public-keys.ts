/**
 * Selects the public keys with which the gateway verifies signatures. Sources:
 * Oracle, "Key Parameters Required to Verify JWT Signatures" and "Prerequisites for Token
 * Authentication".
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import { isRecord } from '../../json.ts'
import { publicKeyLimit } from '../limits.ts'
import type { GatewaySettings } from '../settings.ts'
import type { StaticKey } from './policy-check.ts'

export const signingAlgorithms: readonly string[] = ['RS256', 'RS384', 'RS512']

const shortestKeyBits = 2048
const longestKeyBits = 4096

export interface PublicKey {
  readonly kid: string
  readonly key: KeyObject
  /** That of the key, or all that the gateway supports. */
  readonly algorithms: readonly string[]
}

export interface KeyProblem {
  readonly problem: string
}

type KeySettings = Pick<GatewaySettings, 'keysMustSayVerify'>

export function readStaticKey(key: StaticKey, settings: KeySettings): PublicKey | KeyProblem {
  return key.format === 'PEM' ? readPem(key.kid, key.key) : readJsonWebKey({ ...key }, settings)
}

/**
 * The keys of a JWK Set (RFC 7517 §5). Keys that the gateway cannot use, for example for encryption, are
 * ignored, so that a token that is signed with one is denied. Undefined if it is not a JWK Set, or has
 * more than ten keys.
 */
export function readJsonWebKeySet(
  json: unknown,
  settings: KeySettings,
): readonly PublicKey[] | undefined {
  if (!isRecord(json)) return undefined
  const { keys } = json
  if (!Array.isArray(keys) || keys.length > publicKeyLimit || !keys.every(isRecord))
    return undefined
  return keys
    .map((key) => readJsonWebKey(key, settings))
    .filter((key): key is PublicKey => !('problem' in key))
}

/** Passes only the checked members of the key to the cryptographic library. */
function readJsonWebKey(
  jwk: Readonly<Record<string, unknown>>,
  settings: KeySettings,
): PublicKey | KeyProblem {
  const { kid, kty, use, key_ops: operations, alg, n, e } = jwk
  if (typeof kid !== 'string' || kid === '') return { problem: 'must have a kid' }
  if (kty !== 'RSA') return { problem: 'must be of kty RSA' }
  if (use !== undefined && use !== 'sig') return { problem: 'must have no use but sig' }
  if (settings.keysMustSayVerify) {
    if (use === undefined && operations === undefined)
      return { problem: 'must have use or key_ops' }
    if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
      return { problem: 'must have verify among its key_ops' }
    }
  }
  if (alg !== undefined && !(typeof alg === 'string' && signingAlgorithms.includes(alg))) {
    return { problem: `must have no alg but ${signingAlgorithms.join(', ')}` }
  }
  if (typeof n !== 'string' || typeof e !== 'string') return { problem: 'must have n and e' }
  return withKey(
    kid,
    () => createPublicKey({ format: 'jwk', key: { kty: 'RSA', n, e } }),
    alg === undefined ? signingAlgorithms : [alg],
  )
}

/** Checks the markers, because Node would also accept a private key or a certificate. */
function readPem(kid: string, pem: string): PublicKey | KeyProblem {
  return /^-----BEGIN PUBLIC KEY-----\s[^-]+-----END PUBLIC KEY-----\s*$/.test(pem)
    ? withKey(kid, () => createPublicKey(pem), signingAlgorithms)
    : { problem: 'must have the markers of a PEM-encoded PUBLIC KEY' }
}

function withKey(
  kid: string,
  read: () => KeyObject,
  algorithms: readonly string[],
): PublicKey | KeyProblem {
  let key: KeyObject
  try {
    key = read()
  } catch {
    return { problem: 'cannot be read as a public key' }
  }
  const bits = key.asymmetricKeyType === 'rsa' ? (key.asymmetricKeyDetails?.modulusLength ?? 0) : 0
  return bits < shortestKeyBits || bits > longestKeyBits
    ? { problem: `must be an RSA key of ${shortestKeyBits} to ${longestKeyBits} bits` }
    : { kid, key, algorithms }
}
