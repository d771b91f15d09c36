/**
 * Owns what the backend wants to see of us, and what there is to come by it.
 * Pure.
 */
import type { CacheUse, Denial, Fault } from '../decision.ts'
import type { IssuedToken } from '../oauth/token-endpoint.ts'
import type { Deadline, NumericDate, Seconds } from '../platform/clock.ts'
import type { JsonObject } from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'

/** A credential as a grant yields it. */
export interface BackendCredential {
  /** The whole value of the `Authorization` header, scheme included. */
  readonly authorization: Redacted
  /** Its end by our clock, reckoned from before it was asked for; undefined where it has none. */
  readonly expiresAt: NumericDate | undefined
}

export interface ObtainedCredential extends BackendCredential {
  /** The backend's name in the configuration. */
  readonly backend: string
  readonly cache: CacheUse
}

/** A verified caller on the way to a backend. */
export interface BackendCall {
  /** The caller's own token, judged good. */
  readonly token: Redacted
  /** The issuer's name in the configuration. */
  readonly issuer: string
  readonly clientId: string | undefined
  /** The token's scopes, as the issuer names them. */
  readonly scope: readonly string[]
  /** All claims that the issuer vouches for. */
  readonly claims: JsonObject
  /** What else the gateway passed on of the request, by argument name; nobody vouches for it. */
  readonly arguments: JsonObject | undefined
}

/** Where one backend's credentials come from. */
export interface CredentialSource {
  /** A credential that lives long enough to be handed out, or why there is none. */
  obtain(call: BackendCall, deadline: Deadline): Promise<Result<ObtainedCredential, Denial | Fault>>
  /**
   * Begins to fetch what does not depend on the caller, where nothing is at hand: so that a cold
   * function waits for it and for the judgement of the caller at the same time.
   */
  prepare(deadline: Deadline): void
}

/** In whose name a credential is asked for. */
export interface Subject {
  /** Tells subjects apart; never a token or a name in clear. */
  readonly key: string
}

/**
 * Whether the next request fares better: for somebody else it may (`subject`); for nobody
 * (`everybody`), which no caller can bring about; or it shows when others fail, too (`unclear`).
 */
export type FailureReach = 'subject' | 'unclear' | 'everybody'

export interface CredentialFailure {
  readonly fault: Fault
  readonly reach: FailureReach
  /** How long the endpoint wants to be left alone. */
  readonly retryAfter?: Seconds
}

/** A way to a credential. */
export interface Grant<S extends Subject> {
  /** In whose name this call's credential is to be; a denial where the call has no such name. */
  readonly subjectOf: (call: BackendCall) => Result<S, Denial>
  /** The subject where it is this application, whoever calls; undefined where callers differ. */
  readonly application: S | undefined
  /** Asks for a new credential, whatever is at hand already. */
  readonly request: (
    subject: S,
    deadline: Deadline,
  ) => Promise<Result<BackendCredential, CredentialFailure>>
}

export function toBearerCredential({ accessToken, expiresAt }: IssuedToken): BackendCredential {
  return {
    authorization: new Redacted(`Bearer ${accessToken.reveal()}`),
    expiresAt,
  }
}
