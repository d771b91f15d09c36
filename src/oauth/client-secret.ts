/** The forms of a Vault secret with our credentials at an authorization server. */
import {
  isJsonObject,
  member,
  nonEmpty,
  parseJsonObject,
  stringMember,
  type JsonObject,
} from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'

export interface SecretContent {
  /** Overrides the configured client id, so that a rotation changes both in one step. */
  readonly clientId: string | undefined
  /** The client secret, or the private key: PEM, or a JWK as JSON. */
  readonly secret: Redacted
  /** Whether the text begins or ends with white space, which is usually a mistake. */
  readonly hasWhiteSpace: boolean
}

/**
 * Reads the client secret or private key (PEM or JWK) itself, or a JSON object with `client_secret`
 * or `private_key` and, optionally, `client_id`.
 */
export function readSecretContent(text: Redacted): SecretContent {
  const revealed = text.reveal()
  const members = parseJsonObject(Buffer.from(revealed))
  if (members === undefined) {
    return { clientId: undefined, secret: text, hasWhiteSpace: isPadded(revealed) }
  }
  const secret = secretIn(members)
  return secret === undefined
    ? { clientId: undefined, secret: text, hasWhiteSpace: false }
    : {
        clientId: nonEmpty(stringMember(members, 'client_id')),
        secret: new Redacted(secret),
        hasWhiteSpace: isPadded(secret),
      }
}

/** White space around a key does no harm. */
function isPadded(text: string): boolean {
  return !text.includes('-----BEGIN ') && text !== text.trim()
}

function secretIn(members: JsonObject): string | undefined {
  const value = member(members, 'client_secret') ?? member(members, 'private_key')
  if (isJsonObject(value)) return JSON.stringify(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
