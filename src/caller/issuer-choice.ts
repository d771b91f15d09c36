/** Chooses the issuers that verify a token, and which of their results is the decision. */
import type { IssuerConfig } from '../config/model.ts'
import { denial, firstDenial, type Denial, type Fault } from '../decision.ts'
import type { Check, Finding, Observe } from '../checks.ts'
import type { DenialReason, FaultReason } from '../reasons.ts'
import { failure } from '../platform/result.ts'
import type { Redacted } from '../platform/redacted.ts'
import { diagnose } from './diagnosis.ts'
import { lacksOnlyPermission } from './token-rules.ts'
import {
  claimedIssuer,
  isMalformedJwt,
  looksEncrypted,
  readUnverifiedJwt,
  type UnverifiedJwt,
} from '../oauth/unverified-jwt.ts'
import type { VerifiedCaller, Verify, VerifyCaller } from './verified-caller.ts'
import { validationOf } from './verify-with-issuer.ts'

export interface IssuerVerifier {
  readonly issuer: IssuerConfig
  readonly verify: Verify<VerifiedCaller>
  /** Whether the issuer's answer about the token is cached. */
  readonly hasCachedAnswer?: ((token: Redacted) => boolean) | undefined
}

/**
 * Which issuers verify a token, in their configured order:
 *
 * - a JWT: those with its `iss`. Several may have the same one, as identity domains do.
 * - an opaque token, or a JWT without `iss`: those that introspect. One that has the answer cached is
 *   first. Those whose `opaque_tokens` do not fit the token are left out.
 *
 * The first issuer that accepts the token decides. If none does, a fault outweighs a denial: the issuer
 * that failed might have accepted the token. Exception: an issuer that denies the token only for a
 * missing scope has recognized it, so its denial counts.
 */
export function createVerifyCaller(verifiers: readonly IssuerVerifier[]): VerifyCaller {
  const issuers = verifiers.map(({ issuer }) => issuer)
  return async (token, deadline, beforeRequest, observe) => {
    const text = token.reveal()
    const jwt = readUnverifiedJwt(text)
    const badForm = firstDenial(FORM_CHECKS, { text, jwt }, observe)
    if (badForm !== undefined) return failure(badForm)

    const asked = whoIsAsked(verifiers, token, jwt)
    if (observe !== undefined) observeChoice(verifiers, asked, jwt, observe)
    const refusals: (Denial | Fault)[] = []
    for (const { issuer, verify } of asked) {
      const observeIssuer = observe && withIssuer(issuer, observe)
      const result = await verify({ token, jwt, deadline, beforeRequest, observe: observeIssuer })
      if (result.ok) return result
      refusals.push(result.error)
      if (result.error.outcome === 'fault') observeIssuer?.(findingOfFault(result.error))
    }
    const refusal = mostSignificant(refusals) ?? denialWithoutIssuer(issuers, text, jwt)
    if (refusal.outcome === 'fault') return failure(refusal)
    return failure({ ...refusal, reason: diagnose(refusal.reason, issuers, jwt) })
  }
}

interface TokenForm {
  readonly text: string
  readonly jwt: UnverifiedJwt | undefined
}

const TOKEN_FORM = {
  name: 'token_form',
  expected: () => 'a signed JWT or an opaque token',
  actual: formOf,
} as const

const FORM_CHECKS: readonly Check<TokenForm>[] = [
  {
    ...TOKEN_FORM,
    reason: 'token_encrypted',
    passes: (token) => defectOf(token) !== 'encrypted',
  },
  {
    ...TOKEN_FORM,
    reason: 'jwt_malformed',
    passes: (token) => defectOf(token) !== 'malformed',
  },
]

/**
 * The defect of a token that is not a valid JWT here but that a lenient decoder might accept as one.
 * Undefined for a signed JWT, an opaque token, and a well-formed encrypted JWT, which can be introspected.
 */
function defectOf({ text, jwt }: TokenForm): 'encrypted' | 'malformed' | undefined {
  if (jwt !== undefined || !isMalformedJwt(text)) return undefined
  return looksEncrypted(text) ? 'encrypted' : 'malformed'
}

function formOf({ text, jwt }: TokenForm): string {
  if (jwt !== undefined) return 'a signed JWT'
  if (looksEncrypted(text)) return 'an encrypted JWT'
  return isMalformedJwt(text) ? 'a malformed JWT' : 'an opaque token'
}

/** The denial of a token that no issuer is configured for. */
function denialWithoutIssuer(
  issuers: readonly IssuerConfig[],
  text: string,
  jwt: UnverifiedJwt | undefined,
): Denial {
  if (jwt === undefined) return denial(looksEncrypted(text) ? 'token_encrypted' : 'token_opaque')
  return denial('issuer_mismatch', {
    expected: [...new Set(issuers.map(({ rules }) => rules.issuer ?? 'any'))],
    actual: claimedIssuer(jwt) ?? null,
  })
}

