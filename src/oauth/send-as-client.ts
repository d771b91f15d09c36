import { withLogContext, type Fault } from '../decision.ts'
import type { Clock, Deadline } from '../platform/clock.ts'
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from '../platform/http.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import type { Warn } from '../reasons.ts'
import type { SecretCache } from '../vault/secret-cache.ts'
import {
  authenticateClient,
  type AssertionProfile,
  type AuthenticatingClient,
  type ClientAuthenticationMethod,
} from './client-authentication.ts'
import { clientRefusalIn, type ClientRefusal } from './client-refusal.ts'
import { readSecretContent } from './client-secret.ts'
import { readErrorCode, requestForm, type Form } from './form-request.ts'

/** Our registration at an authorization server; the secret is in Vault. */
export interface ClientRegistration {
  readonly clientId: string
  readonly secretOcid: string
  readonly method: ClientAuthenticationMethod
  readonly assertion: AssertionProfile
}

export interface ClientRequest {
  readonly endpoint: string
  readonly client: ClientRegistration
  /** A function if the form holds an assertion: each attempt needs a new one. */
  readonly form: Form | ((client: AuthenticatingClient) => Promise<Result<Form, Fault>>)
  readonly connection: NonNullable<HttpRequest['connection']>
}

/** The exchange failed, or the secret could not be read. */
export type ClientRequestFailure = HttpFailure | Fault

type Outcome = Result<HttpAnswer, ClientRequestFailure>

export type SendAsClient = (request: ClientRequest, deadline: Deadline) => Promise<Outcome>

export interface SendAsClientPorts {
  readonly http: Http
  readonly secrets: SecretCache
  readonly clock: Clock
  readonly warn: Warn
}

/**
 * Sends requests as a registered client, with the secret from Vault. If the authorization server refuses
 * it, the secret is read again, and the request is sent up to twice more: with the current version, then
 * with the previous one.
 */
export function createSendAsClient({
  http,
  secrets,
  clock,
  warn,
}: SendAsClientPorts): SendAsClient {
  const toClient = (registration: ClientRegistration, text: Redacted): AuthenticatingClient => {
    const { clientId, secret, hasWhiteSpace } = readSecretContent(text)
    if (hasWhiteSpace) warn('secret_has_white_space', { secret: registration.secretOcid })
    return {
      clientId: clientId ?? registration.clientId,
      method: registration.method,
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
        connection: request.connection,
      },
      deadline,
    )
  }

  return async (request, deadline) => {
    const { clientId, secretOcid } = request.client
    const clientKey = JSON.stringify([request.endpoint, clientId])
    const secret = await secrets.read(secretOcid, deadline, clientKey)
    if (!secret.ok) return secret
    const answer = await send(request, secret.value, deadline)
    const refusal = refusalIn(answer)
    if (refusal === undefined) return answer

    // The secret may have been rotated since it was read.
    const versions = await secrets.readAgain(
      secretOcid,
      { refused: secret.value, clientKey },
      deadline,
    )
    if (versions === undefined) return answer
    if (!versions.ok) return refusal === 'certain' ? versions : answer
    const { current, previous } = versions.value
    const isRotated = !current.equals(secret.value)
    const latest =
      refusal === 'certain' || isRotated ? await send(request, current, deadline) : answer
    const isDone = isRotated || refusalIn(latest) === undefined
    if (isDone || previous === undefined) return latest

    const withPrevious = await send(request, previous, deadline)
    // If neither version is accepted, the refusal of the current one says what is wrong.
    if (!isAccepted(withPrevious)) return refusal === 'certain' ? withPrevious : latest
    secrets.acceptPrevious(secretOcid, previous, clientKey)
    warn('previous_secret_used', { secret: secretOcid })
    return withPrevious
  }
}

/** Adds the secret's OCID, unless the fault names another one. */
function aboutSecret(error: Fault, { client }: ClientRequest) {
  return failure(withLogContext(error, { secret: client.secretOcid }))
}

function refusalIn(outcome: Outcome): ClientRefusal | undefined {
  return outcome.ok ? clientRefusalIn(outcome.value) : undefined
}

/** The highest status of OAuth errors (RFC 6749 §5.2, RFC 6750 §3.1). A proxy may send others. */
const MAX_OAUTH_ERROR_STATUS = 403

/** Whether the server accepted the client, even if it refused the rest of the request. */
function isAccepted(outcome: Outcome): boolean {
  if (!outcome.ok || refusalIn(outcome) !== undefined) return false
  const { status } = outcome.value
  const isOAuthError =
    status <= MAX_OAUTH_ERROR_STATUS && readErrorCode(outcome.value) !== undefined
  return status === 200 || isOAuthError
}

/** The fault for a failed exchange: about the secret, or about the endpoint. */
export function toFault(
  error: ClientRequestFailure,
  endpointFault: (detail: HttpFailure) => Fault,
): Fault {
  return typeof error === 'string' ? endpointFault(error) : error
}
