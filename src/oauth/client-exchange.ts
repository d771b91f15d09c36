/**
 * Owns an exchange in which we authenticate as a registered client: with the secret from Vault,
 * and with another version of it when the authorization server refuses the first.
 * I/O: through the HTTP door and the secret store that it is given.
 */
import type { Fault } from '../decision.ts'
import type { Clock, Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure } from '../platform/http.ts'
import type { Redacted } from '../platform/redacted.ts'
import { success, type Result } from '../platform/result.ts'
import type { Warn } from '../reasons.ts'
import type { SecretStore } from '../vault/secret-store.ts'
import {
  authenticateClient,
  type AssertionProfile,
  type AuthenticatingClient,
  type ClientAuthenticationMethod,
} from './client-authentication.ts'
import { readSecretContent } from './client-secret.ts'
import { requestForm, type Form } from './form-request.ts'

/** Our registration at an authorization server; the secret is in Vault. */
export interface ClientRegistration {
  readonly clientId: string
  readonly secretOcid: string
  readonly authentication: ClientAuthenticationMethod
  readonly assertion: AssertionProfile
}

export interface ClientRequest {
  readonly endpoint: string
  readonly client: ClientRegistration
  /** Made anew for each attempt where it holds what may be used once. */
  readonly form: Form | ((client: AuthenticatingClient) => Promise<Result<Form, Fault>>)
  /** Whether the answer says that our client's authentication was refused. */
  readonly isClientRefused: (answer: HttpAnswer) => boolean
}

/** What kept the exchange from having an answer: the neighbour, or the way to the secret. */
export type ClientExchangeFailure = HttpFailure | Fault

export type AskAsClient = (
  request: ClientRequest,
  deadline: Deadline,
) => Promise<Result<HttpAnswer, ClientExchangeFailure>>

export interface ClientExchangePorts {
  readonly http: Http
  readonly secrets: SecretStore
  readonly clock: Clock
  readonly warn: Warn
}

/** The version at hand, the current one and the previous one: there are no others to try. */
const MOST_ATTEMPTS = 3

export const createAskAsClient = ({
  http,
  secrets,
  clock,
  warn,
}: ClientExchangePorts): AskAsClient => {
  const toClient = (registration: ClientRegistration, text: Redacted): AuthenticatingClient => {
    const { clientId, secret, hasWhiteSpace } = readSecretContent(text)
    if (hasWhiteSpace) warn('secret_has_white_space', { secret: registration.secretOcid })
    return {
      clientId: clientId ?? registration.clientId,
      method: registration.authentication,
      secret,
      assertion: registration.assertion,
    }
  }

  const send = async (
    request: ClientRequest,
    secret: Redacted,
    deadline: Deadline,
  ): Promise<Result<HttpAnswer, ClientExchangeFailure>> => {
    const client = toClient(request.client, secret)
    const authentication = await authenticateClient(client, clock)
    if (!authentication.ok) return authentication
    const form =
      typeof request.form === 'function' ? await request.form(client) : success(request.form)
    if (!form.ok) return form
    return requestForm(
      http,
      { endpoint: request.endpoint, form: form.value, authentication: authentication.value },
      deadline,
    )
  }

  return async (request, deadline) => {
    const { secretOcid } = request.client
    const refused: Redacted[] = []
    let secret = await secrets.read(secretOcid, deadline)
    for (;;) {
      if (!secret.ok) return secret
      const answer = await send(request, secret.value, deadline)
      if (!answer.ok || !request.isClientRefused(answer.value)) return answer
      refused.push(secret.value)
      if (refused.length === MOST_ATTEMPTS) return answer
      // It may have been rotated since it was read.
      const another = await secrets.readAnother(secretOcid, refused, deadline)
      if (another === undefined) return answer
      const isOther = another.ok && !refused.some((one) => one.equals(another.value))
      // Once more with the same secret, as it was read anew; and no more than that.
      if (another.ok && !isOther && refused.length > 1) return answer
      secret = another
    }
  }
}

/** The fault behind a failed exchange: a missing secret is its own, the rest is the endpoint's. */
export const toFault = (
  error: ClientExchangeFailure,
  endpointFault: (detail: HttpFailure) => Fault,
): Fault => (typeof error === 'string' ? endpointFault(error) : error)
