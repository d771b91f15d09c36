import type { HttpAnswer } from '../platform/http.ts'
import { readErrorCode } from './form-request.ts'

/**
 * Whether an answer says that our client's authentication was refused: `certain`, or `possible` where
 * it could as well be about the rest of the request.
 */
export type ClientRefusal = 'certain' | 'possible'

/** Codes that do not mean a wrong client secret, unless the status is 401. */
const CODES_ABOUT_THE_REQUEST: readonly string[] = [
  'invalid_request',
  'invalid_grant',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'insufficient_scope',
  'unsupported_token_type',
  'temporarily_unavailable',
  'server_error',
  'slow_down',
  'use_dpop_nonce',
  'consent_required',
  'interaction_required',
  'login_required',
]

/**
 * With 401 it may be a refusal whatever the code: RFC 6749 §5.2 uses 401 for client authentication only,
 * and servers send it with many codes (Keycloak `invalid_request` and `unauthorized_client`, Auth0
 * `access_denied`, SAP UAA `unauthorized`). With 400 or 403 the code decides; an unknown code, or none,
 * may be a refusal.
 */
export function clientRefusalIn(answer: HttpAnswer): ClientRefusal | undefined {
  const { status } = answer
  if (status < 400) return undefined
  const code = readErrorCode(answer)
  if (code === 'invalid_client') return 'certain'
  if (status === 401) return code === undefined ? 'certain' : 'possible'
  if (status !== 400 && status !== 403) return undefined
  return code !== undefined && CODES_ABOUT_THE_REQUEST.includes(code) ? undefined : 'possible'
}

export const CLIENT_REFUSED_HINT =
  'Compare client id and secret with the application; is it activated?'

/** For a `possible` refusal. */
export const CLIENT_PERHAPS_REFUSED_HINT =
  'Compare client id and secret with the application; if they are right, look at what it is allowed to do.'
