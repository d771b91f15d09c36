import type * as v from 'valibot'
import type { ClientRegistration } from '../oauth/send-as-client.ts'
import type { backendClient } from './client-schema.ts'
import { reportMissing } from './missing-members.ts'
import type { Report } from './problems.ts'

type Given = Partial<v.InferOutput<typeof backendClient>>

/** Reports what is missing; `purpose`, such as `for introspection`, is appended to “is missing”. */
export function buildClient(
  entry: 'issuers' | 'backends',
  { client_id, client_secret_ocid }: Given,
  authenticating: Pick<ClientRegistration, 'method' | 'assertion'>,
  report: Report,
  purpose?: string,
): ClientRegistration {
  return {
    clientId: client_id ?? reportMissing(entry, 'client.client_id', report, purpose),
    secretOcid:
      client_secret_ocid ?? reportMissing(entry, 'client.client_secret_ocid', report, purpose),
    ...authenticating,
  }
}
