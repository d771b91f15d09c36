/**
 * Owns the check of a JWT's signature (RFC 7515 §5.2), and the memory of those that were good.
 * Pure: the clock is given.
 */
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

/** Tokens that one container sees again before they expire. */
const REMEMBERED = 2_000

/**
 * Gateways ask again about a token that they have seen, and its signature does not change: which
 * key it was good by is remembered, by a hash of the whole token. That counts only where this very
 * key, as it was fetched, is still among those that may have signed; whatever the token claims is
 * judged each time.
 */
export function createIsSigned(clock: Clock): IsSigned {
  const signers = new ExpiringCache<TrustedKey>(REMEMBERED, clock)
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
    // Another key with the same name may be the one.
    return false
  }
}
