/**
 * Owns what the authorizer can decide: permit, deny or fault, the closed list of reasons, and how
 * long a permit holds.
 * Pure.
 */
import {
  earliest,
  earlier,
  later,
  seconds,
  type NumericDate,
  type Seconds,
} from './platform/clock.ts'
import type { Redacted } from './platform/redacted.ts'

/** The error code of a Bearer challenge (RFC 6750 §3.1); `none` is the bare challenge. */
export type ChallengeError = 'none' | 'invalid_request' | 'invalid_token' | 'insufficient_scope'

interface DenialMeaning {
  readonly challenge: ChallengeError
  readonly meaning: string
  readonly remedy: string
}

interface FaultMeaning {
  readonly meaning: string
  readonly remedy: string
}

/** Why a token was judged bad. The log tells the reason; the caller is told the challenge alone. */
export const DENIAL_REASONS = {
  token_missing: {
    challenge: 'none',
    meaning: 'The request carries no token.',
    remedy:
      'Send `Authorization: Bearer …`. If callers do, check that the deployment passes the header as the argument `token`.',
  },
  scheme_unsupported: {
    challenge: 'none',
    meaning: 'The credentials are of another scheme than Bearer.',
    remedy: 'Send `Authorization: Bearer …`.',
  },
  request_malformed: {
    challenge: 'invalid_request',
    meaning: 'What the gateway sent is not one of the two documented payloads.',
    remedy:
      'Check the authentication policy: multi-argument (`parameters`) or single-argument (`tokenHeader`).',
  },
  token_repeated: {
    challenge: 'invalid_request',
    meaning: 'More than one token came with the request.',
    remedy: 'Send one `Authorization` header with one token.',
  },
  token_malformed: {
    challenge: 'invalid_request',
    meaning: 'The token has characters that no Bearer token has (RFC 6750 §2.1).',
    remedy: 'Send the token as it was issued: no quotes, no blanks, no line breaks.',
  },
  token_too_long: {
    challenge: 'invalid_request',
    meaning: 'The token is longer than 16 KiB.',
    remedy:
      'Have the identity provider put fewer claims into it; the gateway takes 8 KB of headers.',
  },
  token_inactive: {
    challenge: 'invalid_token',
    meaning:
      'The identity provider says that the token is not active: expired, revoked, unknown or not its own.',
    remedy:
      'Get a new token. If new ones are refused too, they come from another identity provider.',
  },
  token_expired: {
    challenge: 'invalid_token',
    meaning: 'The token’s `exp` has passed.',
    remedy: 'Get a new token; check the clocks if it is new.',
  },
  token_not_yet_valid: {
    challenge: 'invalid_token',
    meaning: 'The token’s `nbf` or `iat` lies in the future, beyond the tolerance.',
    remedy: 'Check the clocks; `clock_tolerance_seconds` allows for some difference.',
  },
  claims_malformed: {
    challenge: 'invalid_token',
    meaning: 'A claim of the token has a type or a value that it cannot have.',
    remedy:
      'Look at the token: `exp`, `nbf`, `iat` are numbers of seconds, `iss` and `sub` strings.',
  },
  issuer_mismatch: {
    challenge: 'invalid_token',
    meaning: 'The token’s `iss` is missing or is not the configured `issuer`, byte for byte.',
    remedy:
      'Compare both; a trailing slash counts. Identity domains use `https://identity.oraclecloud.com/`.',
  },
  audience_mismatch: {
    challenge: 'invalid_token',
    meaning: 'None of the token’s `aud` values is in the configured `audience`.',
    remedy: 'Ask for a token with a scope of this API’s resource server, or correct `audience`.',
  },
  token_type_wrong: {
    challenge: 'invalid_token',
    meaning: 'It is no access token: an ID token, a refresh token or another kind.',
    remedy: 'Send the `access_token` of the token answer.',
  },
  token_sender_constrained: {
    challenge: 'invalid_token',
    meaning:
      'The token is bound to a key (`cnf`: DPoP or mutual TLS) and came as a plain Bearer token.',
    remedy: 'Have the identity provider issue Bearer tokens for this API.',
  },
  client_not_allowed: {
    challenge: 'invalid_token',
    meaning: 'The token’s client is unknown or not among `allowed_clients`.',
    remedy: 'Add the client id, or leave `allowed_clients` empty to allow every client.',
  },
  scope_insufficient: {
    challenge: 'insufficient_scope',
    meaning: 'The token lacks one of the `required_scopes`.',
    remedy: 'Ask for a token with all of them; identity domains put short scope names into tokens.',
  },
} as const satisfies Record<string, DenialMeaning>

