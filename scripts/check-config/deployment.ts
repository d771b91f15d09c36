/** The check of an API deployment specification: whether it fits this authorizer and its configuration. */
import * as v from 'valibot'
import type { Config, Settings } from '../../src/config/model.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'

const headerItem = v.looseObject({
  name: v.string(),
  values: v.optional(v.array(v.string())),
  ifExists: v.optional(v.string()),
})

const routePolicies = v.looseObject({
  authorization: v.optional(
    v.looseObject({
      type: v.optional(v.string()),
      allowedScope: v.optional(v.array(v.string())),
    }),
  ),
  headerTransformations: v.optional(
    v.looseObject({
      setHeaders: v.optional(v.looseObject({ items: v.array(headerItem) })),
    }),
  ),
})

/** What is looked at of an `ApiSpecification` (OCI API Gateway); the rest may be anything. */
const specificationSchema = v.looseObject({
  requestPolicies: v.looseObject({
    authentication: v.looseObject({
      type: v.string(),
      functionId: v.optional(v.string()),
      parameters: v.optional(v.record(v.string(), v.string())),
      cacheKey: v.optional(v.array(v.string())),
      tokenHeader: v.optional(v.string()),
    }),
  }),
  routes: v.array(
    v.looseObject({
      path: v.string(),
      requestPolicies: v.optional(routePolicies),
      backend: v.optional(v.looseObject({ type: v.optional(v.string()) })),
    }),
  ),
})

type Specification = v.InferOutput<typeof specificationSchema>

export function isDeployment(json: object): boolean {
  return 'routes' in json && !('issuers' in json)
}

/** `config`: undefined where only the specification is at hand. */
export function checkDeployment(
  json: unknown,
  settings: Pick<Settings, 'tokenArgument'>,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const parsed = v.safeParse(specificationSchema, json)
  if (!parsed.success) {
    return parsed.issues.map((issue) => ({
      key: at(v.getDotPath(issue) ?? ''),
      problem: issue.received === 'undefined' ? 'is missing' : `is not ${kindOf(issue.expected)}`,
      remedy: 'Compare it with deploy/api-deployment.json.',
    }))
  }
  const { authentication } = parsed.output.requestPolicies
  if (authentication.type !== 'CUSTOM_AUTHENTICATION') return []
  return [
    ...checkArguments(authentication, settings.tokenArgument, config),
    ...parsed.output.routes.flatMap((route, index) => checkRoute(route, index, config)),
  ]
}

function at(path: string): string {
  return `deployment: ${path}`
}

function kindOf(expected: string | null): string {
  const kinds: Readonly<Record<string, string>> = {
    string: 'a string',
    Array: 'a list',
    Object: 'an object',
  }
  return kinds[expected ?? ''] ?? 'what the gateway takes'
}

type Authentication = Specification['requestPolicies']['authentication']

function checkArguments(
  { functionId, parameters, cacheKey, tokenHeader }: Authentication,
  tokenArgument: string,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const path = 'requestPolicies.authentication'
  const isPlaceholder = functionId === undefined || /REGION|UNIQUE|<|…/.test(functionId)
  const missingFunction = isPlaceholder
    ? [
        {
          key: at(`${path}.functionId`),
          problem: 'is missing or a placeholder',
          remedy: 'Give the OCID of the function, ocid1.fnfunc.….',
        },
      ]
    : []
  // The single-argument form names a header, and has no other arguments.
  const names = parameters === undefined ? undefined : Object.keys(parameters)
  const needed = argumentsOf(config)
  if (names === undefined) {
    const problems = [
      ...(tokenHeader === undefined
        ? [
            [
              `${path}.parameters`,
              'is missing',
              `Give {"${tokenArgument}": "request.headers[Authorization]"}.`,
            ],
          ]
        : []),
      ...(needed.length > 0
        ? [
            [
              `${path}.parameters`,
              `is missing, and the configuration looks at ${needed.join(', ')}`,
              'Give each argument that a backend’s `when` names.',
            ],
          ]
        : []),
    ]
    return [...missingFunction, ...problems.map(toProblem)]
  }
  const lacking = [tokenArgument, ...needed].filter((name) => !names.includes(name))
  const uncached = [tokenArgument, ...needed].filter(
    (name) => cacheKey !== undefined && names.includes(name) && !cacheKey.includes(name),
  )
  const unknown = (cacheKey ?? []).filter((name) => !names.includes(name))
  return [
    ...missingFunction,
    ...lacking.map((name) =>
      toProblem([
        `${path}.parameters`,
        `has no argument ${name}`,
        name === tokenArgument
          ? `Give "${name}": "request.headers[Authorization]", or set token_argument to the name that is here.`
          : 'Pass it on: a backend’s `when` looks at it.',
      ]),
    ),
    ...uncached.map((name) =>
      toProblem([
        `${path}.cacheKey`,
        `does not have ${name}`,
        'Add it, or leave cacheKey out: the gateway would give one call’s answer to another.',
      ]),
    ),
    ...unknown.map((name) =>
      toProblem([`${path}.cacheKey`, `has ${name}, which is not an argument`, 'Remove it.']),
    ),
  ]
}

