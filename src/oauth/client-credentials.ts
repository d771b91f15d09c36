/**
 * Owns the client credentials grant (RFC 6749 §4.4): a token for this application itself.
 * I/O: asks the token endpoint through the port that it is given.
 */
import type { Fault } from '../decision.ts'
import type { Clock, Deadline } from '../platform/clock.ts'
import { failure, type Result } from '../platform/result.ts'
import type { AskAsClient, ClientRegistration } from './client-exchange.ts'
import {
  isInvalidClient,
  readTokenAnswer,
  type IssuedToken,
  type TokenFailure,
} from './token-endpoint.ts'

export interface ClientCredentialsRequest {
  readonly tokenEndpoint: string
  readonly client: ClientRegistration
  /** Sent as it stands. */
  readonly scope: string
}

/** A secret that Vault does not give is a fault of its own; the rest is the token endpoint's. */
export const requestClientCredentialsToken = async (
  { tokenEndpoint, client, scope }: ClientCredentialsRequest,
  askAsClient: AskAsClient,
  clock: Clock,
  deadline: Deadline,
): Promise<Result<IssuedToken, TokenFailure | Fault>> => {
  const requestedAt = clock.now()
  const answer = await askAsClient(
    {
      endpoint: tokenEndpoint,
      client,
      form: { grant_type: 'client_credentials', scope },
      isClientRefused: isInvalidClient,
    },
    deadline,
  )
  if (answer.ok) return readTokenAnswer(answer.value, requestedAt)
  return failure(
    typeof answer.error === 'string' ? { kind: 'unavailable', detail: answer.error } : answer.error,
  )
}
