/**
 * Owns what a failed token request means for a decision.
 * Pure.
 */
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

/** Statuses by which a server or a proxy says that it is this request that it does not like. */
const ABOUT_THE_REQUEST = /^status_4(?!08)\d\d$/

/** Refusals of our own client, and what our own scope brings about. */
const ABOUT_US = ['invalid_client', 'several_tokens']

/** So is this by the standard, but some servers mean the caller's token. */
const PERHAPS_ABOUT_US = 'unauthorized_client'

function reachOf({ kind, detail, retryAfter }: TokenFailure): FailureReach {
  const isAboutEverybody =
    ABOUT_US.includes(detail) || detail === 'status_429' || retryAfter !== undefined
  if (isAboutEverybody) return 'everybody'
  const isUnclear = kind === 'unavailable' && !ABOUT_THE_REQUEST.test(detail)
  return isUnclear || detail === PERHAPS_ABOUT_US ? 'unclear' : 'subject'
}

/** A fault that is none of the token endpoint's is one of our secrets. */
export function toCredentialFailure(error: TokenFailure | Fault): CredentialFailure {
  if (!('kind' in error)) return { fault: error, reach: 'everybody' }
  const hint = HINTS.get(error.detail)
  const circumstances = { detail: error.detail, ...(hint === undefined ? {} : { hint }) }
  return {
    fault: fault(REASONS[error.kind], circumstances),
    reach: reachOf(error),
    ...(error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter }),
  }
}
