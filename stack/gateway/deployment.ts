/**
 * A deployment on the local gateway: its path prefix and its specification. Source: Oracle,
 * "Deploying an API on an API Gateway by Creating an API Deployment".
 */
import type { Origins } from './http-backend.ts'
import { deploymentLimit, pathPrefixLimitCharacters } from './limits.ts'
import { readSpecification, type ApiSpecification } from './read-specification.ts'
import type { GatewaySettings } from './settings.ts'

export interface DeploymentOptions {
  /** With a leading slash; `/` alone mounts the deployment at the gateway's root. */
  readonly pathPrefix: string
  /** The parsed JSON of an API deployment specification. */
  readonly specification: unknown
  /** Its name in the execution log. Default: the path prefix. */
  readonly name?: string
}

export interface Deployment {
  readonly name: string
  readonly pathPrefix: string
  readonly specification: ApiSpecification
}

/** Has all problems of all deployments. */
export class DeploymentError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(['the gateway cannot run this:', ...problems].join('\n  '))
    this.name = 'DeploymentError'
    this.problems = problems
  }
}

/** Throws a `DeploymentError`; with several deployments, its problems begin with the path prefix. */
export function readDeployments(
  options: readonly DeploymentOptions[],
  settings: GatewaySettings,
  origins: Origins,
): Deployment[] {
  const problems: string[] = []
  const deployments: Deployment[] = []
  if (options.length > deploymentLimit) problems.push(`more than ${deploymentLimit} deployments`)
  for (const { pathPrefix, specification: json, name = pathPrefix } of options) {
    const label = options.length > 1 ? `${pathPrefix}: ` : ''
    const problem = pathPrefixProblem(pathPrefix)
    if (problem !== undefined) problems.push(`${label}pathPrefix ${problem}`)
    if (deployments.some((earlier) => earlier.pathPrefix === pathPrefix)) {
      problems.push(`${label}pathPrefix is taken by another deployment`)
    }
    const specification = readSpecification(json, settings, origins)
    if ('problems' in specification) {
      problems.push(...specification.problems.map((one) => label + one))
    } else {
      deployments.push({ name, pathPrefix, specification })
    }
  }
  if (problems.length > 0) throw new DeploymentError(problems)
  return deployments
}

/** The deployment with the longest prefix of a path, and the rest of the path. */
export function findDeployment(
  deployments: readonly Deployment[],
  path: string,
): { readonly deployment: Deployment; readonly rest: string } | undefined {
  return deployments
    .map((deployment) => ({
      deployment,
      mount: deployment.pathPrefix === '/' ? '' : deployment.pathPrefix,
    }))
    .filter(({ mount }) => path.startsWith(`${mount}/`))
    .sort((one, other) => other.mount.length - one.mount.length)
    .map(({ deployment, mount }) => ({ deployment, rest: path.slice(mount.length) }))[0]
}

function pathPrefixProblem(pathPrefix: string): string | undefined {
  if (pathPrefix.length > pathPrefixLimitCharacters) {
    return `must not be longer than ${pathPrefixLimitCharacters} characters`
  }
  return /^\/$|^(\/[\w$.+!*'(),%;:@&=-]+)+$/.test(pathPrefix)
    ? undefined
    : 'must begin with a slash, and not end with one'
}
