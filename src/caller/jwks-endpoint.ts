/**
 * Owns the fetching of an issuer's published keys (RFC 7517 §5), with a token where the endpoint
 * is protected.
 * I/O: asks the endpoint, and the token endpoint for it, through the ports that it is given.
 */
import type { KeyAccess } from '../config/model.ts'
import { fault, type Fault } from '../decision.ts'
import { readJsonAnswer } from '../oauth/form-request.ts'
import type { RequestToken } from '../oauth/token-request.ts'
import type { Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer } from '../platform/http.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { jsonWebKeys, readTrustedKeys, type TrustedKey } from './json-web-key.ts'
import type { FetchKeys } from './signing-keys.ts'

export interface JwksEndpointPorts {
  readonly http: Http
  readonly requestToken: RequestToken
}

/** `locate` gives the address, which discovery may have to find first. */
export function createFetchKeys(
  locate: (deadline: Deadline) => Promise<Result<string, Fault>>,
  access: KeyAccess | undefined,
  { http, requestToken }: JwksEndpointPorts,
): FetchKeys {
  return async (deadline) => {
    const url = await locate(deadline)
    if (!url.ok) return url

    const headers: Record<string, string> = { Accept: 'application/json' }
    if (access !== undefined) {
      // A new token for each fetch: fetches are rare, and a kept token would be one more to expire.
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
    return answer.ok
      ? readJwksAnswer(answer.value)
      : failure(fault('keys_unavailable', { detail: answer.error }))
  }
}

/** The keys that can be trusted. Those that cannot are left out; without any other it is a fault. */
export function readJwksAnswer(answer: HttpAnswer): Result<readonly TrustedKey[], Fault> {
  if (answer.status !== 200) {
    return failure(fault('keys_unavailable', { detail: `status_${answer.status}` }))
  }
  const document = readJsonAnswer(answer)
  const keys = document === undefined ? undefined : jsonWebKeys(document)
  if (keys === undefined) return failure(fault('keys_unusable', { detail: 'no_jwk_set' }))
  const { trusted } = readTrustedKeys(keys)
  return trusted.length > 0
    ? success(trusted)
    : failure(fault('keys_unusable', { detail: 'no_trusted_key' }))
}
