/**
 * Owns an exchange in which we authenticate as a registered client: with the secret from Vault,
 * read again once when the authorization server refuses it.
 * I/O: through the HTTP door and the secret store that it is given.
 */
import type { Fault } from '../decision.ts'
import type { Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure } from '../platform/http.ts'
import type { Redacted } from '../platform/redacted.ts'
import type { Result } from '../platform/result.ts'
import type { SecretStore } from '../vault/secret-store.ts'
import { CLIENT_AUTHENTICATIONS, type ClientAuthenticationMethod } from './client-authentication.ts'
import { requestForm } from './form-request.ts'

/** Our registration at an authorization server; the secret is in Vault. */
export interface ClientRegistration {
  readonly clientId: string
  readonly secretOcid: string
  readonly authentication: ClientAuthenticationMethod
}

export interface ClientRequest {
  readonly endpoint: string
  readonly client: ClientRegistration
  readonly form: Readonly<Record<string, string>>
  /** Whether the answer says that our client's authentication was refused. */
  readonly isClientRefused: (answer: HttpAnswer) => boolean
}

/** What kept the exchange from having an answer: the neighbour, or the way to the secret. */
export type ClientExchangeFailure = HttpFailure | Fault

export type AskAsClient = (
  request: ClientRequest,
  deadline: Deadline,
) => Promise<Result<HttpAnswer, ClientExchangeFailure>>

export const createAskAsClient = (http: Http, secrets: SecretStore): AskAsClient => {
  const send = (
    { endpoint, client, form }: ClientRequest,
    clientSecret: Redacted,
    deadline: Deadline,
  ): Promise<Result<HttpAnswer, HttpFailure>> => {
    const authenticate = CLIENT_AUTHENTICATIONS[client.authentication]
    const authentication = authenticate({ clientId: client.clientId, clientSecret })
    return requestForm(http, { endpoint, form, authentication }, deadline)
  }

  return async (request, deadline) => {
    const { secretOcid } = request.client
    const secret = await secrets.read(secretOcid, deadline)
    if (!secret.ok) return secret
    const answer = await send(request, secret.value, deadline)
    if (!answer.ok || !request.isClientRefused(answer.value)) return answer

    // The secret may have been rotated since it was read.
    const current = await secrets.readAgain(secretOcid, deadline)
    if (current === undefined) return answer
    return current.ok ? send(request, current.value, deadline) : current
  }
}

/** The fault behind a failed exchange: a missing secret is its own, the rest is the endpoint's. */
export const toFault = (
  error: ClientExchangeFailure,
  endpointFault: (detail: HttpFailure) => Fault,
): Fault => (typeof error === 'string' ? endpointFault(error) : error)
