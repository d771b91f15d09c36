/** Our registration at an authorization server, as issuers and backends have it in the document. */
import * as v from 'valibot'
import { CLIENT_AUTHENTICATION_METHODS } from '../oauth/client-authentication.ts'
import type { ClientRegistration } from '../oauth/client-exchange.ts'
import { choice, strictObject, text } from '../platform/schema-fields.ts'
import { DEFAULTS } from './defaults.ts'
import { missing, type Entry } from './flat-form.ts'
import type { Report } from './problems.ts'
import { secretOcid } from './secret-ocid.ts'

const members = {
  client_id: text('Client id of our application at this identity provider.'),
  client_secret_ocid: secretOcid('OCID of the Vault secret with its client secret.'),
}

/** The member `client` of a backend; how it authenticates is a member of its own. */
export const backendClient = strictObject(members)
export const backendClientAuth = v.optional(
  choice(
    CLIENT_AUTHENTICATION_METHODS,
    'With `private_key_jwt` the client’s secret is its private key.',
  ),
  DEFAULTS.client_auth,
)

/** The member `client` of an issuer. */
export const issuerClient = strictObject({
  ...members,
  client_auth: v.optional(
    choice(['client_secret_basic', 'client_secret_post'], 'How the client authenticates.'),
    DEFAULTS.client_auth,
  ),
})

type Given = Partial<v.InferOutput<typeof backendClient>>

/** Reports what is missing; `purpose`, such as `for introspection`, follows that word. */
export function buildClient(
  entry: Entry,
  { client_id, client_secret_ocid }: Given,
  more: Pick<ClientRegistration, 'authentication' | 'assertion'>,
  report: Report,
  purpose?: string,
): ClientRegistration {
  return {
    clientId: client_id ?? missing(entry, 'client.client_id', report, purpose),
    secretOcid: client_secret_ocid ?? missing(entry, 'client.client_secret_ocid', report, purpose),
    ...more,
  }
}
