import { basicCredentials, SECRET_OCIDS, type CLIENT_IDS, type Harness } from './harness.ts'
import type { RecordedRequest, Reply } from './scripted-server.ts'

const JSON_TYPE = 'application/json'
const INVALID_CLIENT = { error: 'invalid_client' }
const PAGE = '<html></html>'

type Rejection = readonly [server: string, status: number, body: unknown, type?: string]
const REJECTIONS: readonly Rejection[] = [
  ['RFC 6749', 401, INVALID_CLIENT],
  ['RFC 6749, the more common status', 400, INVALID_CLIENT],
  ['Keycloak, introspection', 401, { error: 'invalid_request' }],
  ['Keycloak', 401, { error: 'unauthorized_client' }],
  ['Keycloak, older', 400, { error: 'unauthorized_client' }],
  ['Auth0', 401, { error: 'access_denied' }],
  ['Auth0, 403', 403, { error: 'access_denied' }],
  ['SAP UAA', 401, { error: 'unauthorized' }],
  ['Ory Hydra, introspection', 401, { error: 'request_unauthorized' }],
  ['ServiceNow', 401, { error: 'server_error', error_description: 'access_denied' }],
  ['Salesforce', 400, { error: 'invalid_client_id' }],
  ['Salesforce, wrong secret', 400, { error: 'invalid_client_credentials' }],
  ['Apigee', 401, { ErrorCode: 'invalid_client', Error: 'ClientId is Invalid' }],
  ['ForgeRock', 401, { code: 401, reason: 'Unauthorized' }],
  ['PingOne', 403, { id: 'x', code: 'ACCESS_FAILED' }],
  ['a code with other characters', 400, { error: 'INVALID-CLIENT-2' }],
  ['a code that is an object', 400, { error: { type: 'OAuthException', code: 1 } }],
  ['JSON with the media type of HTML', 400, '{"error":"invalid_client"}', 'text/html'],
  ['HTML', 401, PAGE, 'text/html;charset=utf-8'],
  ['HTML, 403', 403, PAGE, 'text/html'],
  ['plain text, 400', 400, 'Bad client credentials', 'text/plain'],
  ['no body', 401, ''],
  ['no body, 403', 403, ''],
  ['another status', 404, INVALID_CLIENT],
]
/** The responses of several servers to a wrong client secret. */
export const CLIENT_REJECTIONS = REJECTIONS.map(([server, status, body, type = JSON_TYPE]) => ({
  /** Identifies the response in a test title. */
  label: `${server}, ${status}`,
  status,
  body,
  type,
}))

/**
 * Rotates a client secret in Vault. Returns the replies of a server that accepts only the new one,
 * either with HTTP Basic or in the form.
 */
export function rotateSecret(
  harness: Harness,
  name: keyof typeof CLIENT_IDS,
  { status, body, type = JSON_TYPE }: { status: number; body: unknown; type?: string },
  accepted: (request: RecordedRequest) => Reply,
  by: 'basic' | 'form' = 'basic',
): (request: RecordedRequest) => Reply {
  const secret = harness.registerSecret(`rotated secret of ${name}`)
  harness.vault.rotate(SECRET_OCIDS[name], secret)
  const credentials = `Basic ${harness.registerSecret(basicCredentials(name, secret))}`
  return (request) => {
    const { headers, form } = request
    const isNew =
      by === 'basic'
        ? headers.authorization === credentials
        : headers.authorization === undefined && form['client_secret'] === secret
    return isNew ? accepted(request) : { status, body, headers: { 'content-type': type } }
  }
}
