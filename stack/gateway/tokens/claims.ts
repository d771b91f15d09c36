/**
 * Validates the claims of a JWT or of an introspection answer. Source:
 * Oracle, "Validating Tokens to Add Authentication and Authorization to API Deployments".
 */
import type { AdditionalValidation, ClaimRule } from './policy-check.ts'

export type Claims = Readonly<Record<string, unknown>>

/** Without issuers in the policy, every issuer is valid; likewise for audiences. */
export interface ClaimRules extends AdditionalValidation {
  readonly maxClockSkewInSeconds?: number
  readonly isExpiryRequired: boolean
}

/** The problem of the claims, without their values, if any. */
export function claimProblem(
  claims: Claims,
  rules: ClaimRules,
  nowMilliseconds: number,
): string | undefined {
  return (
    lifetimeProblem(claims, rules, nowMilliseconds / 1000) ??
    issuerProblem(claims, rules) ??
    audienceProblem(claims, rules) ??
    rules.verifyClaims
      ?.map((rule) => ruleProblem(claims, rule))
      .find((problem) => problem !== undefined)
  )
}

/** RFC 7519 §4.1.4 and §4.1.5; the clock skew extends the lifetime at both ends. */
function lifetimeProblem(
  claims: Claims,
  { maxClockSkewInSeconds: skew = 0, isExpiryRequired }: ClaimRules,
  nowSeconds: number,
): string | undefined {
  const { exp, nbf } = claims
  if (exp === undefined && isExpiryRequired) return 'exp is missing'
  if (exp !== undefined && !Number.isFinite(exp)) return 'exp is no number'
  if (nbf !== undefined && !Number.isFinite(nbf)) return 'nbf is no number'
  if (Number(exp) + skew <= nowSeconds) return 'exp has passed'
  return Number(nbf) - skew > nowSeconds ? 'nbf has not come yet' : undefined
}

function issuerProblem({ iss }: Claims, { issuers }: ClaimRules): string | undefined {
  return !issuers || isOneOf(iss, issuers) ? undefined : 'iss is not allowed'
}

/** A string or a list of strings (RFC 7519 §4.1.3). */
function audienceProblem({ aud }: Claims, { audiences }: ClaimRules): string | undefined {
  if (!audiences) return undefined
  const values: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return values.some((value) => isOneOf(value, audiences)) ? undefined : 'aud is not allowed'
}

/** Values are strings and match exactly; a claim of another type matches none. */
function ruleProblem(
  claims: Claims,
  { key, values = [], isRequired = false }: ClaimRule,
): string | undefined {
  if (!Object.hasOwn(claims, key)) return isRequired ? `${key} is missing` : undefined
  return values.length === 0 || isOneOf(claims[key], values) ? undefined : `${key} is not allowed`
}

function isOneOf(value: unknown, allowed: readonly string[]): boolean {
  return typeof value === 'string' && allowed.includes(value)
}
