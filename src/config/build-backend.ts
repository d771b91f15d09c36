/**
 * Owns the judgement of one backend of the configuration, whichever form it was given in.
 * Pure.
 */
import { seconds } from '../platform/clock.ts'
import type { BackendInput } from './document-schema.ts'
import { LIMITS } from './limits.ts'
import type { BackendConfig } from './model.ts'
import { judgeEndpoint, judgeSecretOcid, type Report } from './problems.ts'

export const buildBackend = (input: BackendInput, report: Report): BackendConfig => {
  judgeEndpoint('token_endpoint', input.token_endpoint, report)
  judgeSecretOcid('client.client_secret_ocid', input.client.client_secret_ocid, report)
  return {
    name: input.name,
    grant: {
      kind: input.grant ?? 'client_credentials',
      tokenEndpoint: input.token_endpoint,
      client: {
        clientId: input.client.client_id,
        secretOcid: input.client.client_secret_ocid,
        authentication: input.client_auth ?? 'client_secret_basic',
      },
      scope: input.scope,
    },
    minTokenLifetime: seconds(
      input.min_token_seconds ?? LIMITS.min_back_end_token_seconds.otherwise,
    ),
  }
}
