/** Chooses the key of a JWT and verifies its signature (RFC 7515 §5.2), with renewed keys if necessary. */
import { compactVerify } from 'jose'
import { fault, firstDenial, withLogContext, type Denial, type Fault } from '../decision.ts'
import type { Check, Observe } from '../checks.ts'
import { isSameAlgorithm, type SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import { cacheKey, ExpiringCache } from '../platform/cache.ts'
import type { Clock, Deadline, NumericDate } from '../platform/clock.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { algorithmFits, type TrustedKey } from './json-web-key.ts'
import type { SignatureHeader } from './jwt-header.ts'
import type { SigningKeys } from './signing-keys.ts'

export interface SignedToken {
  readonly text: string
  readonly header: SignatureHeader
  /** The token's `exp`: a valid signature is cached until then. */
  readonly expiresAt: NumericDate
}

/**
 * Tries the cached keys and, if none of them signed the token, the keys as they are published now. A
 * token that was signed with a new key has an unknown `kid` or, if all keys of the issuer have the same
 * one, an invalid signature.
 */
export function createVerifySignature(keys: SigningKeys, clock: Clock) {
  const isSigned = createIsSigned(clock)

  const toResult = (attempt: Attempt, observe?: Observe): Result<undefined, Denial | Fault> => {
    const refusal = firstDenial(SIGNATURE_CHECKS, attempt, observe)
    if (refusal === undefined) return success(undefined)
    if (attempt.candidates.length > MAX_CANDIDATES) {
      return failure(fault('keys_unusable', { detail: 'too_many_keys' }))
    }
    const { kid } = attempt.header
    const problem = attempt.candidates.length === 0 && kid !== undefined && keys.problemOf(kid)
    // The key is published but not trusted. It stays a denial; `detail` tells the operator why.
    return failure(
      problem ? withLogContext(refusal, { detail: `the named key ${problem}` }) : refusal,
    )
  }

  const tryKeys = async (trusted: readonly TrustedKey[], token: SignedToken): Promise<Attempt> => {
    const { header } = token
    const candidates = candidateKeys(trusted, header)
    const signed = await isSigned(candidates.slice(0, MAX_CANDIDATES), token)
    return { header, trusted, candidates, signed }
  }

  return async (
    token: SignedToken,
    deadline: Deadline,
    observe?: Observe,
  ): Promise<Result<undefined, Denial | Fault>> => {
    const cached = await keys.current(deadline)
    if (!cached.ok) return cached
    const first = await tryKeys(cached.value.keys, token)
    if (first.signed || namesItsCertificate(first)) return toResult(first, observe)

    const renewed = await keys.renewed(cached.value, first.candidates.length > 0, deadline)
    if (renewed === undefined) return toResult(first, observe)
    if (!renewed.ok) return renewed
    const second = await tryKeys(renewed.value, token)
    // If both attempts fail, report the one that had a candidate key.
    const isWorse = second.candidates.length === 0 && first.candidates.length > 0
    return toResult(isWorse ? first : second, observe)
  }
}

interface Attempt {
  readonly header: SignatureHeader
  readonly trusted: readonly TrustedKey[]
  readonly candidates: readonly TrustedKey[]
  readonly signed: boolean
}

/** Whether the token names the certificate of a key that it was checked with: newer keys change nothing. */
function namesItsCertificate({ candidates, header }: Attempt): boolean {
  return candidates.some(({ x5t }) => x5t !== undefined && x5t === header.x5t)
}

const SIGNATURE_CHECKS: readonly Check<Attempt>[] = [
  {
    name: 'key',
    reason: 'key_unknown',
    passes: ({ candidates }) => candidates.length > 0,
    expected: ({ trusted }) => trusted.map(nameOfKey),
    actual: ({ header }) => `${header.kid ?? 'no kid'} (${header.alg})`,
  },
  {
    name: 'signature',
    reason: 'signature_invalid',
    passes: ({ signed }) => signed,
    expected: ({ candidates }) => candidates.map(nameOfKey),
    actual: ({ signed }) => (signed ? 'signed by one of these keys' : 'signed by another key'),
  },
]

function nameOfKey({ kid, alg, crv, kty }: TrustedKey): string {
  return `${kid ?? 'no kid'} (${alg ?? crv ?? kty})`
}

/**
 * There are several candidates if keys share a `kid` or the token has none. Each costs a verification,
 * so their number is limited. If there are more and none of the first signed the token, the result is a
 * fault.
 */
const MAX_CANDIDATES = 100

function candidateKeys(
  keys: readonly TrustedKey[],
  { alg, kid }: SignatureHeader,
): readonly TrustedKey[] {
  return keys
    .filter(
      (key) => algorithmFits(alg, key) && (key.alg === undefined || isSameAlgorithm(key.alg, alg)),
    )
    .filter((key) => kid === undefined || key.kid === undefined || key.kid === kid)
}

/** Enough for the tokens that one container sees again before they expire. */
const MAX_CACHED_TOKENS = 2_000

/**
 * Whether one of the keys signed the token. Gateways send the same token again and again, and its
 * signature does not change: the cache maps a hash of the whole token to the key that verified it. An
 * entry counts only while that key object is among the candidates.
 */
export function createIsSigned(clock: Clock) {
  const signers = new ExpiringCache<TrustedKey>(MAX_CACHED_TOKENS, clock)
  return async (
    keys: readonly TrustedKey[],
    { text, header: { alg }, expiresAt }: SignedToken,
  ): Promise<boolean> => {
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

async function isSignedBy({ key }: TrustedKey, text: string, alg: SignatureAlgorithm) {
  try {
    await compactVerify(text, key, { algorithms: [alg] })
    return true
  } catch {
    // Another key with the same `kid` may have signed it.
    return false
  }
}
