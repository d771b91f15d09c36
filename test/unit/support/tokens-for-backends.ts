/** A fake token endpoint for grants, and calls of verified callers. */
import type { BackendCall, BackendCredential, Grant } from '../../../src/backend/credential.ts'
import { numericDate, type Deadline } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import type { IssuedToken, TokenFailure } from '../../../src/oauth/token-endpoint.ts'
import type { RequestToken, TokenRequest } from '../../../src/oauth/token-endpoint.ts'
import { jsonObject } from './tokens.ts'
import { START } from './time.ts'

export const ISSUED: IssuedToken = {
  accessToken: new Redacted('abc'),
  expiresAt: numericDate(START + 600),
  issuedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
}

export const REGISTRATION = {
  clientId: 'invoker',
  secretOcid: 'ocid1.vaultsecret.oc1..invoker',
  method: 'client_secret_basic',
  assertion: { keyId: 'key-1', audience: ['https://identity.oraclecloud.com/'] },
} as const

/** A token endpoint with this outcome. */
export function recordingTokenEndpoint(outcome: IssuedToken | TokenFailure = ISSUED) {
  const requests: TokenRequest[] = []
  const requestToken: RequestToken = (request) => {
    requests.push(request)
    return Promise.resolve('kind' in outcome ? failure(outcome) : success(outcome))
  }
  return { requests, requestToken }
}

/** The credential with its header value in plain text, or the failure. */
export function revealed<C extends Pick<BackendCredential, 'authorization'>, E>(
  result: Result<C, E>,
) {
  if (!result.ok) return result.error
  return { ...result.value, authorization: result.value.authorization.reveal() }
}

export function callBy(call: Partial<BackendCall> = {}): BackendCall {
  return {
    token: new Redacted('callers-token'),
    issuer: 'callers',
    clientId: 'partner-a',
    tokenScope: ['read'],
    claims: jsonObject({ sub: 'jdoe' }),
    arguments: undefined,
    ...call,
  }
}

/** Sends the grant's request for the default caller. */
export async function sendRequest(grant: Grant, deadline: Deadline) {
  const request = grant.requestFor(callBy())
  if (!request.ok) throw new Error(`denied: ${request.error.reason}`)
  return request.value.send(deadline)
}
