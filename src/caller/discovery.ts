/**
 * Owns the endpoints that an issuer publishes (OpenID Connect Discovery 1.0 §4, RFC 8414).
 * I/O: fetches the metadata document through the HTTP door.
 */
import type { DiscoveryConfig } from '../config/model.ts'
import { endpointProblem } from '../platform/endpoint.ts'
import { fault, type Fault } from '../decision.ts'
import { readJsonAnswer } from '../oauth/form-request.ts'
import { SingleFlight } from '../platform/cache.ts'
import {
  isOver,
  isWithin,
  numericDate,
  seconds,
  type Clock,
  type Deadline,
  type NumericDate,
} from '../platform/clock.ts'
import type { Http, HttpAnswer } from '../platform/http.ts'
import { member, type JsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'

export type DiscoveredEndpoint = 'jwks_uri' | 'introspection_endpoint'

export type Discover = (
  endpoint: DiscoveredEndpoint,
  deadline: Deadline,
) => Promise<Result<string, Fault>>

/** Endpoints move rarely; the document is read again after a day. */
const MAX_AGE = seconds(86_400)

/** The next try after one that failed, while there is no document, and while the last one serves. */
const RETRY_WITHOUT = seconds(2)
const RETRY_WITH = seconds(60)

/** An endpoint that takes longer is slow, whoever asks. */
const SOON = seconds(1)

/**
 * The last good document serves on when a new one cannot be had, or lacks one of the endpoints that
 * are `needed`.
 */
export function createDiscovery(
  config: DiscoveryConfig,
  needed: readonly DiscoveredEndpoint[],
  http: Http,
  clock: Clock,
): Discover {
  let metadata: JsonObject | undefined
  let fetchedAt = numericDate(Number.NEGATIVE_INFINITY)
  let lastFailure: { readonly at: NumericDate; readonly fault: Fault } | undefined
  const flights = new SingleFlight<JsonObject, Fault>()

  const isTooSoon = ({ at }: { readonly at: NumericDate }): boolean =>
    isWithin(metadata === undefined ? RETRY_WITHOUT : RETRY_WITH, at, clock.now())

  /** Fetches, unless that failed only just before. */
  const renew = async (deadline: Deadline): Promise<Result<JsonObject, Fault>> => {
    if (lastFailure !== undefined && isTooSoon(lastFailure)) return failure(lastFailure.fault)
    return flights.run('', deadline, async () => {
      const startedAt = clock.now()
      const fetched = await fetch(deadline)
      // Whose own time was up so soon has learnt nothing of the endpoint.
      if (!fetched.ok && isOver(deadline) && isWithin(SOON, startedAt, clock.now())) return fetched
      lastFailure = fetched.ok ? undefined : { at: clock.now(), fault: fetched.error }
      return fetched
    })
  }

  const fetch = async (deadline: Deadline): Promise<Result<JsonObject, Fault>> => {
    const request = {
      method: 'GET',
      url: config.url,
      headers: { Accept: 'application/json' },
    } as const
    const answer = await http(request, deadline)
    if (!answer.ok) return failure(fault('discovery_unavailable', { detail: answer.error }))
    const read = readMetadata(answer.value, config.issuer, needed)
    if (read.ok) {
      metadata = read.value
      fetchedAt = clock.now()
    }
    return read
  }

  return async (endpoint, deadline) => {
    if (metadata === undefined || !isWithin(MAX_AGE, fetchedAt, clock.now())) {
      const fetched = await renew(deadline)
      if (!fetched.ok && metadata === undefined) return fetched
    }
    const url = metadata && endpointIn(metadata, endpoint)
    return url === undefined
      ? failure(fault('discovery_unusable', { detail: endpoint }))
      : success(url)
  }
}

function endpointIn(metadata: JsonObject, endpoint: DiscoveredEndpoint): string | undefined {
  const url = member(metadata, endpoint)
  return typeof url === 'string' && endpointProblem(url) === undefined ? url : undefined
}

/** §4.3: the `issuer` of the document has to be the configured one, byte for byte. */
export function readMetadata(
  answer: HttpAnswer,
  issuer: string,
  needed: readonly DiscoveredEndpoint[],
): Result<JsonObject, Fault> {
  if (answer.status !== 200) {
    return failure(fault('discovery_unavailable', { detail: `status_${answer.status}` }))
  }
  const metadata = readJsonAnswer(answer)
  if (metadata === undefined) return failure(fault('discovery_unusable', { detail: 'not_json' }))
  if (member(metadata, 'issuer') !== issuer) {
    return failure(fault('discovery_unusable', { detail: 'issuer' }))
  }
  const missing = needed.find((endpoint) => endpointIn(metadata, endpoint) === undefined)
  return missing === undefined
    ? success(metadata)
    : failure(fault('discovery_unusable', { detail: missing }))
}
