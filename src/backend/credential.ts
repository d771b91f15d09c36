import type { CacheUse, Denial, Fault } from '../decision.ts'
import type { Deadline, NumericDate, Seconds } from '../platform/clock.ts'
import { member, type JsonObject } from '../platform/json.ts'
import { cacheKey } from '../platform/cache.ts'
import type { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'

/** A credential as a grant returns it. */
export interface BackendCredential {
  /** The whole value of the `Authorization` header, scheme included. */
  readonly authorization: Redacted
  /** By our clock, counted from before the request. */
  readonly expiresAt: NumericDate
}

export interface ObtainedCredential extends Pick<BackendCredential, 'authorization'> {
  /** Undefined if it does not expire. */
  readonly expiresAt: NumericDate | undefined
  /** The backend's name in the configuration. */
  readonly backend: string
  readonly cache: CacheUse
}

/** A verified caller on the way to a backend. */
export interface BackendCall {
  /** The caller's own token, already verified. */
  readonly token: Redacted
  /** The issuer's name in the configuration. */
  readonly issuer: string
  readonly clientId: string | undefined
  /** The token's scopes, as the issuer names them. */
  readonly tokenScope: readonly string[]
  /** All verified claims. */
  readonly claims: JsonObject
  /** The gateway's arguments other than the token, by name; not verified. */
  readonly arguments: JsonObject | undefined
}

/** A request for a credential that `prepare` has started. */
export type PreparedCredential = Promise<Result<BackendCredential, Fault>>

/** The source of one backend's credentials. */
export interface CredentialSource {
  /**
   * A credential with enough lifetime left, or why there is none. `prepared`: what `prepare` returned for
   * the same decision; if given, `obtain` waits for that request.
   */
  obtain(
    call: BackendCall,
    deadline: Deadline,
    prepared?: PreparedCredential,
  ): Promise<Result<ObtainedCredential, Denial | Fault>>
  /**
   * Starts to fetch a credential that does not depend on the caller, where none is cached, so that a
   * cold function fetches it while it verifies the caller. Undefined if there is nothing to wait for.
   */
  prepare(deadline: Deadline): PreparedCredential | undefined
}

/**
 * Who is affected by the failure: this caller (`caller`), all who use our client (`client`), or unclear
 * until more requests fail (`unclear`).
 */
export type FailureReach = 'caller' | 'unclear' | 'client'

export interface CredentialFailure {
  readonly fault: Fault
  readonly reach: FailureReach
  /** How long the endpoint asks to wait. */
  readonly retryAfter?: Seconds
}

/** A request for a credential, for one user or for the application. */
export interface CredentialRequest {
  /** Cache key of the credential; never a token or a name in clear. */
  readonly key: string
  /** Identifies the caller: failures count per caller, not per token. */
  readonly callerKey: string
  readonly send: (deadline: Deadline) => Promise<Result<BackendCredential, CredentialFailure>>
}

/** A way to obtain a credential. */
export interface Grant {
  /** The request for this call; a denial where the call names nobody to request it for. */
  readonly requestFor: (call: BackendCall) => Result<CredentialRequest, Denial>
  /** The one request for all calls; undefined where it depends on the caller. */
  readonly sharedRequest: CredentialRequest | undefined
}

/** Names that tell callers apart: RFC 7519 §4.1.2, RFC 7662 §2.2. */
const CALLER_CLAIMS = ['sub', 'username']

/** A hash of the caller: issuer and `sub`, else `username`, else the client id. */
export function callerKey({ issuer, claims, clientId }: BackendCall): string {
  const name = CALLER_CLAIMS.find((claim) => typeof member(claims, claim) === 'string')
  return name === undefined
    ? cacheKey(issuer, 'client', clientId ?? '')
    : cacheKey(issuer, name, String(member(claims, name)))
}
