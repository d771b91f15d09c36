import type { ClientCredentialsGrantConfig } from '../config/model.ts'
import type { RequestToken } from '../oauth/token-endpoint.ts'
import { success } from '../platform/result.ts'
import type { CredentialRequest, Grant } from './credential.ts'
import { toCredential } from './token-credential.ts'

/** The client credentials grant (RFC 6749 §4.4): the backend sees this application. */
export function createClientCredentialsGrant(
  grant: ClientCredentialsGrantConfig,
  requestToken: RequestToken,
): Grant {
  const sharedRequest: CredentialRequest = {
    key: 'application',
    callerKey: 'application',
    send: async (deadline) => {
      const form = { grant_type: 'client_credentials', scope: grant.scope }
      return toCredential(await requestToken({ ...grant, form }, deadline))
    },
  }
  return { requestFor: () => success(sharedRequest), sharedRequest }
}
