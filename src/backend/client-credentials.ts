/**
 * Owns the backend credential of the client credentials grant: the backend sees this application.
 * I/O: asks the token endpoint through the port that it is given.
 */
import type { ClientCredentialsGrantConfig } from '../config/model.ts'
import { fault, type Fault } from '../decision.ts'
import { requestClientCredentialsToken } from '../oauth/client-credentials.ts'
import type { AskAsClient } from '../oauth/client-exchange.ts'
import type { TokenFailure } from '../oauth/token-endpoint.ts'
import type { Clock } from '../platform/clock.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success } from '../platform/result.ts'
import type { RequestCredential } from './credential.ts'

export const createClientCredentialsGrant =
  (
    grant: ClientCredentialsGrantConfig,
    askAsClient: AskAsClient,
    clock: Clock,
  ): RequestCredential =>
  async (deadline) => {
    const issued = await requestClientCredentialsToken(grant, askAsClient, clock, deadline)
    if (!issued.ok) return failure(toFault(issued.error))
    const { accessToken, expiresAt } = issued.value
    return success({ authorization: new Redacted(`Bearer ${accessToken.reveal()}`), expiresAt })
  }

const REASONS = {
  unavailable: 'token_endpoint_unavailable',
  refused: 'credential_refused',
  unusable: 'credential_unusable',
} as const

const toFault = (error: TokenFailure | Fault): Fault =>
  'kind' in error ? fault(REASONS[error.kind], { detail: error.detail }) : error
