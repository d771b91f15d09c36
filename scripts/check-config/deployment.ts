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
      filterHeaders: v.optional(
        v.looseObject({ type: v.string(), items: v.array(v.looseObject({ name: v.string() })) }),
      ),
    }),
  ),
})

const authenticationPolicy = v.looseObject({
  type: v.string(),
  functionId: v.optional(v.string()),
  parameters: v.optional(v.record(v.string(), v.string())),
  cacheKey: v.optional(v.array(v.string())),
  tokenHeader: v.optional(v.string()),
})

/** What is looked at of an `ApiSpecification` (OCI API Gateway); the rest may be anything. */
const specificationSchema = v.looseObject({
  requestPolicies: v.looseObject({
    authentication: v.optional(authenticationPolicy),
    dynamicAuthentication: v.optional(
      v.looseObject({
        authenticationServers: v.array(
          v.looseObject({ authenticationServerDetail: authenticationPolicy }),
        ),
      }),
    ),
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
type Authentication = v.InferOutput<typeof authenticationPolicy>

interface PlacedAuthentication {
  /** Where it is in the specification. */
  readonly path: string
  readonly policy: Authentication
}

export function isDeployment(json: object): boolean {
  return 'routes' in json && !('issuers' in json)
}

/** The OCIDs of the authorizer functions that the deployment calls. */
export function functionsOf(json: unknown): readonly string[] {
  const parsed = v.safeParse(specificationSchema, json)
  return parsed.success
    ? authorizersOf(parsed.output).flatMap(({ policy }) => policy.functionId ?? [])
    : []
}

/** The headers that each route sets, where the back end is reached with a token. */
export function routesOf(json: unknown): readonly RouteHeaders[] {
  const parsed = v.safeParse(specificationSchema, json)
  if (!parsed.success) return []
  return parsed.output.routes.flatMap(({ path, requestPolicies }) => {
    const headers = requestPolicies?.headerTransformations?.setHeaders?.items ?? []
    return headers.length === 0 ? [] : [{ path, headers }]
  })
}

export interface RouteHeaders {
  readonly path: string
  readonly headers: readonly v.InferOutput<typeof headerItem>[]
}

/** `config`: undefined if only the specification is given. */
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
  if (authenticationsOf(parsed.output).length === 0) {
    return [
      {
        key: at('requestPolicies.authentication'),
        problem: 'is missing',
        remedy: 'Compare it with deploy/api-deployment.json.',
      },
    ]
  }
  const authorizers = authorizersOf(parsed.output)
  if (authorizers.length === 0) return []
  return [
    ...authorizers.flatMap((each) => checkArguments(each, settings.tokenArgument, config)),
    ...parsed.output.routes.flatMap((route, index) => checkRoute(route, index, config)),
  ]
}

/** Deployments may also choose an authentication policy for each request. */
function authenticationsOf({ requestPolicies }: Specification): readonly PlacedAuthentication[] {
  const { authentication, dynamicAuthentication } = requestPolicies
  const path = 'requestPolicies.authentication'
  return [
    ...(authentication === undefined ? [] : [{ path, policy: authentication }]),
    ...(dynamicAuthentication?.authenticationServers ?? []).map((server, index) => ({
      path: `requestPolicies.dynamicAuthentication.authenticationServers.${index}.authenticationServerDetail`,
      policy: server.authenticationServerDetail,
    })),
  ]
}

function authorizersOf(specification: Specification): readonly PlacedAuthentication[] {
  return authenticationsOf(specification).filter(
    ({ policy }) => policy.type === 'CUSTOM_AUTHENTICATION',
  )
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

/** The expressions that arguments may have (Oracle, “Passing Tokens to Authorizer Functions”). */
const EXPRESSION = /^request\.((headers|query|cert)\[[^[\]]+\]|host|body)$/

function checkArguments(
  { path, policy }: PlacedAuthentication,
  tokenArgument: string,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const { functionId, parameters, cacheKey, tokenHeader } = policy
  const problems = [
    ...checkFunction(functionId, path),
    ...(tokenHeader !== undefined && isMisspelt(tokenHeader)
      ? [toProblem([`${path}.tokenHeader`, NOT_THE_TOKEN, 'Give Authorization.'])]
      : []),
  ]
  // The single-argument form names a header, and has no other arguments.
  const names = parameters === undefined ? undefined : Object.keys(parameters)
  const needed = argumentsOf(config)
  if (names === undefined) {
    if (tokenHeader === undefined) {
      problems.push(
        toProblem([
          `${path}.parameters`,
          'is missing',
          `Give {"${tokenArgument}": "request.headers[Authorization]"}.`,
        ]),
      )
    }
    if (needed.length > 0) {
      problems.push(
        toProblem([
          `${path}.parameters`,
          `is missing, and the configuration looks at ${needed.join(', ')}`,
          'Give each argument that a backend’s `when` names.',
        ]),
      )
    }
    return problems
  }
  const lacking = [tokenArgument, ...needed].filter((name) => !names.includes(name))
  const uncached = [tokenArgument, ...needed].filter(
    (name) => cacheKey !== undefined && names.includes(name) && !cacheKey.includes(name),
  )
  const unknown = (cacheKey ?? []).filter((name) => !names.includes(name))
  return [
    ...problems,
    ...Object.entries(parameters ?? {}).flatMap(([name, value]) =>
      checkExpression(`${path}.parameters.${name}`, value, name === tokenArgument),
    ),
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

function checkFunction(functionId: string | undefined, path: string): readonly ConfigProblem[] {
  const problem =
    functionId === undefined || /REGION|UNIQUE|<|…/.test(functionId)
      ? 'is missing or a placeholder'
      : functionId.startsWith('ocid1.fnfunc.')
        ? undefined
        : 'is not the OCID of a function'
  return problem === undefined
    ? []
    : [toProblem([`${path}.functionId`, problem, 'Give the OCID of the function, ocid1.fnfunc.….'])]
}

function checkExpression(key: string, value: string, isToken: boolean): readonly ConfigProblem[] {
  if (!EXPRESSION.test(value)) {
    const remedy = isToken
      ? 'Give request.headers[Authorization], without ${}.'
      : 'Give one such as request.headers[NAME] or request.query[NAME], without ${}.'
    return [toProblem([key, 'is not an expression that the gateway evaluates', remedy])]
  }
  const [, header] = /^request\.headers\[\s*(.*?)\s*\]$/.exec(value) ?? []
  const isElsewhere =
    /\.(host|body|cert)\b/.test(value) || (header !== undefined && isMisspelt(header))
  return isToken && isElsewhere ? [toProblem([key, NOT_THE_TOKEN, AUTHORIZATION_ARGUMENT])] : []
}

const NOT_THE_TOKEN = 'is not where callers send the token'

function isMisspelt(header: string): boolean {
  return /^auth/i.test(header) && !isAuthorization(header)
}

const AUTHORIZATION_ARGUMENT = 'Give request.headers[Authorization].'

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
  const transformations = requestPolicies?.headerTransformations
  const policies = `${where}.requestPolicies`
  const headers = `${policies}.headerTransformations`
  const problems: (readonly string[])[] = []
  const objection = isOwnAnswer ? undefined : objectionToHeaders(transformations)
  if (isOpen) {
    if (JSON.stringify(transformations ?? null).includes('request.auth[back_end_token]')) {
      problems.push([
        `${policies}.authorization`,
        'is ANONYMOUS, so that calls without a token pass and have no token for the backend',
        'Set its type to AUTHENTICATION_ONLY, or to ANY_OF with the scopes that are allowed.',
      ])
    }
  } else if (objection !== undefined) problems.push([headers, ...objection])
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

type Transformations = NonNullable<
  Specification['routes'][number]['requestPolicies']
>['headerTransformations']

/** The first thing because of which the backend does not get exactly the token. */
function objectionToHeaders(
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
        'Filters run last: take Authorization out of a BLOCK list, or add it to the ALLOW list.',
      ]
    : undefined
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization'
}

const SET_HEADER =
  'Set Authorization to ${request.auth[back_end_token]} with "ifExists": "OVERWRITE".'

/** Whether an issuer's tokens may show the gateway this scope. */
function canExist(scope: string, config: Config | undefined): boolean {
  if (scope === '' || /\s/.test(scope)) return false
  if (config === undefined) return true
  return config.issuers.some(({ provider, gatewayScopes: { prefix, map } }) => {
    if (!scope.startsWith(prefix)) return false
    const name = scope.slice(prefix.length)
    const isTarget = [...map.values()].some((targets) => targets.includes(name))
    const isQualified =
      /^https?:\/\//.test(name) && (provider === 'oci_iam' || provider === 'entra')
    // A scope that is mapped to others does not reach the gateway under its own name.
    return isTarget || (!isQualified && !map.has(name))
  })
}
