/**
 * Owns the checks of a specification's policies: authentication, authorization, header
 * transformations, logging.
 * No I/O.
 */
import { argumentProblem, parseContextVariable, templateProblem } from './context-variables.ts'
import { checkHeaderNames, type Direction } from './header-transformations.ts'
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
import * as limits from './limits.ts'
import type { GatewaySettings } from './settings.ts'
import type {
  Authorization,
  CustomAuthentication,
  FilterHeaders,
  HeaderTransformations,
  LoggingPolicies,
  ModifyResponse,
  RenameHeader,
  SetHeader,
} from './specification.ts'

export const loggingPoliciesCheck = object<LoggingPolicies>({
  accessLog: optional(
    object<NonNullable<LoggingPolicies['accessLog']>>({ isEnabled: optional(boolean) }),
  ),
  executionLog: optional(
    object<NonNullable<LoggingPolicies['executionLog']>>({
      isEnabled: optional(boolean),
      logLevel: optional(oneOf('INFO', 'WARN', 'ERROR')),
    }),
  ),
})

export function headerTransformationsCheck(direction: Direction): Check<HeaderTransformations> {
  return refine(
    object<HeaderTransformations>({
      setHeaders: optional(
        object<NonNullable<HeaderTransformations['setHeaders']>>({
          items: required(
            listOf(
              object<SetHeader>({
                name: required(text()),
                values: required(listOf(text(templateProblem), 1, limits.setHeaderValueLimit)),
                ifExists: optional(oneOf('OVERWRITE', 'APPEND', 'SKIP')),
              }),
              1,
              limits.setHeaderLimit,
            ),
          ),
        }),
      ),
      renameHeaders: optional(
        object<NonNullable<HeaderTransformations['renameHeaders']>>({
          items: required(
            listOf(
              object<RenameHeader>({ from: required(text()), to: required(text()) }),
              1,
              limits.renameHeaderLimit,
            ),
          ),
        }),
      ),
      filterHeaders: optional(
        object<FilterHeaders>({
          type: required(oneOf('ALLOW', 'BLOCK')),
          items: required(
            listOf(
              object<FilterHeaders['items'][number]>({ name: required(text()) }),
              1,
              limits.filterHeaderLimit,
            ),
          ),
        }),
      ),
    }),
    (policies, place) => {
      checkHeaderNames(policies, direction, place)
    },
  )
}

export function authenticationCheck(settings: GatewaySettings): Check<CustomAuthentication> {
  return byType<CustomAuthentication>({
    CUSTOM_AUTHENTICATION: refine(
      object<CustomAuthentication>({
        type: required(oneOf('CUSTOM_AUTHENTICATION')),
        functionId: required(text(functionIdProblem)),
        isAnonymousAccessAllowed: optional(boolean),
        tokenHeader: optional(text()),
        tokenQueryParam: optional(text()),
        parameters: optional(recordOf(text(argumentProblem), 1, limits.argumentLimit)),
        cacheKey: optional(listOf(text(), 1, limits.argumentLimit)),
        validationFailurePolicy: optional(
          byType<ModifyResponse>({
            MODIFY_RESPONSE: object<ModifyResponse>({
              type: required(oneOf('MODIFY_RESPONSE')),
              responseCode: optional(text((code) => responseCodeProblem(code, settings))),
              responseMessage: optional(text(templateProblem)),
              responseHeaderTransformations: optional(headerTransformationsCheck('response')),
            }),
          }),
        ),
      }),
      checkFlavour,
    ),
  })
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

export const authorizationCheck = byType<Authorization>({
  ANONYMOUS: object({ type: required(oneOf('ANONYMOUS')) }),
  AUTHENTICATION_ONLY: object({ type: required(oneOf('AUTHENTICATION_ONLY')) }),
  ANY_OF: object({
    type: required(oneOf('ANY_OF')),
    allowedScope: required(listOf(text(), 1, Number.MAX_SAFE_INTEGER)),
  }),
})

function functionIdProblem(id: string): string | undefined {
  return id.startsWith('ocid1.fnfunc.') ? undefined : 'must be the OCID of a function'
}

/** A status, or a context variable in its bare form. */
function responseCodeProblem(
  code: string,
  { bracedResponseCode }: GatewaySettings,
): string | undefined {
  if (/^[2-5]\d\d$/.test(code)) return undefined
  const variable = parseContextVariable(code)
  if (variable && variable.table !== 'body') return undefined
  if (bracedResponseCode && /^\$\{.*\}$/.test(code)) return templateProblem(code)
  return 'must be a status such as 401, or a bare variable such as request.auth[responseCode]'
}
