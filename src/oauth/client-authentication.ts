/** Authentication of this function as an OAuth client (RFC 6749 §2.3, RFC 7523 §2.2). */
import { fault, type Fault } from '../decision.ts'
import { seconds, type Clock } from '../platform/clock.ts'
import type { HttpRequest } from '../platform/http.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { signAssertion } from './assertion.ts'
import { readPrivateKey } from './private-key.ts'

/** Names from the registry “OAuth Token Endpoint Authentication Methods”. */
export const CLIENT_AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const

export type ClientAuthenticationMethod = (typeof CLIENT_AUTHENTICATION_METHODS)[number]

/** Whether the client's secret in Vault is a private key. */
export function secretIsPrivateKey(method: ClientAuthenticationMethod): boolean {
  return method === 'private_key_jwt'
}

/** What an authorization server requires of our assertions. */
export interface AssertionProfile {
  /** The key's name at the server. Default: the `kid` of the key itself. */
  readonly keyId: string | undefined
  readonly audience: readonly string[]
}

/** Our registration at an authorization server, with its secret. */
export interface AuthenticatingClient {
  readonly clientId: string
  readonly method: ClientAuthenticationMethod
  /** The client secret; the private key with `private_key_jwt`. */
  readonly secret: Redacted
  readonly assertion: AssertionProfile
}

/** What the authentication adds to a request. Headers and form are secret. */
export interface AuthenticatedParts extends Pick<HttpRequest, 'connection'> {
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

/** Short, because a client assertion is used at once. */
const CLIENT_ASSERTION_LIFETIME = seconds(60)

/** Fails with a fault if `private_key_jwt` is configured and the secret is not a usable private key. */
export async function authenticateClient(
  client: AuthenticatingClient,
  clock: Clock,
): Promise<Result<AuthenticatedParts, Fault>> {
  switch (client.method) {
    case 'client_secret_basic':
      return success(clientSecretBasic(client))
    case 'client_secret_post':
      return success(clientSecretPost(client))
    case 'private_key_jwt':
      return privateKeyJwt(client, clock)
  }
}

type SecretClient = Pick<AuthenticatingClient, 'clientId' | 'secret'>

/** RFC 6749 §2.3.1: id and secret are form-encoded first, then put into the Basic header. */
function clientSecretBasic({ clientId, secret }: SecretClient): AuthenticatedParts {
  const credentials = `${formEncoded(clientId)}:${formEncoded(secret.reveal())}`
  return {
    headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    form: {},
  }
}

/** RFC 6749 §2.3.1, second form: id and secret in the body. */
function clientSecretPost({ clientId, secret }: SecretClient): AuthenticatedParts {
  return {
    headers: {},
    form: { client_id: clientId, client_secret: secret.reveal() },
  }
}

/** `application/x-www-form-urlencoded` (RFC 6749 appendix B) of one value. */
function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

/** RFC 7523 §2.2: the private key itself is never sent. */
async function privateKeyJwt(
  { clientId, secret, assertion }: AuthenticatingClient,
  clock: Clock,
): Promise<Result<AuthenticatedParts, Fault>> {
  const key = readPrivateKey(secret)
  if (!key.ok) return failure(fault('secret_unusable', { detail: key.error }))
  const claims = {
    issuer: clientId,
    subject: clientId,
    audience: assertion.audience,
    lifetime: CLIENT_ASSERTION_LIFETIME,
  }
  const signed = await signAssertion(claims, key.value, assertion.keyId, clock)
  return success({
    headers: {},
    form: {
      client_id: clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signed.reveal(),
    },
    // The retry after a dead connection would send the same assertion again.
    connection: 'own',
  })
}
