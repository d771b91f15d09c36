/** A credential cache with a scripted grant and a clock that only the test moves. */
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

/** The log members of a credential that was not cached. */
export const MISSED = { backend: 'oic', backendCache: 'miss' } as const

export const SERVER_ERROR: CredentialFailure = {
  fault: fault('token_endpoint_unavailable', { detail: 'status_503' }),
  reach: 'unclear',
}

/** The fault of a request that fails with `SERVER_ERROR`, and of the pause after it. */
export const STATUS_503 = fault('token_endpoint_unavailable', { ...MISSED, detail: 'status_503' })

/** The fault of a credential with less than the minimum lifetime. */
export const TOO_SHORT = fault('credential_too_short_lived', MISSED)

export const INVALID_GRANT: CredentialFailure = {
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
  /** By default, a token of `lifetimeSeconds`, unless `grant.failing` is set. */
  readonly request?: (request: TokenRequest) => Outcome | Promise<Outcome>
  readonly lifetimeSeconds?: number
  /** The initial value of `grant.failing`. */
  readonly failing?: CredentialFailure
  /** Each `clientId` gets its own credential: `ann/2` is the second token of the caller `ann`. */
  readonly isUserBound?: boolean
  /** With 1, renewals are as late and pauses as long as possible. */
  readonly chance?: number
}

export function issued(number: number, expiresAt: NumericDate): Outcome {
  return success({ authorization: new Redacted(`Bearer ${number}`), expiresAt })
}

/** A token whose lifetime starts with the clock. */
export function issuedAtStart(number: number, lifetimeSeconds: number): Outcome {
  return issued(number, plus(START, seconds(lifetimeSeconds)))
}

export function createCache(options: Options = {}) {
  const { lifetimeSeconds = 3600, isUserBound = false, chance = 1 } = options
  const clock = new StandingClock()
  const grant: { failing: CredentialFailure | undefined } = { failing: options.failing }
  const requests: string[] = []
  const issuedTokens: string[] = []
  const defaultRequest = ({ number }: TokenRequest) =>
    grant.failing === undefined
      ? issued(number, plus(clock.now(), seconds(lifetimeSeconds)))
      : failure(grant.failing)
  const { request = defaultRequest } = options
  const requestOf = (key: string): CredentialRequest => ({
    key,
    callerKey: key.split('/')[0] ?? '',
    send: async (deadline) => {
      requests.push(key)
      return request({ number: requests.length, key, deadline, clock })
    },
  })
  const sharedRequest = isUserBound ? undefined : requestOf('application')
  const requestFor: Grant['requestFor'] = ({ clientId }) => {
    if (sharedRequest !== undefined) return success(sharedRequest)
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
    { requestFor, sharedRequest },
    { clock, chance: () => chance },
  )
  /** Returns `Bearer 1 miss` (the token and the cache result), or the denial or fault. */
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
