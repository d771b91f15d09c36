/** The endpoints that an issuer publishes (OpenID Connect Discovery 1.0 §4, RFC 8414). */
import type { DiscoveryConfig } from '../config/model.ts'
import { discoveredEndpointProblem } from '../platform/endpoint.ts'
import { fault, type Fault } from '../decision.ts'
import { seconds, type Clock, type Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer } from '../platform/http.ts'
import { member, parseJsonObject, type JsonObject } from '../platform/json.ts'
import { Refreshed } from '../platform/refreshed.ts'
import { failure, success, type Result } from '../platform/result.ts'

export type DiscoveredEndpoint = 'jwks_uri' | 'introspection_endpoint'

export type Discover = (
  endpoint: DiscoveredEndpoint,
  deadline: Deadline,
) => Promise<Result<string, Fault>>

/** Endpoints rarely change: the last document is used until there is another one. */
const POLICY = {
  maxAge: seconds(86_400),
  grace: seconds(Number.POSITIVE_INFINITY),
  retryWithValue: seconds(60),
  retryWithoutValue: seconds(2),
}

/** A document without one of the `needed` endpoints does not replace one that has them. */
export function createDiscovery(
  config: DiscoveryConfig,
  needed: readonly DiscoveredEndpoint[],
  http: Http,
  clock: Clock,
): Discover {
  const request = {
    method: 'GET',
    url: config.url,
    headers: { Accept: 'application/json' },
  } as const
  const fetch = async (deadline: Deadline): Promise<Result<JsonObject, Fault>> => {
    const answer = await http(request, deadline)
    return answer.ok
      ? readMetadata(answer.value, config, needed)
      : failure(fault('discovery_unavailable', { detail: answer.error }))
  }
  const metadata = new Refreshed(POLICY, fetch, clock)

  return async (endpoint, deadline) => {
    const current = await metadata.current(deadline)
    if (!current.ok) return current
    const url = endpointIn(current.value.value, endpoint, config)
    return url === undefined ? unusable(endpoint) : success(url)
  }
}

function endpointIn(
  metadata: JsonObject,
  endpoint: DiscoveredEndpoint,
  { url: documentUrl }: DiscoveryConfig,
): string | undefined {
  const url = member(metadata, endpoint)
  return typeof url === 'string' && discoveredEndpointProblem(url, documentUrl) === undefined
    ? url
    : undefined
}

function unusable(detail: string): Result<never, Fault> {
  return failure(fault('discovery_unusable', { detail }))
}

/**
 * Reads the document, whatever its media type: a file server may not know the right one. Its `issuer`
 * has to be the configured one, byte for byte (§4.3).
 */
export function readMetadata(
  answer: HttpAnswer,
  config: DiscoveryConfig,
  needed: readonly DiscoveredEndpoint[],
): Result<JsonObject, Fault> {
  if (answer.status !== 200) {
    return failure(fault('discovery_unavailable', { detail: `status_${answer.status}` }))
  }
  const metadata = parseJsonObject(answer.body)
  if (metadata === undefined) return unusable('not_json')
  if (member(metadata, 'issuer') !== config.issuer) return unusable('issuer')
  const missing = needed.find((endpoint) => endpointIn(metadata, endpoint, config) === undefined)
  return missing === undefined ? success(metadata) : unusable(missing)
}
