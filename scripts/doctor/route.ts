/** Calls one route of the gateway: without a token, with an invalid one and twice with a valid one. */
import { fail, ok, skip, type Check } from './check.ts'
import { INVALID_TOKEN } from './callers.ts'

/** A function's first call can take long. */
const TIME_LIMIT_MILLISECONDS = 60_000

export async function checkRoute(
  url: string,
  token: string | undefined,
): Promise<readonly Check[]> {
  const checks = [
    await call(url, undefined, 'without a token', problemOfDenied),
    await call(url, INVALID_TOKEN, 'with an invalid token', problemOfDenied),
  ]
  if (token === undefined) {
    return [...checks, skip(['route', 'with a valid token'], 'give one on standard input')]
  }
  return [
    ...checks,
    await call(url, token, 'with a valid token', problemOfPermitted),
    await call(url, token, 'the second time', problemOfPermitted),
    skip(['route', 'the gateway’s cache'], CACHE_IS_NOT_VISIBLE),
  ]
}

/** Headers and status do not differ. */
const CACHE_IS_NOT_VISIBLE =
  'answers do not show it: for the second call, the execution log must have no customAuthentication.cacheMiss, and the function’s log no decision'

type Problem = readonly [problem: string, remedy: string] | undefined

async function call(
  url: string,
  token: string | undefined,
  subject: string,
  problemOf: (status: number, challenge: string) => Problem,
): Promise<Check> {
  const about = ['route', subject] as const
  const startedAt = performance.now()
  try {
    const answer = await fetch(url, {
      headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIME_LIMIT_MILLISECONDS),
    })
    await answer.body?.cancel()
    const found = `status ${answer.status} after ${Math.round(performance.now() - startedAt)} ms`
    const problem = problemOf(answer.status, answer.headers.get('www-authenticate') ?? '')
    return problem === undefined
      ? ok(about, found)
      : fail(about, `${found}: ${problem[0]}`, problem[1])
  } catch {
    return fail(
      about,
      'the gateway does not answer',
      'Compare its host name with the deployment’s endpoint; open port 443 in the subnet’s security list.',
    )
  }
}

function problemOfDenied(status: number): Problem {
  if (status === 401) return undefined
  return status < 400
    ? [
        'the route permits all callers',
        'Give the deployment the CUSTOM_AUTHENTICATION policy, and the route the authorization AUTHENTICATION_ONLY.',
      ]
    : problemOfStatus(status)
}

function problemOfPermitted(status: number, challenge: string): Problem {
  if (status !== 401) return status === 404 ? NOT_FOUND : problemOfStatus(status)
  return challenge.includes('realm="oic-gateway-authorizer"')
    ? [
        'the function denies a token that this configuration permits',
        'The deployed configuration differs: compare it, `oci fn function get --function-id FUNCTION --query data.config`.',
      ]
    : [
        'Oracle Integration does not accept the token that the gateway forwards',
        'In the route’s header transformation, set Authorization to ${request.auth[back_end_token]} with OVERWRITE, without Bearer before it.',
      ]
}

const NOT_FOUND = [
  'there is no such route, or no such integration',
  'Compare path prefix, path and method with the deployment; then that the integration is active and its URL in the route is right.',
] as const

function problemOfStatus(status: number): Problem {
  switch (status) {
    case 403:
      return [
        'the token lacks a scope that the route requires',
        'Compare the route’s allowedScope with the token’s scope.',
      ]
    case 404:
      return NOT_FOUND
    case 405:
      return ['the route does not have GET', 'Give a route with the method GET.']
    case 429:
      return ['a rate limit is reached', 'Wait, or raise the limit of the deployment.']
    case 500:
      return [
        'the gateway cannot call the function',
        "Add the policy `allow any-user to use functions-family in compartment COMPARTMENT where ALL {request.principal.type = 'ApiGateway', request.resource.compartment.id = 'OCID'}`.",
      ]
    case 502:
      return [
        'the function could not decide, or Oracle Integration did not answer',
        'Read the function’s log: `npm run -s explain -- --log FILE`.',
      ]
    case 503:
    case 504:
      return [
        'the function or Oracle Integration did not answer in time',
        'Compare the route’s readTimeoutInSeconds and the function’s timeout with the times in the logs.',
      ]
    default:
      return undefined
  }
}
