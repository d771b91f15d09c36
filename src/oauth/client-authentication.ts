/**
 * Owns how we authenticate as an OAuth client (RFC 6749 §2.3, RFC 7523 §2.2).
 * Pure but for the signing of assertions.
 */
import { fault, type Fault } from '../decision.ts'
import { seconds, type Clock } from '../platform/clock.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success, type Result } from '../platform/result.ts'
import { signAssertion } from './assertion.ts'
import { readPrivateKey } from './private-key.ts'

/** Methods by their names in the registry “OAuth Token Endpoint Authentication Methods”. */
export const CLIENT_AUTHENTICATION_METHODS = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const

export type ClientAuthenticationMethod = (typeof CLIENT_AUTHENTICATION_METHODS)[number]

/** How assertions have to look for the authorization server that reads them. */
export interface AssertionProfile {
  /** The key's name there; undefined leaves it to what the key says of itself. */
  readonly keyId: string | undefined
  readonly audience: readonly string[]
}

/** Who we are at an authorization server, with the secret in hand. */
export interface AuthenticatingClient {
  readonly clientId: string
  readonly method: ClientAuthenticationMethod
  /** The client secret; the private key with `private_key_jwt`. */
  readonly secret: Redacted
  readonly assertion: AssertionProfile
}

/** What the authentication adds to a request. Both are secret. */
export interface AuthenticatedParts {
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

/** A client assertion is used at once. */
const CLIENT_ASSERTION_LIFETIME = seconds(60)

/** A secret that is no private key where one is wanted is a fault. */
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

/** RFC 7523 §2.2: the key stays here, and the secret is never sent. */
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
  })
}
