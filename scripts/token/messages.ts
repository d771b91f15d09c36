/** Prints messages on standard error. They contain no secrets. */
import {
  AuthorizationResponseError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { UsageError } from '../command-line/parse.ts'

export function print(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** By the error code of the answer (RFC 6749 §5.2, RFC 8628 §3.5). */
const HINTS: Readonly<Record<string, string>> = {
  invalid_client: 'Compare client id and secret with the application; is it activated?',
  invalid_scope:
    'Compare the scope with the application’s; at an identity domain it begins with the audience.',
  unauthorized_client: 'Allow this grant in the application’s OAuth configuration.',
  unsupported_grant_type: 'The identity provider does not support this grant.',
  invalid_grant: 'The code, token or assertion has expired or was already used: start again.',
  expired_token: 'The code was not entered in time: start again.',
  access_denied: 'The user or a policy denied the request.',
}

/** One line, with the provider's description, and a hint if there is one for the error code. */
export function printFailure(error: unknown): void {
  const refusal = refusalIn(error)
  if (refusal !== undefined) {
    const { code, description } = refusal
    const words = description === undefined ? '' : ` (${plain(description)})`
    print(`The identity provider answers ${code}${words}`)
    const hint = HINTS[code]
    if (hint !== undefined) print(hint)
    return
  }
  if (error instanceof UsageError || error instanceof TokenError) print(plain(error.message))
  else print(`The identity provider’s answer cannot be used: ${codeOf(error)}.`)
}

/** A failure whose message is one sentence for the user. */
export class TokenError extends Error {}

interface Refusal {
  readonly code: string
  readonly description: string | undefined
}

/** The OAuth error in the answer's body, in its challenge, or in the redirect. */
function refusalIn(error: unknown): Refusal | undefined {
  if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError) {
    return { code: error.error, description: error.error_description }
  }
  if (!(error instanceof WWWAuthenticateChallengeError)) return undefined
  const parameters = error.cause[0]?.parameters
  return {
    code: parameters?.error ?? 'invalid_client',
    description: parameters?.error_description,
  }
}

/** The kind of the failure: a library's message is never shown. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string') return code
  return error instanceof Error ? error.name : 'unknown'
}

/** Foreign text on one line, without anything that moves the cursor. */
function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 300)
}
