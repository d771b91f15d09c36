/**
 * Owns the choice among several issuers: which of them are asked about a token, and whose word
 * counts.
 * Pure but for the verifiers that it is given.
 */
import type { IssuerConfig } from '../config/model.ts'
import { denial, type Denial, type Fault } from '../decision.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure } from '../platform/result.ts'
import type { DenialReason } from '../reasons.ts'
import { lacksScopeAlone } from './claims.ts'
import { diagnose } from './diagnosis.ts'
import {
  claimedIssuer,
  isMalformedJwt,
  looksEncrypted,
  readUnverifiedJwt,
  type UnverifiedJwt,
} from '../oauth/unverified-jwt.ts'
import type { VerifyCaller } from './verified-caller.ts'

export interface IssuerVerifier {
  readonly issuer: IssuerConfig
  readonly verify: VerifyCaller
}

/**
 * A JWT is shown to the issuers whose `iss` it claims, in their order; where several have the same,
 * as identity domains do, the keys of each decide. An opaque token, or a JWT that claims none, is
 * shown to those that introspect. The first who accepts it counts. Where nobody does, a fault outweighs a denial: who
 * could not be asked might have accepted it, unless another has known it for its own.
 */
export function createCallerVerifier(verifiers: readonly IssuerVerifier[]): VerifyCaller {
  return async (token, deadline, beforeAsking) => {
    const jwt = readUnverifiedJwt(token.reveal())
    if (jwt === undefined && isMalformedJwt(token.reveal())) {
      return failure(denial(looksEncrypted(token.reveal()) ? 'token_encrypted' : 'jwt_malformed'))
    }
    const asked = whoIsAsked(verifiers, jwt)
    const refusals: (Denial | Fault)[] = []
    for (const { verify } of asked) {
      const result = await verify(token, deadline, beforeAsking)
      if (result.ok) return result
      refusals.push(result.error)
    }
    const refusal = weightiest(refusals) ?? denial(reasonOfNobody(token, jwt))
    if (refusal.outcome === 'fault') return failure(refusal)
    const issuers = verifiers.map(({ issuer }) => issuer)
    return failure({ ...refusal, reason: diagnose(refusal.reason, issuers, jwt) })
  }
}

/** Why no issuer was there to be asked. */
function reasonOfNobody(token: Redacted, jwt: UnverifiedJwt | undefined): DenialReason {
  if (jwt !== undefined) return 'issuer_mismatch'
  return looksEncrypted(token.reveal()) ? 'token_encrypted' : 'token_opaque'
}

/**
 * Who accepts any `iss`, which only introspection does, is asked where nobody has this very one. Of
 * a token that tells none, the introspection answer may (contract §6).
 */
function whoIsAsked(
  verifiers: readonly IssuerVerifier[],
  jwt: UnverifiedJwt | undefined,
): readonly IssuerVerifier[] {
  const claimed = jwt && claimedIssuer(jwt)
  if (claimed === undefined) return verifiers.filter(({ issuer }) => issuer.jwt === undefined)
  const named = verifiers.filter(({ issuer }) => issuer.rules.issuer === claimed)
  return named.length > 0
    ? named
    : verifiers.filter(({ issuer }) => issuer.rules.issuer === undefined)
}

/** Denials by which an issuer says no more than that the token is not known to it. */
const NOT_MINE: readonly string[] = ['token_inactive', 'key_unknown', 'signature_invalid']

/** Who has found a token good but for its scope knows it for sure; after that a fault counts most. */
function weightiest(refusals: readonly (Denial | Fault)[]): Denial | Fault | undefined {
  return (
    refusals.find((refusal) => refusal.outcome === 'deny' && lacksScopeAlone(refusal)) ??
    refusals.find(({ outcome }) => outcome === 'fault') ??
    refusals.find(({ reason }) => !NOT_MINE.includes(reason)) ??
    refusals[0]
  )
}
