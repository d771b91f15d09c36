/**
 * Owns an exchange in which we authenticate as a registered client: with the secret from Vault,
 * and with another version of it when the authorization server refuses the first.
 * I/O: through the HTTP door and the secret store that it is given.
 */
import { withCircumstances, type Fault } from '../decision.ts'
import type { Clock, Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from '../platform/http.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { Warn } from '../reasons.ts'
import type { SecretStore } from '../vault/secret-store.ts'
import {
  authenticateClient,
  type AssertionProfile,
  type AuthenticatingClient,
  type ClientAuthenticationMethod,
} from './client-authentication.ts'
import { readSecretContent } from './client-secret.ts'
import { readErrorCode, requestForm, type Form } from './form-request.ts'

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
  /** Default `shared`; see `HttpRequest`. */
  readonly connection?: HttpRequest['connection']
}

/** What kept the exchange from having an answer: the neighbour, or the way to the secret. */
export type ClientExchangeFailure = HttpFailure | Fault

type Outcome = Result<HttpAnswer, ClientExchangeFailure>

export type AskAsClient = (request: ClientRequest, deadline: Deadline) => Promise<Outcome>

export interface ClientExchangePorts {
  readonly http: Http
  readonly secrets: SecretStore
  readonly clock: Clock
  readonly warn: Warn
}

export function createAskAsClient({
  http,
  secrets,
  clock,
  warn,
}: ClientExchangePorts): AskAsClient {
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
  ): Promise<Outcome> => {
    const client = toClient(request.client, secret)
    const authentication = await authenticateClient(client, clock)
    if (!authentication.ok) return aboutSecret(authentication.error, request)
    const form =
      typeof request.form === 'function' ? await request.form(client) : success(request.form)
    if (!form.ok) return aboutSecret(form.error, request)
    return requestForm(
      http,
      {
        endpoint: request.endpoint,
        form: form.value,
        authentication: authentication.value,
        connection: request.connection ?? 'shared',
      },
      deadline,
    )
  }

  return async (request, deadline) => {
    const { clientId, secretOcid } = request.client
    const by = JSON.stringify([request.endpoint, clientId])
    const secret = await secrets.read(secretOcid, deadline, by)
    if (!secret.ok) return secret
    const answer = await send(request, secret.value, deadline)
    if (!isRefused(answer, request)) return answer

    // It may have been rotated since it was read.
    const versions = await secrets.readAgain(secretOcid, { refused: secret.value, by }, deadline)
    if (versions === undefined) return answer
    if (!versions.ok) return versions
    const { current, previous } = versions.value
    const second = await send(request, current, deadline)
    if (previous === undefined || !isRefused(second, request)) return second

    const third = await send(request, previous, deadline)
    if (isAccepted(third, request)) {
      secrets.acceptPrevious(secretOcid, previous, by)
      warn('previous_secret_used', { secret: secretOcid })
    }
    return third
  }
}

/** Unless it is about another one. */
function aboutSecret(error: Fault, { client }: ClientRequest) {
  return failure(withCircumstances(error, { secret: client.secretOcid }))
}

function isRefused(outcome: Outcome, { isClientRefused }: ClientRequest): boolean {
  return outcome.ok && isClientRefused(outcome.value)
}

/** What a server says only to whom it knows, whatever it thinks of the rest of the request. */
function isAccepted(outcome: Outcome, request: ClientRequest): boolean {
  if (!outcome.ok || isRefused(outcome, request)) return false
  const { status } = outcome.value
  return status === 200 || (status < 404 && readErrorCode(outcome.value) !== undefined)
}

/** The fault behind a failed exchange: a missing secret is its own, the rest is the endpoint's. */
export function toFault(
  error: ClientExchangeFailure,
  endpointFault: (detail: HttpFailure) => Fault,
): Fault {
  return typeof error === 'string' ? endpointFault(error) : error
}
