/** Verifies a JWT's signature (RFC 7515 §5.2) and caches the tokens whose signature was valid. */
import { compactVerify } from 'jose'
import type { SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import { cacheKey, ExpiringCache } from '../platform/cache.ts'
import type { Clock, NumericDate } from '../platform/clock.ts'
import type { TrustedKey } from './json-web-key.ts'

export interface SignedToken {
  readonly text: string
  readonly alg: SignatureAlgorithm
  /** The token's `exp`. */
  readonly expiresAt: NumericDate
}

/** Whether one of the keys signed the token. */
export type IsSigned = (keys: readonly TrustedKey[], token: SignedToken) => Promise<boolean>

/** Enough for the tokens that one container sees again before they expire. */
const MAX_CACHED_TOKENS = 2_000

/**
 * Gateways send the same token again and again, and its signature does not change. The cache maps a
 * hash of the whole token to the key that verified it. An entry counts only while that key object is
 * still among the candidates. Claims are validated on each call.
 */
export function createIsSigned(clock: Clock): IsSigned {
  const signers = new ExpiringCache<TrustedKey>(MAX_CACHED_TOKENS, clock)
  return async (keys, { text, alg, expiresAt }) => {
    const id = cacheKey(text, alg)
    const signer = signers.get(id)
    if (signer !== undefined && keys.includes(signer)) return true
    for (const trusted of keys) {
      if (!(await isSignedBy(trusted, text, alg))) continue
      signers.set(id, trusted, expiresAt)
      return true
    }
    return false
  }
}

async function isSignedBy(
  { key }: TrustedKey,
  text: string,
  alg: SignatureAlgorithm,
): Promise<boolean> {
  try {
    await compactVerify(text, key, { algorithms: [alg] })
    return true
  } catch {
    // Another key with the same `kid` may have signed it.
    return false
  }
}
