import type { Fault } from '../decision.ts'
import type { Clock, Deadline } from '../platform/clock.ts'
import { failure, type Result } from '../platform/result.ts'
import type { SendAsClient, ClientRegistration, ClientRequest } from './client-exchange.ts'
import { readTokenAnswer, type IssuedToken, type TokenFailure } from './token-endpoint.ts'

export interface TokenRequest {
  readonly tokenEndpoint: string
  readonly client: ClientRegistration
  /** `grant_type` and what the grant wants. */
  readonly form: ClientRequest['form']
}

/** Asks for tokens as a registered client. */
export type RequestToken = (
  request: TokenRequest,
  deadline: Deadline,
) => Promise<Result<IssuedToken, TokenFailure | Fault>>

/** A secret that Vault does not give is a fault of its own; the rest is the token endpoint's. */
export function createRequestToken(sendAsClient: SendAsClient, clock: Clock): RequestToken {
  return async ({ tokenEndpoint, client, form }, deadline) => {
    const requestedAt = clock.now()
    const answer = await sendAsClient(
      {
        endpoint: tokenEndpoint,
        client,
        form,
        // Nothing in the answer says whose token it is. Tokens are fetched seldom enough for this.
        connection: 'own',
      },
      deadline,
    )
    if (answer.ok) return readTokenAnswer(answer.value, requestedAt, clock.now())
    return failure(
      typeof answer.error === 'string'
        ? { kind: 'unavailable', detail: answer.error }
        : answer.error,
    )
  }
}
