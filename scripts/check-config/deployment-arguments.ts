import type { Config } from '../../src/config/model.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import {
  isAuthorization,
  problemAt,
  type PlacedAuthentication,
} from './deployment-specification.ts'

/** The expressions that arguments may have (Oracle, “Passing Tokens to Authorizer Functions”). */
const EXPRESSION = /^request\.((headers|query|cert)\[[^[\]"'\u2018-\u201F]+\]|host|body)$/

export function checkArguments(
  { path, policy }: PlacedAuthentication,
  tokenArgument: string,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const { functionId, parameters, cacheKey, tokenHeader } = policy
  const problems = [
    ...checkFunction(functionId, path),
    ...(tokenHeader !== undefined && isMisspelt(tokenHeader)
      ? [problemAt(`${path}.tokenHeader`, NOT_THE_TOKEN, 'Give Authorization.')]
      : []),
  ]
  const required = argumentsOf(config)
  // The single-argument form names a header, and has no other arguments.
  if (parameters === undefined) {
    const where = `${path}.parameters`
    if (tokenHeader === undefined) {
      const remedy = `Give {"${tokenArgument}": "request.headers[Authorization]"}.`
      problems.push(problemAt(where, 'is missing', remedy))
    }
    if (required.length > 0) {
      const problem = `is missing, and the configuration uses ${required.join(', ')}`
      problems.push(problemAt(where, problem, 'Give each argument that a backend’s `when` names.'))
    }
    return problems
  }
  const missing = [tokenArgument, ...required].filter((name) => !Object.hasOwn(parameters, name))
  const uncached = [tokenArgument, ...required].filter(
    (name) => cacheKey !== undefined && Object.hasOwn(parameters, name) && !cacheKey.includes(name),
  )
  const unknown = (cacheKey ?? []).filter((name) => !Object.hasOwn(parameters, name))
  return [
    ...problems,
    ...Object.entries(parameters).flatMap(([name, value]) =>
      checkExpression(`${path}.parameters.${name}`, value, name === tokenArgument),
    ),
    ...missing.map((name) =>
      problemAt(
        `${path}.parameters`,
        `has no argument ${name}`,
        name === tokenArgument
          ? `Give "${name}": "request.headers[Authorization]", or set token_argument to the name that is here.`
          : 'Add it: a backend’s `when` uses it.',
      ),
    ),
    ...uncached.map((name) =>
      problemAt(
        `${path}.cacheKey`,
        `does not have ${name}`,
        'Add it, or remove cacheKey: the gateway would give one call’s answer to another.',
      ),
    ),
    ...unknown.map((name) =>
      problemAt(`${path}.cacheKey`, `has ${name}, which is not an argument`, 'Remove it.'),
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
    : [problemAt(`${path}.functionId`, problem, 'Give the OCID of the function, ocid1.fnfunc.….')]
}

function checkExpression(key: string, value: string, isToken: boolean): readonly ConfigProblem[] {
  if (!EXPRESSION.test(value)) {
    const remedy = isToken
      ? 'Give request.headers[Authorization], without ${} and quotes.'
      : 'Give one such as request.headers[NAME] or request.query[NAME], without ${} and quotes.'
    return [problemAt(key, 'is not an expression that the gateway evaluates', remedy)]
  }
  const [, header] = /^request\.headers\[\s*(.*?)\s*\]$/.exec(value) ?? []
  const isElsewhere =
    /\.(host|body|cert)\b/.test(value) || (header !== undefined && isMisspelt(header))
  return isToken && isElsewhere
    ? [problemAt(key, NOT_THE_TOKEN, 'Give request.headers[Authorization].')]
    : []
}

const NOT_THE_TOKEN = 'is not where callers send the token'

function isMisspelt(header: string): boolean {
  return /^auth/i.test(header) && !isAuthorization(header)
}

/** The arguments by which a backend is chosen. */
function argumentsOf(config: Config | undefined): readonly string[] {
  const names = config?.backends.flatMap(
    ({ condition }) => condition?.arguments.map(({ name }) => name) ?? [],
  )
  return [...new Set(names)]
}
