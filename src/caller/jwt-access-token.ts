/**
 * Owns the verification of JWT access tokens (RFC 9068 §4, RFC 8725) by the issuer's own keys.
 * I/O: through the keys that it is given.
 */
import type { IssuerConfig, JwtConfig } from '../config/model.ts'
import {
  denial,
  withCircumstances,
  type Circumstances,
  type Denial,
  type Fault,
} from '../decision.ts'
import type { DenialReason } from '../reasons.ts'
import { isSignatureAlgorithm, type SignatureAlgorithm } from '../oauth/signature-algorithms.ts'
import { readUnverifiedJwt } from '../oauth/unverified-jwt.ts'
import type { Clock, Deadline } from '../platform/clock.ts'
import { member, type JsonObject } from '../platform/json.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { lacksScopeAlone, objectionTo, readTokenClaims, type TokenClaims } from './claims.ts'
import { algorithmFits, type TrustedKey } from './json-web-key.ts'
import { createIsSigned, type IsSigned, type SignedToken } from './signature.ts'
import type { SigningKeys } from './signing-keys.ts'
import type { BeforeAsking } from './verified-caller.ts'

/** Claims whose signature has been verified and that the issuer's rules have nothing against. */
export type VerifyJwt = (
  token: Redacted,
  deadline: Deadline,
  beforeAsking: BeforeAsking,
) => Promise<Result<TokenClaims, Denial | Fault>>

/**
 * What the token alone shows is judged before any key is asked for: a bad token costs no request.
 * Only what a good token lacks, a scope, is told after its signature has been verified.
 */
export function createJwtVerifier(
  issuer: IssuerConfig,
  jwt: JwtConfig,
  keys: SigningKeys,
  clock: Clock,
): VerifyJwt {
  const refuse = (reason: DenialReason, known: Circumstances = {}): Result<never, Denial> =>
    failure(denial(reason, { issuer: issuer.name, ...known }))

  const verifySignature = createVerifySignature(keys, createIsSigned(clock))

  return async (token, deadline, beforeAsking) => {
    const text = token.reveal()
    const unverified = readUnverifiedJwt(text)
    if (unverified === undefined) return refuse('token_opaque')

    const header = readHeader(unverified.header, jwt)
    if (!header.ok) return refuse(header.error)

    const claims = readTokenClaims(unverified.payload, issuer.claimNames)
    if (claims === undefined) return refuse('claims_malformed')
    if (claims.expiresAt === undefined) return refuse('expiry_missing')
    const objection = objectionTo(claims, issuer.rules, clock.now())
    if (objection !== undefined && !lacksScopeAlone(objection)) {
      const { clientId: claimedClientId } = claims
      return refuse(objection.reason, claimedClientId === undefined ? {} : { claimedClientId })
    }

    if (!keys.areAtHand()) beforeAsking()
    const signedToken = { text, alg: header.value.alg, expiresAt: claims.expiresAt }
    const signed = await verifySignature(signedToken, header.value, deadline)
    if (!signed.ok) return failure(withCircumstances(signed.error, { issuer: issuer.name }))
    return objection === undefined
      ? success(claims)
      : failure(withCircumstances(objection, { issuer: issuer.name }))
  }
}

/** The part of the header that the choice of a key needs. */
interface SignatureHeader {
  readonly alg: SignatureAlgorithm
  readonly kid: string | undefined
  readonly x5t: string | undefined
}

/** Header parameters that would have the token vouch for itself (RFC 7515 §4.1.2, 4.1.3, 4.1.5). */
const KEYS_FROM_THE_TOKEN = ['jwk', 'jku', 'x5u']

/** `typ` of access tokens: RFC 9068 §2.1, and what is common; RFC 8725 §3.11 has the rest refused. */
const ACCESS_TOKEN_TYPES = ['at+jwt', 'application/at+jwt']
const COMMON_TYPES = [...ACCESS_TOKEN_TYPES, 'jwt', 'application/jwt']

function readHeader(
  header: JsonObject,
  { algorithms, type }: JwtConfig,
): Result<SignatureHeader, DenialReason> {
  const [alg, kid, x5t, typ] = ['alg', 'kid', 'x5t', 'typ'].map((name) => member(header, name))
  if (typeof alg !== 'string' || !isSignatureAlgorithm(alg) || !algorithms.includes(alg)) {
    return failure('algorithm_not_allowed')
  }
  // No extension is understood here, so that none may be critical; `b64` is one of them (RFC 7797).
  const unacceptable = [...KEYS_FROM_THE_TOKEN, 'crit', 'b64', 'zip', 'enc', 'cty']
  if (unacceptable.some((name) => member(header, name) !== undefined)) {
    return failure('header_unacceptable')
  }
  if (!isTextOrAbsent(kid) || !isTextOrAbsent(x5t) || !isTextOrAbsent(typ)) {
    return failure('header_unacceptable')
  }
  const types = type === 'at+jwt' ? ACCESS_TOKEN_TYPES : COMMON_TYPES
  const isAccessToken = typ === undefined ? type === 'any' : types.includes(typ.toLowerCase())
  return isAccessToken ? success({ alg, kid, x5t }) : failure('token_type_wrong')
}

function isTextOrAbsent(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/**
 * Tries the keys at hand, and once more after a renewal when none fits: a new key shows as an
 * unknown `kid` or, where an issuer gives all its keys the same one, as a bad signature.
 */
function createVerifySignature(keys: SigningKeys, isSigned: IsSigned) {
  return async (
    token: SignedToken,
    header: SignatureHeader,
    deadline: Deadline,
  ): Promise<Result<undefined, Denial | Fault>> => {
    const atHand = await keys.current(deadline)
    if (!atHand.ok) return atHand
    const candidates = candidateKeys(atHand.value.keys, header)
    if (await isSigned(candidates, token)) return success(undefined)

    const refusal = denial(candidates.length === 0 ? 'key_unknown' : 'signature_invalid')
    // Where the token names the very certificate that it was held against, no newer key can help.
    if (candidates.some(({ x5t }) => x5t !== undefined && x5t === header.x5t)) {
      return failure(refusal)
    }

    const renewed = await keys.renewed(atHand.value, candidates.length > 0, deadline)
    if (renewed === undefined) return failure(refusal)
    if (!renewed.ok) return renewed
    return (await isSigned(candidateKeys(renewed.value, header), token))
      ? success(undefined)
      : failure(refusal)
  }
}

/** More than one key fits where keys share a `kid` or the token names none. */
const MOST_CANDIDATES = 16

function candidateKeys(
  keys: readonly TrustedKey[],
  { alg, kid }: SignatureHeader,
): readonly TrustedKey[] {
  return keys
    .filter((key) => algorithmFits(alg, key) && (key.alg === undefined || key.alg === alg))
    .filter((key) => kid === undefined || key.kid === undefined || key.kid === kid)
    .slice(0, MOST_CANDIDATES)
}
