/**
 * Owns what a Vault secret with our credentials at an authorization server may look like.
 * Pure.
 */
import { isJsonObject, member, parseJsonObject, type JsonObject } from '../platform/json.ts'
import { Redacted } from '../platform/redacted.ts'

export interface SecretContent {
  /** Where the secret names it, it counts and not the configuration's: both change in one step. */
  readonly clientId: string | undefined
  /** The client secret, or the private key: PEM, or a JWK as JSON. */
  readonly secret: Redacted
  /** Whether the text begins or ends with white space, which is hardly ever meant. */
  readonly hasWhiteSpace: boolean
}

/**
 * The client secret or private key itself, or a JSON object with `client_secret` or `private_key`
 * and, if wanted, `client_id`. A JWK is a private key itself.
 */
export function readSecretContent(text: Redacted): SecretContent {
  const revealed = text.reveal()
  const members = revealed.trimStart().startsWith('{')
    ? parseJsonObject(Buffer.from(revealed))
    : undefined
  const secret = members === undefined ? undefined : secretIn(members)
  if (members === undefined || secret === undefined) {
    const isKey = members !== undefined || revealed.includes('-----BEGIN ')
    const hasWhiteSpace = !isKey && revealed !== revealed.trim()
    return { clientId: undefined, secret: text, hasWhiteSpace }
  }
  const clientId = member(members, 'client_id')
  return {
    clientId: typeof clientId === 'string' && clientId !== '' ? clientId : undefined,
    secret: new Redacted(secret),
    hasWhiteSpace: false,
  }
}

function secretIn(members: JsonObject): string | undefined {
  const value = member(members, 'client_secret') ?? member(members, 'private_key')
  if (isJsonObject(value)) return JSON.stringify(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
