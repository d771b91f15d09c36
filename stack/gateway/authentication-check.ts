/** The authentication policies of a specification and their checks. */
import type { models } from 'oci-apigateway'
import { argumentProblem } from './context-variables.ts'
import {
  boolean,
  byField,
  inside,
  listOf,
  object,
  oneOf,
  optional,
  recordOf,
  refine,
  report,
  text,
  type Checked,
  type Place,
} from './json-check.ts'
import { argumentLimit } from './limits.ts'
import { failurePolicy } from './policy-checks.ts'
import { jwtAuthentication, tokenAuthentication } from './tokens/policy-check.ts'

/** Either `parameters` (multi-argument) or one of `tokenHeader` and `tokenQueryParam`. */
const customAuthentication = object<models.CustomAuthenticationPolicy>()({
  type: oneOf('CUSTOM_AUTHENTICATION'),
  functionId: text(functionIdProblem),
  isAnonymousAccessAllowed: optional(boolean),
  tokenHeader: optional(text()),
  tokenQueryParam: optional(text()),
  parameters: optional(recordOf(text(argumentProblem), 1, argumentLimit)),
  cacheKey: optional(listOf(text(), 1, argumentLimit)),
  validationFailurePolicy: optional(failurePolicy),
})
export type CustomAuthentication = Checked<typeof customAuthentication>

export const authentication = byField('type', {
  CUSTOM_AUTHENTICATION: refine(customAuthentication, checkFlavour),
  JWT_AUTHENTICATION: jwtAuthentication,
  TOKEN_AUTHENTICATION: tokenAuthentication,
})
export type Authentication = Checked<typeof authentication>

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
      report(inside(place, 'cacheKey', index), `is ${name}, which is not in parameters`)
    }
  }
}

function functionIdProblem(id: string): string | undefined {
  return id.startsWith('ocid1.fnfunc.') ? undefined : 'must be the OCID of a function'
}
