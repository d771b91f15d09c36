/** Fetches the keys that an issuer publishes (RFC 7517 §5), with a token if the endpoint is protected. */
import type { KeyAccess } from '../config/model.ts'
import { fault, type Fault } from '../decision.ts'
import type { RequestToken } from '../oauth/token-endpoint.ts'
import type { Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer } from '../platform/http.ts'
import { parseJsonObject } from '../platform/json.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { jsonWebKeys, readKeySet, type KeySet, type LeftOutKey } from './json-web-key.ts'
import type { FetchKeys } from './signing-keys.ts'

export interface JwksEndpointPorts {
  readonly http: Http
  readonly requestToken: RequestToken
  readonly reportLeftOut: (keys: readonly LeftOutKey[]) => void
}

/** RFC 7517 §8.5.2. Some servers answer 406 to a request for the general type alone. */
const ACCEPT = 'application/jwk-set+json, application/json'

/** `locate` returns the address, which may have to be discovered first. */
export function createFetchKeys(
  locate: (deadline: Deadline) => Promise<Result<string, Fault>>,
  access: KeyAccess | undefined,
  { http, requestToken, reportLeftOut }: JwksEndpointPorts,
): FetchKeys {
  return async (deadline) => {
    const url = await locate(deadline)
    if (!url.ok) return url

    const headers: Record<string, string> = { Accept: ACCEPT }
    if (access !== undefined) {
      // A new token for each fetch: fetches are rare, and a cached token could have expired.
      const form = { grant_type: 'client_credentials', scope: access.scope }
      const token = await requestToken({ ...access, form }, deadline)
      if (!token.ok) {
        return failure(
          'kind' in token.error
            ? fault('keys_unavailable', { detail: `token_${token.error.detail}` })
            : token.error,
        )
      }
      headers['Authorization'] = `Bearer ${token.value.accessToken.reveal()}`
    }
    const answer = await http({ method: 'GET', url: url.value, headers }, deadline)
    if (!answer.ok) return failure(fault('keys_unavailable', { detail: answer.error }))
    const keySet = readJwksAnswer(answer.value)
    if (!keySet.ok) return keySet
    const { trusted, leftOut } = keySet.value
    reportLeftOut(trusted.length > 0 ? leftOut.filter((key) => !key.hasOtherPurpose) : leftOut)
    return keySet
  }
}

/**
 * Reads the JWK Set, whatever its media type: a file server may not know the right one. Keys that cannot
 * be trusted are left out.
 */
export function readJwksAnswer(answer: HttpAnswer): Result<KeySet, Fault> {
  if (answer.status !== 200) {
    return failure(fault('keys_unavailable', { detail: `status_${answer.status}` }))
  }
  const document = parseJsonObject(answer.body)
  const keys = document === undefined ? undefined : jsonWebKeys(document)
  return keys === undefined
    ? failure(fault('keys_unusable', { detail: 'no_jwk_set' }))
    : success(readKeySet(keys))
}
