/**
 * The policies of a specification and their checks: authorization, validation failure, header
 * transformations, logging.
 */
import type { models } from 'oci-apigateway'
import { parseContextVariable, templateProblem } from './context-variables.ts'
import { checkHeaderNames, type Direction } from './header-transformations.ts'
import {
  boolean,
  byField,
  listOf,
  object,
  oneOf,
  optional,
  refine,
  report,
  text,
  type Check,
  type Checked,
  type Place,
} from './json-check.ts'
import * as limits from './limits.ts'

export const loggingPolicies = object<models.ApiSpecificationLoggingPolicies>()({
  accessLog: optional(object<models.AccessLogPolicy>()({ isEnabled: optional(boolean) })),
  executionLog: optional(
    object<models.ExecutionLogPolicy>()({
      isEnabled: optional(boolean),
      logLevel: optional(oneOf('INFO', 'WARN', 'ERROR')),
    }),
  ),
})

const setHeader = object<models.SetHeaderPolicyItem>()({
  name: text(),
  values: listOf(text(templateProblem), 1, limits.setHeaderValueLimit),
  ifExists: optional(oneOf('OVERWRITE', 'APPEND', 'SKIP')),
})
const renameHeader = object<models.RenameHeaderPolicyItem>()({ from: text(), to: text() })
const filteredHeader = object<models.FilterHeaderPolicyItem>()({ name: text() })

const transformations = object<models.HeaderTransformationPolicy>()({
  setHeaders: optional(
    object<models.SetHeaderPolicy>()({ items: listOf(setHeader, 1, limits.setHeaderLimit) }),
  ),
  renameHeaders: optional(
    object<models.RenameHeaderPolicy>()({
      items: listOf(renameHeader, 1, limits.renameHeaderLimit),
    }),
  ),
  filterHeaders: optional(
    object<models.FilterHeaderPolicy>()({
      type: oneOf('ALLOW', 'BLOCK'),
      items: listOf(filteredHeader, 1, limits.filterHeaderLimit),
    }),
  ),
})
export type HeaderTransformations = Checked<typeof transformations>

export function headerTransformations(direction: Direction): Check<HeaderTransformations> {
  return refine(transformations, (policies, place) => {
    checkHeaderNames(policies, direction, place)
  })
}

export const failurePolicy = byField('type', {
  MODIFY_RESPONSE: object<models.ModifyResponseValidationFailurePolicy>()({
    type: oneOf('MODIFY_RESPONSE'),
    responseCode: optional(text(responseCodeProblem)),
    responseMessage: optional(text(templateProblem)),
    responseHeaderTransformations: optional(headerTransformations('response')),
  }),
})
export type ModifyResponse = Checked<typeof failurePolicy>

export const authorization = byField('type', {
  ANONYMOUS: object<models.AnonymousRouteAuthorizationPolicy>()({ type: oneOf('ANONYMOUS') }),
  AUTHENTICATION_ONLY: object<models.AuthenticationOnlyRouteAuthorizationPolicy>()({
    type: oneOf('AUTHENTICATION_ONLY'),
  }),
  ANY_OF: object<models.AnyOfRouteAuthorizationPolicy>()({
    type: oneOf('ANY_OF'),
    allowedScope: listOf(text(), 1, Number.MAX_SAFE_INTEGER),
  }),
})
export type Authorization = Checked<typeof authorization>

/** A status, or a context variable in its bare form. */
function responseCodeProblem(code: string, { settings }: Place): string | undefined {
  if (/^[2-5]\d\d$/.test(code)) return undefined
  const variable = parseContextVariable(code)
  if (variable && variable.table !== 'body') return undefined
  if (settings.bracedResponseCode && /^\$\{.*\}$/.test(code)) return templateProblem(code)
  return 'must be a status such as 401, or a bare variable such as request.auth[responseCode]'
}

/** The stand-ins have no TLS, and so no certificates. */
export const onlyFalse: Check<false> = (value, place): value is false =>
  value === false || report(place, 'must be false, anything else is not run here')
