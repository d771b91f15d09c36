/** Checks the authentication policy of a specification. */
import type { Authentication, CustomAuthentication } from './authentication-policy.ts'
import { argumentProblem } from './context-variables.ts'
import type { Origins } from './http-backend.ts'
import {
  boolean,
  byType,
  inside,
  listOf,
  object,
  oneOf,
  optional,
  recordOf,
  refine,
  report,
  required,
  text,
  type Check,
  type Place,
} from './json-check.ts'
import { argumentLimit } from './limits.ts'
import { failurePolicyCheck } from './policy-checks.ts'
import type { GatewaySettings } from './settings.ts'
import { jwtAuthenticationCheck, tokenAuthenticationCheck } from './tokens/policy-check.ts'

export function authenticationCheck(
  settings: GatewaySettings,
  origins: Origins,
): Check<Authentication> {
  return byType<Authentication>({
    CUSTOM_AUTHENTICATION: customAuthenticationCheck(settings),
    JWT_AUTHENTICATION: jwtAuthenticationCheck(settings, origins),
    TOKEN_AUTHENTICATION: tokenAuthenticationCheck(settings, origins),
  })
}

function customAuthenticationCheck(settings: GatewaySettings): Check<CustomAuthentication> {
  return refine(
    object<CustomAuthentication>({
      type: required(oneOf('CUSTOM_AUTHENTICATION')),
      functionId: required(text(functionIdProblem)),
      isAnonymousAccessAllowed: optional(boolean),
      tokenHeader: optional(text()),
      tokenQueryParam: optional(text()),
      parameters: optional(recordOf(text(argumentProblem), 1, argumentLimit)),
      cacheKey: optional(listOf(text(), 1, argumentLimit)),
      validationFailurePolicy: optional(failurePolicyCheck(settings)),
    }),
    checkFlavour,
  )
}

/** Multi-argument or single-argument, and nothing of the one with the other. */
function checkFlavour(policy: CustomAuthentication, place: Place): void {
  const sources = [policy.parameters, policy.tokenHeader, policy.tokenQueryParam]
  if (sources.filter((source) => source !== undefined).length !== 1) {
    report(place, 'must have one of parameters, tokenHeader and tokenQueryParam')
  }
  const { parameters } = policy
  for (const field of ['cacheKey', 'validationFailurePolicy'] as const) {
    if (!parameters && policy[field]) report(inside(place, field), 'goes with parameters alone')
  }
  for (const [index, name] of (policy.cacheKey ?? []).entries()) {
    if (parameters && !Object.hasOwn(parameters, name)) {
      report(inside(inside(place, 'cacheKey'), index), `is ${name}, which is not in parameters`)
    }
  }
}

function functionIdProblem(id: string): string | undefined {
  return id.startsWith('ocid1.fnfunc.') ? undefined : 'must be the OCID of a function'
}
