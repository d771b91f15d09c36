/** Checks claims against the configured rules: those of JWTs and of introspection answers. */
import type { RequiredClaim, TokenRules } from '../config/model.ts'
import { firstDenial, type Denial } from '../decision.ts'
import type { Check, Observe } from '../checks.ts'
import { minus, plus, type NumericDate } from '../platform/clock.ts'
import { isRounded, nonNullMember } from '../platform/json.ts'
import type { TokenClaims } from './claims.ts'
import { hasNoPermissions, marksOfAnotherKind, SENDER_CONSTRAINT_CLAIMS } from './token-kind.ts'

interface RuleInput {
  readonly claims: TokenClaims
  readonly rules: TokenRules
  readonly now: NumericDate
}

/** The denial by the first rule that the claims break. */
export function firstBrokenRule(
  claims: TokenClaims,
  rules: TokenRules,
  now: NumericDate,
  observe?: Observe,
): Denial | undefined {
  const refusal = firstDenial(RULES, { claims, rules, now }, observe)
  if (refusal === undefined) return undefined
  const { clientId } = claims
  const { requiredScopes } = rules
  return {
    ...refusal,
    logContext: { ...refusal.logContext, ...(clientId === undefined ? {} : { clientId }) },
    ...(lacksOnlyPermission(refusal) && requiredScopes.length > 0 ? { requiredScopes } : {}),
  }
}

/** Whether the token lacks only a scope or a role. */
export function lacksOnlyPermission({ reason }: Denial): boolean {
  return reason === 'scope_insufficient' || reason === 'permission_missing'
}

/** The first rule that fails gives the reason. */
const RULES: readonly Check<RuleInput>[] = [
  {
    name: 'issuer',
    reason: 'issuer_mismatch',
    passes: ({ claims, rules }) => rules.issuer === undefined || claims.issuer === rules.issuer,
    expected: ({ rules }) => rules.issuer ?? 'any',
    actual: ({ claims }) => claims.issuer,
  },
  {
    name: 'audience',
    reason: 'audience_mismatch',
    passes: ({ claims, rules: { audience } }) =>
      audience === 'any' || audience.some((value) => claims.audience?.includes(value) === true),
    expected: ({ rules }) => rules.audience,
    actual: ({ claims }) => claims.audience,
  },
  {
    name: 'client_named',
    reason: 'token_type_wrong',
    passes: ({ claims, rules }) => !rules.clientIdRequired || claims.clientId !== undefined,
    expected: ({ rules }) =>
      rules.clientIdRequired ? 'a client, which ID tokens do not name' : 'any',
    actual: ({ claims }) => claims.clientId,
  },
  {
    name: 'token_type',
    reason: 'token_type_wrong',
    passes: ({ claims }) => marksOfAnotherKind(claims.members).length === 0,
    expected: () => 'no claim of another kind of token',
    actual: ({ claims }) => marksOfAnotherKind(claims.members),
  },
  {
    name: 'sender_constraint',
    reason: 'token_sender_constrained',
    passes: ({ claims }) => constraintsOf(claims).length === 0,
    expected: () => `no ${SENDER_CONSTRAINT_CLAIMS.map((name) => `\`${name}\``).join(' or ')}`,
    actual: ({ claims }) => constraintsOf(claims)[0],
  },
  {
    name: 'exp',
    reason: 'token_expired',
    passes: ({ claims: { expiresAt }, rules, now }) =>
      expiresAt === undefined || minus(now, rules.clockTolerance) < expiresAt,
    expected: ({ rules, now }) => `later than ${isoTime(minus(now, rules.clockTolerance))}`,
    actual: ({ claims }) => isoTimeOf(claims.expiresAt),
  },
  ...(
    [
      ['nbf', 'notBefore'],
      ['iat', 'issuedAt'],
    ] as const
  ).map(([name, property]): Check<RuleInput> => ({
    name,
    reason: 'token_not_yet_valid',
    passes: ({ claims: { [property]: start }, rules, now }) =>
      start === undefined || start <= plus(now, rules.clockTolerance),
    expected: ({ rules, now }) => `not later than ${isoTime(plus(now, rules.clockTolerance))}`,
    actual: ({ claims }) => isoTimeOf(claims[property]),
  })),
  {
    name: 'lifetime',
    reason: 'lifetime_too_long',
    passes: ({ claims: { expiresAt, issuedAt }, rules: { maxTokenLifetime } }) =>
      maxTokenLifetime === undefined ||
      (expiresAt !== undefined &&
        issuedAt !== undefined &&
        plus(issuedAt, maxTokenLifetime) >= expiresAt),
    expected: ({ rules: { maxTokenLifetime } }) =>
      maxTokenLifetime === undefined ? 'any' : `at most ${maxTokenLifetime} s from iat to exp`,
    actual: ({ claims: { expiresAt, issuedAt } }) =>
      expiresAt === undefined || issuedAt === undefined ? undefined : `${expiresAt - issuedAt} s`,
  },
  {
    name: 'client',
    reason: 'client_not_allowed',
    passes: ({ claims, rules: { allowedClients } }) =>
      allowedClients.length === 0 || allowedClients.includes(claims.clientId ?? ''),
    expected: ({ rules: { allowedClients } }) =>
      allowedClients.length === 0 ? 'any' : allowedClients,
    actual: ({ claims }) => claims.clientId,
  },
  {
    name: 'required_claims',
    reason: 'claim_mismatch',
    passes: ({ claims, rules }) => rules.requiredClaims.every((each) => holds(claims, each)),
    expected: ({ rules }) =>
      Object.fromEntries(rules.requiredClaims.map(({ name, values }) => [name, values])),
    actual: ({ claims, rules }) =>
      Object.fromEntries(
        rules.requiredClaims.map(({ name }) => [name, nonNullMember(claims.members, name) ?? null]),
      ),
  },
  {
    name: 'any_scope',
    reason: 'permission_missing',
    passes: ({ claims, rules }) => {
      if (rules.anyScopeRequired && claims.scope.length === 0) return false
      // A client that is listed needs no grant at the identity provider.
      return rules.allowedClients.length > 0 || !hasNoPermissions(claims.members)
    },
    expected: ({ claims, rules }) =>
      rules.anyScopeRequired || hasNoPermissions(claims.members) ? 'a scope or a role' : 'any',
    actual: ({ claims }) => claims.scope,
  },
  {
    name: 'scope',
    reason: 'scope_insufficient',
    passes: ({ claims, rules }) =>
      rules.requiredScopes.every((scope) => claims.scope.includes(scope)),
    expected: ({ rules }) => rules.requiredScopes,
    actual: ({ claims }) => claims.scope,
  },
]

function constraintsOf({ members }: TokenClaims): readonly unknown[] {
  return SENDER_CONSTRAINT_CLAIMS.flatMap((name) => nonNullMember(members, name) ?? [])
}

function holds({ members }: TokenClaims, { name, values }: RequiredClaim): boolean {
  const value = nonNullMember(members, name)
  const held: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.some((wanted) => held.includes(wanted) && !isRounded(wanted))
}

function isoTimeOf(instant: NumericDate | undefined): string | undefined {
  return instant === undefined ? undefined : isoTime(instant)
}

/** Claims that are not valid dates were rejected when they were read. */
function isoTime(instant: NumericDate): string {
  return new Date(instant * 1000).toISOString()
}
