/**
 * Owns the client credentials grant (RFC 6749 §4.4): the backend sees this application.
 * I/O: asks the token endpoint through the port that it is given.
 */
import type { ClientCredentialsGrantConfig } from '../config/model.ts'
import { fault } from '../decision.ts'
import { toFault, type AskAsClient } from '../oauth/client-exchange.ts'
import type { Clock } from '../platform/clock.ts'
import { failure } from '../platform/result.ts'
import type { RequestCredential } from './credential.ts'
import { isInvalidClient, readTokenAnswer } from './token-endpoint.ts'

export const createClientCredentialsGrant =
  (
    { tokenEndpoint, client, scope }: ClientCredentialsGrantConfig,
    askAsClient: AskAsClient,
    clock: Clock,
  ): RequestCredential =>
  async (deadline) => {
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
    return answer.ok
      ? readTokenAnswer(answer.value, requestedAt)
      : failure(toFault(answer.error, (detail) => fault('token_endpoint_unavailable', { detail })))
  }
