/**
 * Owns how we authenticate as an OAuth client (RFC 6749 §2.3).
 * Pure.
 */
import type { Redacted } from '../platform/redacted.ts'

/** Our registration at an authorization server. */
export interface ClientCredentials {
  readonly clientId: string
  readonly clientSecret: Redacted
}

/** What the authentication adds to a request. Both are secret. */
export interface AuthenticatedParts {
  readonly headers: Readonly<Record<string, string>>
  readonly form: Readonly<Record<string, string>>
}

export type ClientAuthentication = (client: ClientCredentials) => AuthenticatedParts

/** RFC 6749 §2.3.1: id and secret are form-encoded first, then put into the Basic header. */
export const clientSecretBasic: ClientAuthentication = ({ clientId, clientSecret }) => {
  const credentials = `${formEncoded(clientId)}:${formEncoded(clientSecret.reveal())}`
  return {
    headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    form: {},
  }
}

/** RFC 6749 §2.3.1, second form: id and secret in the body. */
export const clientSecretPost: ClientAuthentication = ({ clientId, clientSecret }) => ({
  headers: {},
  form: { client_id: clientId, client_secret: clientSecret.reveal() },
})

/** `application/x-www-form-urlencoded` (RFC 6749 appendix B) of one value. */
const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1)

export const CLIENT_AUTHENTICATIONS = {
  client_secret_basic: clientSecretBasic,
  client_secret_post: clientSecretPost,
} as const satisfies Record<string, ClientAuthentication>

/** The method's name in the registry “OAuth Token Endpoint Authentication Methods”. */
export type ClientAuthenticationMethod = keyof typeof CLIENT_AUTHENTICATIONS
