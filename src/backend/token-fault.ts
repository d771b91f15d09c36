import { fault, type Fault } from '../decision.ts'
import { INVALID_CLIENT_HINT, type TokenFailure } from '../oauth/token-endpoint.ts'
import type { CredentialFailure, FailureReach } from './credential.ts'

const REASONS = {
  unavailable: 'token_endpoint_unavailable',
  refused: 'credential_refused',
  unusable: 'credential_unusable',
} as const

/** What to look at, by the error code of the answer (RFC 6749 §5.2). */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['invalid_client', INVALID_CLIENT_HINT],
  [
    'invalid_scope',
    'Copy the scope from the integration’s application: host, port and `urn:opc:…` belong together.',
  ],
  ['unauthorized_client', 'Tick this grant in the application’s OAuth configuration.'],
  [
    'invalid_grant',
    'User assertions: does the user exist in the domain, and is the certificate the application’s?',
  ],
  ['several_tokens', 'The scope spans several resources: give the scope of one integration alone.'],
])

/** Statuses by which a server or a proxy rejects this one request (408 is about time). */
const ABOUT_THE_REQUEST = /^status_4(?!08|29)\d\d$/

/** A refused client, and what our own scope causes. */
const ABOUT_OUR_CLIENT = ['invalid_client', 'several_tokens']

/** About our client by the standard, but some servers mean the caller's token. */
const PERHAPS_ABOUT_OUR_CLIENT = 'unauthorized_client'

function reachOf({ kind, detail }: TokenFailure): FailureReach {
  if (ABOUT_OUR_CLIENT.includes(detail)) return 'client'
  const isUnclear = kind === 'unavailable' && !ABOUT_THE_REQUEST.test(detail)
  return isUnclear || detail === PERHAPS_ABOUT_OUR_CLIENT ? 'unclear' : 'caller'
}

/** The fault behind a failed token request. One that is a fault already is about a secret of ours. */
export function toCredentialFailure(error: TokenFailure | Fault): CredentialFailure {
  if (!('kind' in error)) return { fault: error, reach: 'unclear' }
  const hint = HINTS.get(error.detail)
  const circumstances = { detail: error.detail, ...(hint === undefined ? {} : { hint }) }
  return {
    fault: fault(REASONS[error.kind], circumstances),
    reach: reachOf(error),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  }
}