function observeChoice(
  verifiers: readonly IssuerVerifier[],
  asked: readonly IssuerVerifier[],
  jwt: UnverifiedJwt | undefined,
  observe: Observe,
): void {
  for (const verifier of verifiers) {
    const { issuer } = verifier
    observe({
      name: 'issuer_choice',
      issuer: issuer.name,
      expected: `${validationOf(issuer)}, iss ${issuer.rules.issuer ?? 'any'}`,
      actual: jwt === undefined ? 'an opaque token' : `iss ${claimedIssuer(jwt) ?? 'absent'}`,
      ok: asked.includes(verifier),
    })
  }
}

function withIssuer({ name }: IssuerConfig, observe: Observe): Observe {
  return (finding) => {
    observe({ ...finding, issuer: name })
  }
}

/** A dependency that failed. */
function findingOfFault({ reason, logContext }: Fault): Finding {
  const { detail, expected } = logContext
  return {
    name: 'dependency',
    expected: expected ?? 'an answer',
    actual: detail ?? null,
    ok: false,
    reason,
  }
}

/**
 * Issuers without a configured `iss` (only introspection allows that) are asked if no issuer has the
 * token's `iss`. A token without `iss` is introspected: the answer may name it.
 */
function whoIsAsked(
  verifiers: readonly IssuerVerifier[],
  token: Redacted,
  jwt: UnverifiedJwt | undefined,
): readonly IssuerVerifier[] {
  const claimed = jwt && claimedIssuer(jwt)
  if (claimed === undefined) {
    const introspecting = verifiers.filter(({ issuer }) => issuer.jwt === undefined)
    const eligible = jwt === undefined ? recognizing(introspecting, token) : introspecting
    return cachedFirst(eligible, token)
  }
  const named = verifiers.filter(({ issuer }) => issuer.rules.issuer === claimed)
  return named.length > 0
    ? named
    : verifiers.filter(({ issuer }) => issuer.rules.issuer === undefined)
}

/** The issuers whose opaque tokens look like this one; without any, those that do not say how theirs look. */
function recognizing(
  verifiers: readonly IssuerVerifier[],
  token: Redacted,
): readonly IssuerVerifier[] {
  const text = token.reveal()
  const opaqueFormOf = ({ issuer }: IssuerVerifier) => issuer.introspection?.opaqueTokens
  const matching = verifiers.filter((verifier) => {
    const form = opaqueFormOf(verifier)
    return (
      form !== undefined &&
      (form.prefixes.length === 0 || form.prefixes.some((prefix) => text.startsWith(prefix))) &&
      (form.lengths.length === 0 || form.lengths.includes(text.length))
    )
  })
  return matching.length > 0
    ? matching
    : verifiers.filter((verifier) => opaqueFormOf(verifier) === undefined)
}

function cachedFirst(
  verifiers: readonly IssuerVerifier[],
  token: Redacted,
): readonly IssuerVerifier[] {
  const knowing = verifiers.filter(({ hasCachedAnswer }) => hasCachedAnswer?.(token) === true)
  return [...knowing, ...verifiers.filter((verifier) => !knowing.includes(verifier))]
}

/** Denials that mean only that the issuer does not know the token. */
const UNKNOWN_TOKEN_REASONS: readonly (DenialReason | FaultReason)[] = [
  'token_inactive',
  'key_unknown',
  'signature_invalid',
]

/**
 * Denials that issuers with the same `iss` give for each other's tokens: their keys and audiences differ.
 * The reason of the issuer whose token it is may be another one.
 */
const OTHER_AUDIENCE_REASONS: readonly (DenialReason | FaultReason)[] = [
  ...UNKNOWN_TOKEN_REASONS,
  'audience_mismatch',
  'issuer_mismatch',
]

/**
 * First a denial for a missing scope alone, then faults, then denials by issuers that know the token, and
 * of these first the ones for which its audience is right.
 */
function mostSignificant(refusals: readonly (Denial | Fault)[]): Denial | Fault | undefined {
  return (
    refusals.find((refusal) => refusal.outcome === 'deny' && lacksOnlyPermission(refusal)) ??
    refusals.find(({ outcome }) => outcome === 'fault') ??
    refusals.find(({ reason }) => !OTHER_AUDIENCE_REASONS.includes(reason)) ??
    refusals.find(({ reason }) => !UNKNOWN_TOKEN_REASONS.includes(reason)) ??
    refusals[0]
  )
}