/** Why no judgement, or no credential for the backend, could be had. The caller sees 502. */
export const FAULT_REASONS = {
  config_invalid: {
    meaning:
      'The configuration has problems; the event `config_invalid` of the cold start lists them all.',
    remedy: 'Correct the keys that it names. A change works from the next cold start on.',
  },
  secret_unavailable: {
    meaning: 'Vault did not give a secret.',
    remedy:
      '404: wrong OCID, or no policy that lets this function read it (new policies take up to 15 minutes). 401: resource principal or clock. Otherwise: route to Vault (service gateway).',
  },
  secret_unusable: {
    meaning: 'The secret is empty, or no UTF-8 text, or no key where a key is wanted.',
    remedy: 'Create a new version of the secret.',
  },
  introspection_unavailable: {
    meaning: 'The introspection endpoint did not answer, or not with status 200.',
    remedy:
      '`detail` tells how: name, connection, TLS, time, status. Check the endpoint and the subnet’s way out.',
  },
  introspection_refused: {
    meaning: 'The introspection endpoint refused our own client (400 or 401).',
    remedy:
      'Check client id and secret; at an identity domain, tick “Introspect” in the application and activate it.',
  },
  introspection_unusable: {
    meaning: 'The introspection endpoint’s answer is no introspection answer (RFC 7662 §2.2).',
    remedy:
      'Check that `idcs_introspection_endpoint` is the introspection endpoint and no login page.',
  },
  token_endpoint_unavailable: {
    meaning: 'The token endpoint for the backend did not answer, or not as a token endpoint.',
    remedy: '`detail` tells how. 429: the identity domain’s rate limit is reached.',
  },
  credential_refused: {
    meaning: 'The token endpoint refused to issue a token for the backend (RFC 6749 §5.2).',
    remedy:
      '`detail` has its error code. invalid_client: id or secret. invalid_scope: copy the scope from the integration’s application. unauthorized_client: tick the grant.',
  },
  credential_unusable: {
    meaning: 'The token endpoint’s answer holds no usable Bearer token.',
    remedy: '`detail` tells what is wrong with it.',
  },
  credential_too_short_lived: {
    meaning:
      'The token endpoint issues tokens that live shorter than `min_back_end_token_seconds`.',
    remedy:
      'Raise the token lifetime of the integration’s application: the gateway keeps each answer for 60 seconds at least.',
  },
  deadline_exceeded: {
    meaning: 'The time for the call was used up before a decision was made.',
    remedy: 'Look for the slow neighbour; raise the function’s timeout.',
  },
  internal_error: {
    meaning: 'A defect of this software.',
    remedy: 'Report it with the log line; `detail` names the kind of error.',
  },
} as const satisfies Record<string, FaultMeaning>

export type DenialReason = keyof typeof DENIAL_REASONS
export type FaultReason = keyof typeof FAULT_REASONS

/** How a cache took part: `off` where none was asked. */
export type CacheUse = 'hit' | 'miss' | 'off'

/** What is known of a decision when it is made; for the log. */
export interface Circumstances {
  /** Tells apart the tokens that one process sees. */
  readonly tokenFingerprint?: string
  /** The issuer's name in the configuration. */
  readonly issuer?: string
  readonly clientId?: string
  readonly callerCache?: CacheUse
  /** The backend's name in the configuration. */
  readonly backend?: string
  readonly backEndCache?: CacheUse
  /** A word on what went wrong, from fixed lists: never anything that a token or an answer holds. */
  readonly detail?: string
}

export interface Permit {
  readonly outcome: 'permit'
  readonly reason: 'permitted'
  readonly principal: string | undefined
  readonly clientId: string | undefined
  readonly scope: readonly string[]
  readonly expiresAt: NumericDate
  /** The value of the backend's `Authorization` header. */
  readonly authorization: Redacted
  /** The claims that the configuration lists, as strings. */
  readonly claims: Readonly<Record<string, string>>
  readonly circumstances: Circumstances
}

export interface Denial {
  readonly outcome: 'deny'
  readonly reason: DenialReason
  /** The scopes that the request needs; with `scope_insufficient` alone (RFC 6750 §3). */
  readonly requiredScopes?: readonly string[]
  readonly circumstances: Circumstances
}

export interface Fault {
  readonly outcome: 'fault'
  readonly reason: FaultReason
  readonly circumstances: Circumstances
}

export type Decision = Permit | Denial | Fault

export const denial = (reason: DenialReason, circumstances: Circumstances = {}): Denial => ({
  outcome: 'deny',
  reason,
  circumstances,
})

export const fault = (reason: FaultReason, circumstances: Circumstances = {}): Fault => ({
  outcome: 'fault',
  reason,
  circumstances,
})

/** The same decision, with more known about it. What it knew before stands. */
export const withCircumstances = <D extends Denial | Fault>(
  decision: D,
  circumstances: Circumstances,
): D => ({ ...decision, circumstances: { ...circumstances, ...decision.circumstances } })

/** A judged token that names no end holds for this long (contract §6). */
const UNLIMITED_CALLER_SECONDS = seconds(60)

/**
 * The backend's token outlives the decision by this much: the gateway may pass a request on at the
 * last moment, and the backend judges the token by its own clock.
 */
const BACK_END_MARGIN_SECONDS = seconds(60)

export interface ExpiryBounds {
  /** `exp` of the caller's token, where it has one. */
  readonly caller: NumericDate | undefined
  /** The end of the backend credential, where it has one. */
  readonly credential: NumericDate | undefined
  readonly now: NumericDate
  readonly maxDecision: Seconds
}

/**
 * When the gateway has to ask again: the earliest of the caller's end, the credential's end less
 * its margin, and the longest time that a decision may stand.
 */
export const decisionExpiry = (bounds: ExpiryBounds): NumericDate => {
  const limits = [
    bounds.caller ?? later(bounds.now, UNLIMITED_CALLER_SECONDS),
    later(bounds.now, bounds.maxDecision),
  ]
  if (bounds.credential !== undefined) {
    limits.push(earlier(bounds.credential, BACK_END_MARGIN_SECONDS))
  }
  return earliest(...limits)
}