function toProblem([path = '', problem = '', remedy = '']: readonly string[]): ConfigProblem {
  return { key: at(path), problem, remedy }
}

/** The arguments on which the choice of a backend depends. */
function argumentsOf(config: Config | undefined): readonly string[] {
  const names = config?.backends.flatMap(
    ({ condition }) => condition?.arguments.map(({ name }) => name) ?? [],
  )
  return [...new Set(names)]
}

function checkRoute(
  { path, requestPolicies, backend }: Specification['routes'][number],
  index: number,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const where = `routes.${index} (${path})`
  const authorization = requestPolicies?.authorization
  const isOpen = authorization?.type === 'ANONYMOUS'
  const isOwnAnswer = backend?.type === 'STOCK_RESPONSE_BACKEND'
  const header = requestPolicies?.headerTransformations?.setHeaders?.items.find(
    ({ name }) => name.toLowerCase() === 'authorization',
  )
  const value = header?.values?.[0] ?? ''
  const policies = `${where}.requestPolicies`
  const headers = `${policies}.headerTransformations`
  const problems: (readonly string[])[] = []
  if (!isOpen && !isOwnAnswer) {
    if (header === undefined) {
      problems.push([headers, 'does not set Authorization', SET_HEADER])
    } else if (!value.includes('request.auth[back_end_token]')) {
      problems.push([headers, 'sets Authorization to something else than the token', SET_HEADER])
    } else if (/bearer/i.test(value)) {
      problems.push([headers, 'puts Bearer before a value that has it already', SET_HEADER])
    } else if (header.ifExists !== undefined && header.ifExists !== 'OVERWRITE') {
      problems.push([headers, 'does not overwrite the caller’s own Authorization', SET_HEADER])
    }
  }
  const unknown = (authorization?.allowedScope ?? []).filter((scope) => !canExist(scope, config))
  for (const scope of unknown) {
    problems.push([
      `${policies}.authorization.allowedScope`,
      `has ${JSON.stringify(scope)}, which no token can have`,
      'Give the scope as tokens hold it, after gateway_scope_prefix and gateway_scope_map.',
    ])
  }
  return problems.map(toProblem)
}

const SET_HEADER =
  'Set Authorization to ${request.auth[back_end_token]} with "ifExists": "OVERWRITE".'

/** Whether an issuer's tokens may show the gateway this scope. */
function canExist(scope: string, config: Config | undefined): boolean {
  if (scope === '' || /\s/.test(scope)) return false
  if (config === undefined) return true
  return config.issuers.some(({ preset, gatewayScopes: { prefix, map } }) => {
    if (!scope.startsWith(prefix)) return false
    const name = scope.slice(prefix.length)
    const isTarget = [...map.values()].some((targets) => targets.includes(name))
    const isQualified = /^https?:\/\//.test(name) && (preset === 'oci_iam' || preset === 'entra')
    // A scope that is mapped to others does not reach the gateway under its own name.
    return isTarget || (!isQualified && !map.has(name))
  })
}
