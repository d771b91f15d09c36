/** A credential cache over a scripted grant and a standing clock. */
import { createCredentialCache } from '../../../src/backend/credential-cache.ts'
import type {
  BackendCredential,
  CredentialFailure,
  CredentialRequest,
  Grant,
  PreparedCredential,
} from '../../../src/backend/credential.ts'
import { denial, fault } from '../../../src/decision.ts'
import { plus, seconds, type Deadline, type NumericDate } from '../../../src/platform/clock.ts'
import { Redacted } from '../../../src/platform/redacted.ts'
import { failure, success, type Result } from '../../../src/platform/result.ts'
import { PLENTY_OF_TIME, START, StandingClock } from '../support/time.ts'
import { callBy } from '../support/tokens-for-backends.ts'

export const MIN_LIFETIME_SECONDS = 120

/** What the log has about a credential that was not cached. */
export const MISSED = { backend: 'oic', backendCache: 'miss' } as const

export const UNCLEAR: CredentialFailure = {
  fault: fault('token_endpoint_unavailable', { detail: 'status_503' }),
  reach: 'unclear',
}

export const REFUSED: CredentialFailure = {
  fault: fault('credential_refused', { detail: 'invalid_grant' }),
  reach: 'caller',
}

export type Outcome = Result<BackendCredential, CredentialFailure>

interface TokenRequest {
  /** Counted from 1. */
  readonly number: number
  readonly key: string
  readonly deadline: Deadline
  readonly clock: StandingClock
}

interface Options {
  /** The default is a token of this lifetime, unless the grant is failing. */
  readonly request?: (request: TokenRequest) => Outcome | Promise<Outcome>
  readonly lifetimeSeconds?: number
  /** How requests fail until the test sets `grant.failing`. */
  readonly failing?: CredentialFailure
  /** Whether each caller has a credential of its own, by `clientId`: `ann/2` is a token of ann. */
  readonly isUserBound?: boolean
  /** A chance of 1 makes renewals late and pauses long. */
  readonly chance?: number
}

/** The n-th token. */
export function issued(number: number, expiresAt: NumericDate | undefined): Outcome {
  return success({ authorization: new Redacted(`Bearer ${number}`), expiresAt })
}

/** The n-th token, with a lifetime from the start of the clock. */
export function ending(number: number, lifetimeSeconds: number): Outcome {
  return issued(number, plus(START, seconds(lifetimeSeconds)))
}

export function cacheOver(options: Options = {}) {
  const { lifetimeSeconds = 3600, isUserBound = false, chance = 1 } = options
  const clock = new StandingClock()
  const grant: { failing: CredentialFailure | undefined } = { failing: options.failing }
  const requests: string[] = []
  const issuedTokens: string[] = []
  const ofLifetime = ({ number }: TokenRequest) =>
    grant.failing === undefined
      ? issued(number, plus(clock.now(), seconds(lifetimeSeconds)))
      : failure(grant.failing)
  const { request = ofLifetime } = options
  const requestOf = (key: string): CredentialRequest => ({
    key,
    caller: key.split('/')[0] ?? '',
    send: async (deadline) => {
      requests.push(key)
      return request({ number: requests.length, key, deadline, clock })
    },
  })
  const application = isUserBound ? undefined : requestOf('application')
  const requestFor: Grant['requestFor'] = ({ clientId }) => {
    if (application !== undefined) return success(application)
    return clientId === undefined
      ? failure(denial('subject_missing'))
      : success(requestOf(clientId))
  }
  const source = createCredentialCache(
    {
      backend: 'oic',
      minLifetime: seconds(MIN_LIFETIME_SECONDS),
      onIssued: ({ authorization }) => issuedTokens.push(authorization.reveal()),
    },
    { requestFor, application },
    { clock, chance: () => chance },
  )
  /** `Bearer n` and the use of the cache, or why there is no credential. */
  const obtain = async (
    clientId = 'partner-a',
    deadline = PLENTY_OF_TIME,
    prepared?: PreparedCredential,
  ) => {
    const obtained = await source.obtain(callBy({ clientId }), deadline, prepared)
    return obtained.ok
      ? `${obtained.value.authorization.reveal()} ${obtained.value.cache}`
      : obtained.error
  }
  const obtainAfter = (passedSeconds: number) => {
    clock.advance(passedSeconds)
    return obtain()
  }
  return { clock, grant, requests, issuedTokens, source, obtain, obtainAfter }
}
