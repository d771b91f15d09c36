import type { TokenExchangeGrantConfig } from '../config/model.ts'
import { fault } from '../decision.ts'
import type { Form } from '../oauth/form-request.ts'
import { TOKEN_TYPES, type RequestToken } from '../oauth/token-endpoint.ts'
import { cacheKey } from '../platform/cache.ts'
import type { Redacted } from '../platform/redacted.ts'
import { failure, success } from '../platform/result.ts'
import { callerKey, type Grant } from './credential.ts'
import { toCredential } from './token-credential.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** Token types that may be sent as `Bearer` (RFC 8693 §3), unlike a refresh or ID token. */
const USABLE_TYPES: readonly string[] = [TOKEN_TYPES.accessToken, TOKEN_TYPES.jwt]

/**
 * Token exchange (RFC 8693): the caller's own token for one that the backend accepts. Credentials are
 * cached per token and not per user: two tokens of one user may differ in what they allow. The
 * caller's token is sent to the configured endpoint only.
 */
export function createTokenExchangeGrant(
  grant: TokenExchangeGrantConfig,
  requestToken: RequestToken,
): Grant {
  return {
    sharedRequest: undefined,
    requestFor: (call) => {
      const { token } = call
      return success({
        key: cacheKey(token.reveal()),
        callerKey: callerKey(call),
        send: async (deadline) => {
          const form = exchangeForm(grant, token)
          const issued = await requestToken({ ...grant, form }, deadline)
          if (!issued.ok || USABLE_TYPES.includes(issued.value.issuedTokenType ?? '')) {
            return toCredential(issued)
          }
          const unusable = fault('credential_unusable', { detail: 'issued_token_type' })
          return failure({ fault: unusable, reach: 'caller' })
        },
      })
    },
  }
}

/** RFC 8693 §2.1. */
function exchangeForm(grant: TokenExchangeGrantConfig, token: Redacted): Form {
  return {
    grant_type: GRANT_TYPE,
    subject_token: token.reveal(),
    subject_token_type: grant.subjectTokenType,
    requested_token_type: TOKEN_TYPES.accessToken,
    ...(grant.audience === undefined ? {} : { audience: grant.audience }),
    ...(grant.resource === undefined ? {} : { resource: grant.resource }),
    ...(grant.scope === undefined ? {} : { scope: grant.scope }),
  }
}
