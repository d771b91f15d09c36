/** Checks whether an API deployment specification fits this authorizer and its configuration. */
import * as v from 'valibot'
import type { Config, Settings } from '../../src/config/model.ts'
import type { ConfigProblem } from '../../src/config/problems.ts'
import { checkArguments } from './deployment-arguments.ts'
import { checkRoute } from './deployment-routes.ts'
import {
  authenticationsOf,
  authorizersOf,
  namesToken,
  problemAt,
  specificationSchema,
} from './deployment-specification.ts'

const COMPARE = 'Compare it with deploy/api-deployment.json.'

/** `config`: undefined if only the specification is given. */
export function checkDeployment(
  json: unknown,
  settings: Pick<Settings, 'tokenArgument'>,
  config: Config | undefined,
): readonly ConfigProblem[] {
  const parsed = v.safeParse(specificationSchema, json)
  if (!parsed.success) {
    return parsed.issues.map((issue) =>
      problemAt(
        v.getDotPath(issue) ?? '',
        issue.received === 'undefined' ? 'is missing' : `is not ${kindOf(issue.expected)}`,
        COMPARE,
      ),
    )
  }
  if (authenticationsOf(parsed.output).length === 0) {
    return [problemAt('requestPolicies.authentication', 'is missing', COMPARE)]
  }
  const authorizers = authorizersOf(parsed.output)
  if (authorizers.length === 0) {
    const isExpected = config !== undefined || namesToken(parsed.output.routes)
    return isExpected ? [NO_AUTHORIZER] : []
  }
  return [
    ...authorizers.flatMap((each) => checkArguments(each, settings.tokenArgument, config)),
    ...parsed.output.routes.flatMap((route, index) => checkRoute(route, index, config)),
  ]
}

const NO_AUTHORIZER = problemAt(
  'requestPolicies.authentication.type',
  'is not CUSTOM_AUTHENTICATION: the function is never called',
  COMPARE,
)

function kindOf(expected: string | null): string {
  const kinds: Readonly<Record<string, string>> = {
    string: 'a string',
    Array: 'a list',
    Object: 'an object',
  }
  return kinds[expected ?? ''] ?? 'what the gateway accepts'
}
