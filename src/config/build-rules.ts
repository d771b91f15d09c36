/**
 * Owns the judgement of what the configuration wants of an issuer's tokens.
 * Pure.
 */
import { seconds } from '../platform/clock.ts'
import type { TokenTraits } from '../providers/provider.ts'
import type { IssuerInput } from './document-schema.ts'
import { LIMITS } from './limits.ts'
import type { RequiredClaim, TokenRules } from './model.ts'
import { validateMembers, validateScopes, type Report } from './problems.ts'

export function buildRules(
  input: IssuerInput,
  presetIssuer: string | undefined,
  traits: TokenTraits,
  report: Report,
): TokenRules {
  validateScopes('required_scopes', input.required_scopes ?? [], report)
  validateMembers('required_claims', input.required_claims, report)
  const longest = input.max_token_lifetime_seconds
  const allowedClients = input.allowed_clients ?? []
  return {
    issuer: input.issuer ?? presetIssuer,
    audience: buildAudience(input, report),
    requiredScopes: input.required_scopes ?? [],
    allowedClients,
    clientIdRequired: traits.nameClient ?? false,
    anyScopeRequired: traits.issuedToEveryClient === true && allowedClients.length === 0,
    requiredClaims: Object.entries(input.required_claims ?? {}).map(
      ([name, wanted]): RequiredClaim => ({
        name,
        values: Array.isArray(wanted) ? wanted : [wanted],
      }),
    ),
    maxTokenLifetime: longest === undefined ? undefined : seconds(longest),
    clockTolerance: seconds(
      input.clock_tolerance_seconds ?? LIMITS.clock_tolerance_seconds.otherwise,
    ),
  }
}

function buildAudience({ audience }: IssuerInput, report: Report): TokenRules['audience'] {
  if (audience !== 'any' && audience.includes('any')) {
    report('audience', 'has `any` beside others', 'Give the accepted values, or `any` alone.')
  }
  return audience
}
