import type { Config } from '../../src/config/model.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import {
  isAuthorization,
  namesToken,
  problemAt,
  type Specification,
} from './deployment-specification.ts'

export function checkRoute(
  { path, requestPolicies, backend }: Specification['routes'][number],
  index: number,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const where = `routes.${index} (${path})`
  const authorization = requestPolicies?.authorization
  const isOpen = authorization?.type === 'ANONYMOUS'
  const isOwnAnswer = backend?.type === 'STOCK_RESPONSE_BACKEND'
  const transformations = requestPolicies?.headerTransformations
  const policies = `${where}.requestPolicies`
  const problems: ConfigProblem[] = []
  const headerProblem = isOwnAnswer ? undefined : problemOfHeaders(transformations)
  if (isOpen) {
    if (namesToken(transformations)) {
      problems.push(
        problemAt(
          `${policies}.authorization`,
          'is ANONYMOUS: calls without a token are permitted, without a token for the backend',
          'Set its type to AUTHENTICATION_ONLY, or to ANY_OF with the scopes that are allowed.',
        ),
      )
    }
  } else if (headerProblem !== undefined) {
    problems.push(problemAt(`${policies}.headerTransformations`, ...headerProblem))
  }
  const unknown = (authorization?.allowedScope ?? []).filter((scope) => !canExist(scope, config))
  for (const scope of unknown) {
    problems.push(
      problemAt(
        `${policies}.authorization.allowedScope`,
        `has ${JSON.stringify(scope)}, which no token can have`,
        'Give the scope as the gateway gets it, after gateway_scope_prefix and gateway_scope_map.',
      ),
    )
  }
  return problems
}

type Transformations = NonNullable<
  Specification['routes'][number]['requestPolicies']
>['headerTransformations']

/** The first reason why the backend does not get exactly the token. */
function problemOfHeaders(
  transformations: Transformations,
): readonly [problem: string, remedy: string] | undefined {
  const { setHeaders, filterHeaders } = transformations ?? {}
  const [header, second] = (setHeaders?.items ?? []).filter(({ name }) => isAuthorization(name))
  if (header === undefined) return ['does not set Authorization', SET_HEADER]
  const [value = '', secondValue] = header.values ?? []
  if (!value.includes('request.auth[back_end_token]')) {
    const [variable] = /\$?\{?request\.[^}]*\}?/.exec(value) ?? []
    const found = variable === undefined ? '' : ` (${variable})`
    return [`sets Authorization to something else than the token${found}`, SET_HEADER]
  }
  if (/bearer/i.test(value)) return ['puts Bearer before a value that has it already', SET_HEADER]
  if (value !== '${request.auth[back_end_token]}') {
    return ['does not set Authorization to the token alone', SET_HEADER]
  }
  if (header.ifExists !== undefined && header.ifExists !== 'OVERWRITE') {
    return ['does not overwrite the caller’s own Authorization', SET_HEADER]
  }
  if (second !== undefined || secondValue !== undefined) {
    return ['sets Authorization to more than one value', SET_HEADER]
  }
  const isNamed = filterHeaders?.items.some(({ name }) => isAuthorization(name)) ?? false
  const isRemoved = filterHeaders !== undefined && isNamed === (filterHeaders.type === 'BLOCK')
  return isRemoved
    ? [
        'removes Authorization after it was set',
        'Filters run last: remove Authorization from a BLOCK list, or add it to the ALLOW list.',
      ]
    : undefined
}

const SET_HEADER =
  'Set Authorization to ${request.auth[back_end_token]} with "ifExists": "OVERWRITE".'

/** Whether the function may report this scope to the gateway for a token of one of the issuers. */
function canExist(scope: string, config: Config | undefined): boolean {
  if (scope === '' || /\s/.test(scope)) return false
  if (config === undefined) return true
  return config.issuers.some(({ provider, gatewayScopes: { prefix, map } }) => {
    if (!scope.startsWith(prefix)) return false
    const name = scope.slice(prefix.length)
    const isTarget = [...map.values()].some((targets) => targets.includes(name))
    const isQualified =
      /^https?:\/\//.test(name) && (provider === 'oci_iam' || provider === 'entra')
    // The gateway does not get a mapped scope under its own name.
    return isTarget || (!isQualified && !map.has(name))
  })
}
