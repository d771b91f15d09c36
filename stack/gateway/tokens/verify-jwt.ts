/**
 * Verifies a JWT's signature; the claims are validated elsewhere. Source: Oracle,
 * "Prerequisites for Token Authentication".
 */
import { compactVerify, decodeProtectedHeader } from 'jose'
import { isRecord, parseJson } from '../../json.ts'
import type { Claims } from './claims.ts'
import { signingAlgorithms, type PublicKey } from './public-keys.ts'

export type Verification =
  | { readonly kind: 'verified'; readonly claims: Claims }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'no verdict' }

/** Resolves to undefined if no key has this `kid`, and to `unavailable` if the keys cannot be fetched. */
export type FindKey = (kid: string) => Promise<PublicKey | 'unavailable' | undefined>

/** Requests a key only if the header is valid. */
export async function verifyJwt(token: string, findKey: FindKey): Promise<Verification> {
  const header = readHeader(token)
  if (!header) return refused('it is no JWT')
  const { alg, kid } = header
  if (alg === undefined || !signingAlgorithms.includes(alg)) return refused('alg is not allowed')
  if (kid === undefined) return refused('kid is missing')
  const key = await findKey(kid)
  if (key === 'unavailable') return { kind: 'no verdict' }
  if (key === undefined) return refused('no key has its kid')
  const payload = await verifiedPayload(token, key)
  if (!payload) return refused('the signature is not good')
  const claims = parseJson(new TextDecoder().decode(payload))
  return isRecord(claims)
    ? { kind: 'verified', claims }
    : refused('the payload is not a JSON object')
}

function refused(reason: string): Verification {
  return { kind: 'refused', reason }
}

function readHeader(token: string) {
  try {
    return decodeProtectedHeader(token)
  } catch {
    return undefined
  }
}

async function verifiedPayload(token: string, key: PublicKey): Promise<Uint8Array | undefined> {
  try {
    const { payload } = await compactVerify(token, key.key, { algorithms: [...key.algorithms] })
    return payload
  } catch {
    return undefined
  }
}
