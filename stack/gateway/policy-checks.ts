/**
 * The checks of a specification's policies: authorization, validation failure, header
 * transformations, logging.
 */
import type { Authorization } from './authentication-policy.ts'
import { parseContextVariable, templateProblem } from './context-variables.ts'
import type { ModifyResponse } from './failure-policy.ts'
import type {
  FilterHeaders,
  HeaderTransformations,
  RenameHeader,
  SetHeader,
} from './header-policy.ts'
import { checkHeaderNames, type Direction } from './header-transformations.ts'
import {
  boolean,
  byType,
  listOf,
  object,
  oneOf,
  optional,
  refine,
  report,
  required,
  text,
  type Check,
} from './json-check.ts'
import * as limits from './limits.ts'
import type { GatewaySettings } from './settings.ts'
import type { LoggingPolicies } from './specification.ts'

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

export function failurePolicyCheck(settings: GatewaySettings): Check<ModifyResponse> {
  return byType<ModifyResponse>({
    MODIFY_RESPONSE: object<ModifyResponse>({
      type: required(oneOf('MODIFY_RESPONSE')),
      responseCode: optional(text((code) => responseCodeProblem(code, settings))),
      responseMessage: optional(text(templateProblem)),
      responseHeaderTransformations: optional(headerTransformationsCheck('response')),
    }),
  })
}

export const authorizationCheck = byType<Authorization>({
  ANONYMOUS: object({ type: required(oneOf('ANONYMOUS')) }),
  AUTHENTICATION_ONLY: object({ type: required(oneOf('AUTHENTICATION_ONLY')) }),
  ANY_OF: object({
    type: required(oneOf('ANY_OF')),
    allowedScope: required(listOf(text(), 1, Number.MAX_SAFE_INTEGER)),
  }),
})

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

/** The stand-ins speak plain HTTP, so there is no certificate that could go unverified. */
export const onlyFalse: Check<false> = (value, place): value is false =>
  value === false || report(place, 'must be false, anything else is not run here')
