/** Our registration at an authorization server, as issuers and backends have it in the document. */
import * as v from 'valibot'
import { CLIENT_AUTHENTICATION_METHODS } from '../oauth/client-authentication.ts'
import { choice, strictObject, nonEmptyString } from '../platform/schema-fields.ts'
import { DEFAULTS } from './defaults.ts'
import { secretOcid } from './secret-ocid.ts'

/** The member `client` of a backend; how it authenticates is a member of its own. */
export const backendClient = strictObject({
  client_id: nonEmptyString(
    'Client id of the application that holds ServiceInvoker. Required, except for `basic`.',
  ),
  client_secret_ocid: secretOcid(
    'OCID of the Vault secret with the application’s client secret; with its private key for `private_key_jwt`. In flat keys, with `user:password` for `basic`. Required.',
  ),
})

export const backendClientAuth = v.optional(
  choice(CLIENT_AUTHENTICATION_METHODS, 'How we authenticate at the token endpoint.'),
  DEFAULTS.client_auth,
)

/** The member `client` of an issuer. */
export const issuerClient = strictObject({
  client_id: nonEmptyString(
    'Client id of our application at the callers’ identity provider; for introspection or protected keys.',
  ),
  client_secret_ocid: secretOcid('OCID of the Vault secret with the application’s client secret.'),
  client_auth: v.optional(
    choice(['client_secret_basic', 'client_secret_post'], 'How the client authenticates.'),
    DEFAULTS.client_auth,
  ),
})
