import type { BasicGrantConfig } from '../config/model.ts'
import { fault, withLogContext } from '../decision.ts'
import { Redacted } from '../platform/redacted.ts'
import { failure, success } from '../platform/result.ts'
import type { SecretCache } from '../vault/secret-cache.ts'
import type { CredentialSource } from './credential.ts'

/** RFC 7617 §2: no colon in the name, no control characters in either. */
const USER_AND_PASSWORD = /^[^:\p{Cc}]+:\P{Cc}+$/u

/**
 * Legacy: user name and password from Vault (RFC 7617). Nothing but the secret is cached, as
 * such a credential does not expire.
 */
export function createBasicSource(
  backend: string,
  { secretOcid }: BasicGrantConfig,
  secrets: SecretCache,
): CredentialSource {
  return {
    obtain: async (_call, deadline) => {
      const logContext = { backend, backendCache: 'off' } as const
      const secret = await secrets.read(secretOcid, deadline)
      if (!secret.ok) return failure(withLogContext(secret.error, logContext))
      const text = secret.value.reveal()
      if (!USER_AND_PASSWORD.test(text)) {
        const detail = 'no_user_and_password'
        return failure(fault('secret_unusable', { ...logContext, secret: secretOcid, detail }))
      }
      const authorization = new Redacted(`Basic ${Buffer.from(text).toString('base64')}`)
      return success({ authorization, expiresAt: undefined, backend, cache: 'off' })
    },
    prepare: (deadline) => {
      // The secret cache keeps it for `obtain`.
      secrets.read(secretOcid, deadline).catch(() => undefined)
      return undefined
    },
  }
}
