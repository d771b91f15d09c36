import type { ClientCredentialsGrantConfig } from '../config/model.ts'
import type { RequestToken } from '../oauth/token-endpoint.ts'
import { success } from '../platform/result.ts'
import type { Grant, Subject } from './credential.ts'
import { toCredential } from './token-credential.ts'

const APPLICATION: Subject = { key: 'application', caller: 'application' }

/** The client credentials grant (RFC 6749 §4.4): the backend sees this application. */
export function createClientCredentialsGrant(
  grant: ClientCredentialsGrantConfig,
  requestToken: RequestToken,
): Grant<Subject> {
  return {
    subjectOf: () => success(APPLICATION),
    application: APPLICATION,
    request: async (_subject, deadline) => {
      const form = { grant_type: 'client_credentials', scope: grant.scope }
      return toCredential(await requestToken({ ...grant, form }, deadline))
    },
  }
}
