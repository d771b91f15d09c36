import { fault, type Fault } from '../decision.ts'
import { CLIENT_PERHAPS_REFUSED_HINT, CLIENT_REFUSED_HINT } from '../oauth/client-refusal.ts'
import type { IssuedToken, TokenFailure } from '../oauth/token-endpoint.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { BackendCredential, CredentialFailure, FailureReach } from './credential.ts'

const REASONS = {
  unavailable: 'token_endpoint_unavailable',
  refused: 'credential_refused',
  unusable: 'credential_unusable',
} as const

/** What to look at, by the `detail` of the failure: an error code (RFC 6749 §5.2), or one of ours. */
const HINTS: ReadonlyMap<string, string> = new Map([
  [
    'invalid_scope',
    'Copy the scope from the application for OIC: host, port and `urn:opc:…` belong together.',
  ],
  [
    'unauthorized_client',
    'Compare client id and secret with the application; if they are right, tick this grant in its OAuth configuration.',
  ],
  ['media_type', 'The answer has to be labelled `application/json`.'],
  [
    'invalid_grant',
    'User assertions: does the user exist in the domain, and is the certificate the application’s?',
  ],
  ['several_tokens', 'The scope spans several resources: give the scope of one integration alone.'],
])

/** Statuses by which a server or a proxy may reject one request only (408 and 429 are temporary). */
const ABOUT_ONE_REQUEST = /^status_4(?!08|29)\d\d$/

function reachOf({ kind, detail, clientRefusal }: TokenFailure): FailureReach {
  // `several_tokens` is caused by our configured scope, so it affects all callers.
  if (clientRefusal === 'certain' || detail === 'several_tokens') return 'client'
  const isUnclear = kind === 'unavailable' && !ABOUT_ONE_REQUEST.test(detail)
  return isUnclear || clientRefusal === 'possible' ? 'unclear' : 'caller'
}

function hintFor({ detail, clientRefusal }: TokenFailure): string | undefined {
  if (clientRefusal === 'certain') return CLIENT_REFUSED_HINT
  return (
    HINTS.get(detail) ?? (clientRefusal === undefined ? undefined : CLIENT_PERHAPS_REFUSED_HINT)
  )
}

/** The outcome of a token request as a grant returns it. */
export function toCredential(
  issued: Result<IssuedToken, TokenFailure | Fault>,
): Result<BackendCredential, CredentialFailure> {
  if (!issued.ok) return failure(toCredentialFailure(issued.error))
  const { accessToken, expiresAt } = issued.value
  return success({ authorization: new Redacted(`Bearer ${accessToken.reveal()}`), expiresAt })
}

/** The fault behind a failed token request. A `Fault` comes from reading our own secret. */
export function toCredentialFailure(error: TokenFailure | Fault): CredentialFailure {
  if (!('kind' in error)) return { fault: error, reach: 'unclear' }
  const hint = hintFor(error)
  const logContext = { detail: error.detail, ...(hint === undefined ? {} : { hint }) }
  return {
    fault: fault(REASONS[error.kind], logContext),
    reach: reachOf(error),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  }
}
